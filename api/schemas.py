"""What may be asked and what is answered: the pydantic models of the HTTP interface."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from engine.schema import MAX_TOTAL
from gongwen import docnumber, regions
from gongwen.category import CATEGORIES
from gongwen.errors import NotADocNumber
from gongwen.types import Genre

# Chinese names of genres that are no 公文种类; the 15 kinds are their own names.
GENRE_NAMES: dict[str, str] = {
    "annual_report": "年度报告",
    "interpretation": "政策解读",
    "work_report": "政府工作报告",
    "budget": "预算决算",
    "personnel": "人事任免",
    "proposal_answer": "建议提案答复",
    "tender": "招标采购",
    "regulation": "法规规章与方案",
    "other": "其他",
}
_GENRE_BY_NAME = {name: genre for genre, name in GENRE_NAMES.items()}
VALIDITY_NAMES = {"in_force": "现行有效", "amended": "已修改", "repealed": "已废止", "expired": "已失效", "not_yet_in_force": "尚未施行", "unknown": "未标明"}  # fmt: skip
_VALIDITY_BY_NAME = {name: value for value, name in VALIDITY_NAMES.items()}

Sort = Literal["relevance", "newest", "oldest"]
Year = Annotated[int, Field(ge=1900, le=2100)]


class Fault(ValueError):
    """A value that a parameter cannot have, said in Chinese and in English."""

    def __init__(self, chinese: str, english: str) -> None:
        super().__init__(chinese)
        self.english = english


class SearchParams(BaseModel):
    """Parameters of a search. Unknown ones are refused by name, so that a mistyped filter is not silently ignored."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    q: str = Field(
        "",
        description="问题：关键词、标题、文号或一句话。引号为短语，-词 为排除。",
        examples=["杭政办发电[2016]第06号"],
    )
    region: list[str] = Field(
        [], max_length=20, description="地区：全称、简称或六位代码；多个为并集。", examples=[["衢州市"]]
    )
    year: list[Year] = Field([], max_length=60, description="年份；多个为并集。", examples=[[2013]])
    issuer: list[str] = Field(
        [], max_length=20, description="发文机关全称；多个为并集。", examples=[["衢州市人民政府"]]
    )
    genre: list[str] = Field(
        [],
        max_length=20,
        description="文种，如 通知、annual_report 或 年度报告；多个为并集。",
        examples=[["通知"]],
        json_schema_extra={"items": {"type": "string", "enum": [*Genre, *GENRE_NAMES.values()]}},
    )
    category: list[str] = Field(
        [],
        max_length=22,
        description="主题分类，如 民政、扶贫、救灾；多个为并集。",
        examples=[["综合政务"]],
        json_schema_extra={"items": {"type": "string", "enum": list(CATEGORIES)}},
    )
    validity: list[str] = Field(
        [],
        max_length=6,
        description="有效性，如 现行有效 或 in_force；多个为并集。",
        examples=[["in_force"]],
        json_schema_extra={"items": {"type": "string", "enum": [*VALIDITY_NAMES, *VALIDITY_NAMES.values()]}},
    )
    doc_number: str | None = Field(
        None, max_length=80, description="发文字号，任何写法；只要该文件本身。", examples=["杭政办发电〔2016〕6号"]
    )
    published_from: date | None = Field(None, description="发布日期不早于（含）。", examples=["2016-01-01"])
    published_to: date | None = Field(None, description="发布日期不晚于（含）。", examples=["2016-12-31"])
    sort: Sort = Field("relevance", description="排序：relevance 相关度，newest 最新，oldest 最早。")
    page: int = Field(1, ge=1, le=10_000, description="页码，从 1 开始。")
    per_page: int = Field(10, ge=1, le=100, description="每页条数。")
    synonyms: bool = Field(True, description="是否用同义词扩展。")
    copies: bool = Field(False, description="是否列出同一文件的每一份副本；否则只列一份，其余附在其后。")
    debug: bool = Field(False, description="为每条结果说明为何排在此处。")
    correct: bool = Field(True, description="什么也找不到时，是否改正错字、把拼音转为汉字再检索。")

    @field_validator("q")
    @classmethod
    def _q(cls, value: str) -> str:
        return value.strip()

    @field_validator("region")
    @classmethod
    def _region(cls, values: list[str]) -> list[str]:
        return known_regions(values)

    @field_validator("genre")
    @classmethod
    def _genre(cls, values: list[str]) -> list[str]:
        named = [_GENRE_BY_NAME.get(value, value) for value in values]
        unknown = [value for value in named if value not in set(Genre)]
        if unknown:
            names = "、".join([*list(Genre)[:15], *GENRE_NAMES.values()])
            raise Fault(
                f"没有文种 {'、'.join(unknown)}；可用：{names}", f"no genre {', '.join(unknown)}; one of: {names}"
            )
        return named

    @field_validator("category")
    @classmethod
    def _category(cls, values: list[str]) -> list[str]:
        unknown = [value for value in values if value not in CATEGORIES]
        if unknown:
            names = "；".join(CATEGORIES)
            raise Fault(
                f"没有主题分类 {'；'.join(unknown)}；可用：{names}",
                f"no category {'; '.join(unknown)}; one of: {names}",
            )
        return values

    @field_validator("validity")
    @classmethod
    def _validity(cls, values: list[str]) -> list[str]:
        named = [_VALIDITY_BY_NAME.get(value, value) for value in values]
        unknown = [value for value in named if value not in VALIDITY_NAMES]
        if unknown:
            raise Fault(
                f"没有有效性 {'、'.join(unknown)}；可用：{'、'.join(VALIDITY_NAMES.values())}",
                f"no validity {', '.join(unknown)}; one of: {', '.join(VALIDITY_NAMES)}",
            )
        return named

    @field_validator("doc_number")
    @classmethod
    def _number(cls, value: str | None) -> str | None:
        if value is None or not value.strip():
            return None
        try:
            return str(docnumber.parse(value))
        except NotADocNumber as error:
            raise Fault(
                f"{value!r} 不是发文字号；写法如 杭政办发电〔2016〕6号",
                f"{value!r} is no document number; write it like 杭政办发电〔2016〕6号",
            ) from error

    @model_validator(mode="after")
    def _whole(self) -> SearchParams:
        if self.published_from and self.published_to and self.published_from > self.published_to:
            raise Fault(
                f"published_from（{self.published_from}）晚于 published_to（{self.published_to}）；请对调",
                f"published_from ({self.published_from}) is later than published_to ({self.published_to}); exchange them",
            )
        if self.page * self.per_page > MAX_TOTAL:
            raise Fault(
                f"第 {self.page} 页超出可翻阅的 {MAX_TOTAL} 条；请加筛选条件缩小范围，或用 /api/v1/scroll 逐段取完",
                f"page {self.page} is beyond the {MAX_TOTAL} hits of pages; narrow the search, or take all with /api/v1/scroll",
            )
        return self


