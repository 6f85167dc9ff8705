"""Shapes of the answers about figures of annual reports."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field, field_validator

from api.schemas import Fault, Year, known_regions
from gongwen import series

MOST_CELLS = 2000
"""Reports of one answer; sums are of as many."""


class FiguresParams(BaseModel):
    """Which figures: one series, of which places, years and bodies. Unknown parameters are refused by name."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    indicator: str = Field(description="指标的名称或编号，见 /api/v1/figures/series", examples=["收到申请", "received"])
    region: list[str] = Field([], max_length=20, description="地区及其下级；多个为并集。", examples=[["浙江省"]])
    year: list[Year] = Field([], max_length=60, description="报告年份；多个为并集。", examples=[[2020]])
    body: list[str] = Field([], max_length=20, description="发布报告的机关全称；多个为并集。", examples=[["衢州市人民政府"]])  # fmt: skip
    limit: int = Field(500, ge=1, le=MOST_CELLS, description="至多几份报告。")

    @field_validator("indicator")
    @classmethod
    def _indicator(cls, value: str) -> str:
        found = series.named(value.strip())
        if found is None:
            names = "、".join(one.name for one in series.known().values())
            raise Fault(
                f"没有指标 {value}；可用：{names}", f"no indicator {value}; one of: {', '.join(series.known())}"
            )
        return found.id

    @field_validator("region")
    @classmethod
    def _region(cls, values: list[str]) -> list[str]:
        return known_regions(values)


class SeriesItem(BaseModel):
    """A count that annual reports give, followed through the forms of the years."""

    id: str = Field(examples=["received"])
    name: str = Field(examples=["收到申请"])
    unit: str = Field(examples=["件"])
    reports: int = Field(0, description="给出这项指标的报告份数")


class SeriesAnswer(BaseModel):
    """All series, in the order of the forms."""

    series: list[SeriesItem]


class Cell(BaseModel):
    """What one report says of an indicator, and where it stands."""

    value: float
    body: str | None = Field(None, description="发布报告的机关")
    region: list[str] = []
    year: int | None = None
    level: str = Field(description="nation、province、prefecture、county")
    document: str = Field(description="报告的 id")
    title: str
    url: str = Field(description="本站文件页中该数所在的行")
    span: tuple[int, int] = Field(description="该数所在的行，text 中的字符位置")
    copies: list[str] = Field(default=[], description="同一机关同一年份的其他报告的 id；不计入合计")


class Sum(BaseModel):
    """The sum of a place and a year over the reports of one level: those of a city and of its counties overlap."""

    region: list[str]
    year: int | None
    level: str = Field(description="相加的报告属于哪一级：province 省级，prefecture 市级，county 县级")
    value: float
    reports: int


class FiguresAnswer(BaseModel):
    """One indicator through reports, years newest first, and its sums."""

    indicator: SeriesItem
    total: int = Field(description="符合的报告份数，包括未列出的")
    cells: list[Cell]
    sums: list[Sum]


class DocumentFigure(BaseModel):
    """A cell of a statutory table."""

    indicator: list[str] = Field(description="指标的各级名称，由外到内", examples=[["本年度办理结果", "予以公开"]])
    party: str | None = Field(None, description="所在的列", examples=["自然人"])
    value: float
    unit: str | None = None
    span: tuple[int, int] = Field(description="所在的行，text 中的字符位置")


class ContradictionItem(BaseModel):
    """Figures of one report that cannot all be right, by the form's own arithmetic."""

    rule: str
    expected: float
    found: float
    span: tuple[int, int]


class DocumentFiguresAnswer(BaseModel):
    """All figures of a document, and what contradicts itself among them."""

    id: str
    title: str
    figures: list[DocumentFigure]
    contradictions: list[ContradictionItem]
