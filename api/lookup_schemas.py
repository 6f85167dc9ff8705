"""Shapes of the answers about numbers, facets, citations, places and the whole collection."""

from __future__ import annotations

from datetime import date
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from api.schemas import CitationItem, FacetValue, RelatedItem, SearchParams

FacetName = Literal["region.lvl0", "region.lvl1", "region.lvl2", "year", "issuer", "genre", "category", "validity"]


class Brief(BaseModel):
    """A document in a list."""

    id: str
    title: str
    url: str = Field(description="本站文件页")
    doc_number: str | None = None
    issuer: str | None = None
    region: list[str] = []
    year: int | None = None
    signed: date | None = None
    genre: str = "other"
    validity: str = Field("unknown", description="今天的有效性")


class NumberParts(BaseModel):
    """A document number taken apart."""

    code: str = Field(description="发文机关代字", examples=["杭政办发电"])
    year: int | None = Field(None, examples=[2016])
    serial: int = Field(examples=[6])
    form: str = Field(description="bracketed 〔2016〕6号；order 第6号；yearly 2016年第6号")


class NumberIssuer(BaseModel):
    """A body that can have given the number."""

    name: str
    level: str | None = None
    region: list[str] = []


class NumberAnswer(BaseModel):
    """What a document number says, and what the collection has of it."""

    given: str = Field(description="所给的写法")
    canonical: str = Field(description="规范写法", examples=["杭政办发电〔2016〕6号"])
    parts: NumberParts
    issuer: NumberIssuer | None = Field(None, description="发文机关；只在代字能确定一个机关时给出，不猜测")
    candidates: list[NumberIssuer] = Field([], description="用这个代字的所有机关，最可信的在前")
    documents: list[Brief] = Field([], description="库中用这个文号的文件；同一文件的几份都列出")
    cited_by: list[Brief] = Field([], description="库中引用这个文号的文件，新的在前，至多一百件")
    cited_by_total: int = 0


class FacetParams(SearchParams):
    """A search whose facet is asked for, and what its values must contain."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: FacetName = Field(description="哪个分面", examples=["region.lvl1"])
    contains: str = Field("", max_length=40, description="只要名称含有这些字的值", examples=["衢"])
    limit: int = Field(20, ge=1, le=1000, description="至多几个值")


class FacetAnswer(BaseModel):
    """Values of a facet among the documents of a search, the commonest first."""

    name: FacetName
    total: int = Field(description="符合的值有几个，包括未列出的")
    values: list[FacetValue]


class ScrollParams(SearchParams):
    """A search, and where its walk goes on."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    cursor: str | None = Field(None, max_length=300, description="上一段答复的 next；没有则从头。")
    limit: int = Field(100, ge=1, le=1000, description="每段至多几件。")


class ScrollAnswer(BaseModel):
    """A stretch of all that a search finds, newest first."""

    total: int
    hits: list[dict[str, Any]] = Field(description="与导出的各列同名")
    next: str | None = Field(description="下一段的 cursor；null 为已取完")


class CitationsAnswer(BaseModel):
    """What a document cites, each with what it does to it."""

    id: str
    total: int
    cites: list[CitationItem]


class CitedByAnswer(BaseModel):
    """Who cites a document, newest first."""

    id: str
    total: int
    page: int
    per_page: int
    cited_by: list[RelatedItem]


class LineageStep(Brief):
    """A document on a policy's way, and what it does to the one before it."""

    kind: str | None = Field(None, description="forwards 转发印发，implements 落实；起点没有")
    of: str | None = Field(None, description="它转发或落实的文件的 id")
    level: str = Field(description="nation、province、prefecture、county")


class LineageAnswer(BaseModel):
    """The way of a policy from the centre to the regions: what this document forwards or implements, up to where it begins,
    and all that forward or implement it, by level of the place and by date."""

    id: str
    steps: list[LineageStep]
    complete: bool = Field(description="false：超过二百件，未全部列出")


class InterpretationsAnswer(BaseModel):
    """What a document explains, and what explains it."""

    id: str
    explains: list[Brief]
    explained_by: list[Brief]


class SimilarItem(Brief):
    """A document that speaks of the same."""

    similarity: float = Field(description="用词相近的程度，0 至 1；1 为用词全同")


class SimilarAnswer(BaseModel):
    """Documents that speak of the same as this one, the nearest first."""

    id: str
    similar: list[SimilarItem]


class Place(BaseModel):
    """A place with the number of documents of it and all below."""

    name: str
    value: str = Field(description="用作 region 筛选参数的值", examples=["浙江省衢州市"])
    count: int
    children: list[Place] = []


class PlacesAnswer(BaseModel):
    """The tree of places that the collection has documents of."""

    places: list[Place]


class StatsAnswer(BaseModel):
    """The collection in numbers."""

    documents: int
    with_number: int = Field(description="有文号的文件")
    issuers: int = Field(description="不同的发文机关")
    newest: date | None = Field(None, description="最近的成文或发布日期")
    oldest: date | None = None
    years: list[FacetValue]
    genres: list[FacetValue]
    validity: list[FacetValue]
    provinces: list[FacetValue]
    words: int = Field(description="词表中的词语")