def region_codes(name: str) -> tuple[str, ...]:
    """The codes of the places a name can mean: one for 衢州市 and 330800, several for 鼓楼区, none for a name of no place."""
    text = name.replace(" > ", "").strip()
    one = regions.by_code(text) if text.isascii() and text.isdigit() else regions.resolve(text)
    if one:
        return (one.code,)
    mentions = regions.find(text, short=True)
    if len(mentions) == 1 and mentions[0].text == text:
        return tuple(dict.fromkeys(candidate.code for candidate in mentions[0].candidates))
    return ()


def known_regions(names: list[str]) -> list[str]:
    """The names as given; raises ``ValueError`` naming those of no place."""
    unknown = [name for name in names if not region_codes(name)]
    if unknown:
        raise Fault(
            f"没有名为 {'、'.join(unknown)} 的行政区划；请用全称（浙江省衢州市）或六位代码（330800）",
            f"no region is named {', '.join(unknown)}; use a full name (浙江省衢州市) or a code of six digits (330800)",
        )
    return names


class Feature(BaseModel):
    """One part of a hit's score."""

    name: str = Field(description="名称，见 docs/architecture.md")
    value: float = Field(description="这份文件的数值，多在 0 至 1 之间")
    weight: float = Field(description="权重")
    adds: float = Field(description="计入得分的数：数值乘以权重")


class Explanation(BaseModel):
    """Why a document stands where it does."""

    features: list[Feature]
    words: list[str] = Field(description="同样的内容，用文字说明")


class CopyItem(BaseModel):
    """The same document as another page prints it."""

    id: str
    source: str | None = Field(None, description="来源文件")
    url: str | None = Field(None, description="原址")


class Hit(BaseModel):
    """One document found."""

    id: str
    title: str
    title_html: str = Field(description="标题，命中处为 <mark>，其余已转义")
    snippet_html: str = Field(description="摘要，命中处为 <mark>，其余已转义")
    url: str = Field(description="本站文件页")
    doc_number: str | None = None
    issuer: str | None = None
    region: list[str] = []
    year: int | None = None
    signed: date | None = None
    published: date | None = None
    genre: str
    validity: str
    reason: str = Field(description="number 文号即此件；part 文号与此件部分相符；cites 引用该文号；words 词语命中")
    copies: list[CopyItem] = Field([], description="同一文件的其他副本")
    pinned: bool = Field(False, description="编辑为这个问题置顶")
    score: float
    explain: Explanation | None = Field(default=None, description="为何排在此处；只在 debug=1 时给出")


class ReadFilter(BaseModel):
    """A filter that a question says: applied when it was written as a field (年份:2016), else only offered."""

    name: str = Field(description="筛选参数名：year、region、issuer、genre、doc_number；title 为标题含有")
    value: str = Field(description="参数的值")
    label: str = Field(description="显示给人看的值")
    applied: bool = Field(description="true 已作为条件；false 只是建议，可用同名参数筛选")


class Understood(BaseModel):
    """What was read in the question."""

    numbers: list[str] = []
    words: list[str] = []
    excluded: list[str] = []
    synonyms: list[dict[str, str]] = []
    filters: list[ReadFilter] = []


class Corrected(BaseModel):
    """A question that was asked otherwise than typed; with ``correct=false`` it is asked as typed."""

    model_config = ConfigDict(populate_by_name=True, serialize_by_alias=True)

    original: str = Field(validation_alias="from", serialization_alias="from", description="所输入的")
    to: str = Field(description="所检索的")


class FacetValue(BaseModel):
    """One value of a facet, with the number of documents of the answer that have it."""

    value: str
    label: str
    count: int


class SearchAnswer(BaseModel):
    """A page of an answer. ``total`` and facets describe exactly the set that the pages show."""

    query: str
    understood: Understood
    relaxed: str | None = Field(
        None,
        description="放宽的程度：all 词不必相连，most 可缺一些词，unquoted 引号中不作为完整词句，code 机关代字相同或以它开头",
    )
    dropped: list[str] = Field([], description="未参与检索的词")
    corrected: Corrected | None = Field(None, description="改正了错字或拼音后检索；给出 correct=false 则按所输入的检索")
    did_you_mean: str | None = Field(None, description="可能想问的；没有据此检索")
    partial: bool = Field(False, description="集群中有一部分没有及时作答：结果和计数不全，请稍后再试")
    total: int
    page: int
    per_page: int
    pages: int
    hits: list[Hit]
    facets: dict[str, list[FacetValue]]
    took_ms: int


class EvidenceItem(BaseModel):
    """One fact with its evidence; ``span`` are character offsets into ``text`` when ``where`` is text."""

    fact: str
    value: str
    rule: str
    where: str
    quote: str
    span: tuple[int, int] | None = None


class CitationItem(BaseModel):
    """One citation; ``span`` are character offsets into ``text``, or into ``title`` when ``where`` says so."""

    kind: str = Field(description="basis 依据，implements 贯彻落实，forwards 转发印发，amends 修改，repeals 废止，replaces 代替，explains 解读，mentions 提及")  # fmt: skip
    number: str | None = None
    title: str | None = None
    short: str | None = Field(None, description="此处所写的简称，如 《条例》 的 条例")
    where: str = "text"
    span: tuple[int, int]
    document: str | None = Field(None, description="库中该文件的 id")


class RelatedItem(BaseModel):
    """Another document of the collection, and what one of the two does to the other."""

    kind: str
    id: str
    title: str
    number: str | None = None


class EffectItem(RelatedItem):
    """A document that amends, repeals or replaces this one, from a day on."""

    day: date | None = None


class AttachmentItem(BaseModel):
    """A file that belongs to a document; its text stands in the document's from ``start`` on."""

    name: str
    start: int = Field(description="text 中的字符位置")
    length: int = Field(description="字符数")


class DocumentAnswer(BaseModel):
    """A document with its facts, their evidence, and its citations."""

    id: str
    title: str
    text: str = Field(description="整理后的简体全文；表格每行形如 | 甲 | 乙 |")
    original: str | None = Field(None, description="繁体页面的原文")
    doc_number: str | None = None
    issuers: list[str] = []
    region: list[str] = []
    region_codes: list[str] = []
    year: int | None = None
    signed: date | None = None
    published: date | None = None
    genre: str = "other"
    category: str | None = None
    validity: str = Field("unknown", description="今天的有效性")
    in_force_from: date | None = Field(None, description="施行的第一天")
    expires: date | None = Field(None, description="有效的最后一天")
    index_number: str | None = None
    unified_number: str | None = None
    openness: str | None = None
    url: str | None = None
    source: str | None = None
    attachments: list[AttachmentItem] = []
    copy_of: str | None = Field(None, description="本件是副本：列在检索结果中的那一份的 id")
    copies: list[CopyItem] = Field([], description="本件的其他副本")
    evidence: list[EvidenceItem] = []
    cites: list[CitationItem] = []
    effects: list[EffectItem] = Field([], description="修改、废止或代替本文件的文件")
    cited_by: list[RelatedItem] = Field([], description="库中引用本文件的文件，至多一百件")
    cited_by_total: int = 0
    citation: str | None = Field(None, description="参考文献著录，GB/T 7714-2015")


class Suggestion(BaseModel):
    """Something that begins with, or holds as the beginning of a word, what was typed."""

    kind: Literal["title", "term", "issuer", "doc_number"] = Field(description="title 标题，term 词语，issuer 发文机关，doc_number 文号")  # fmt: skip
    text: str = Field(description="选中后填入的文字")
    html: str = Field(description="已转义，所输入的部分为 <mark>；按拼音命中的没有")
    url: str | None = Field(default=None, description="标题和文号：该件的页面")


class SuggestAnswer(BaseModel):
    """Suggestions for a question that is being typed, the likeliest first."""

    query: str
    suggestions: list[Suggestion]


class ParameterFault(BaseModel):
    """What is wrong with one parameter."""

    parameter: str
    message: str
    message_en: str


class Problem(BaseModel):
    """An error (RFC 9457), in Chinese and in English."""

    type: str = "about:blank"
    title: str
    title_en: str = ""
    status: int
    detail: str
    detail_en: str = ""
    errors: list[ParameterFault] = []
