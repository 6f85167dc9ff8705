"""What agents are answered: shorter than the HTTP interface's answers, with full links and evidence in every one."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import BaseModel, Field

from api.figure_schemas import ContradictionItem, FiguresAnswer, SeriesItem
from api.schemas import CitationItem, EffectItem, EvidenceItem, RelatedItem


class FoundDocument(BaseModel):
    """A document found, with the passage that answers best."""

    id: str = Field(description="用于 document、verify_quote、figures")
    title: str
    passage: str = Field(description="最相关的一段原文，首尾的 … 表示截断")
    doc_number: str | None = None
    issuer: str | None = None
    region: list[str] = []
    day: date | None = Field(None, description="成文日期，没有时为发布日期")
    genre: str
    validity: str = Field(description="今天的有效性：in_force、amended、repealed、expired、not_yet_in_force、unknown")
    reason: str = Field(description="number 文号即此件；part 文号与此件部分相符；cites 引用该文号；words 词语命中")
    url: str


class SearchTold(BaseModel):
    """A page of what was found; ``notes`` say what was read otherwise than asked."""

    question: str
    total: int
    page: int
    pages: int
    notes: list[str] = Field(description="放宽、改正、未参与检索的词；空表示完全按所问检索")
    documents: list[FoundDocument]
    url: str = Field(description="同一检索在网站上的地址")


class DocumentTold(BaseModel):
    """A document: its facts with the words that prove them, its relations, and a part of its text."""

    id: str
    title: str
    doc_number: str | None = None
    issuers: list[str] = []
    region: list[str] = []
    signed: date | None = None
    published: date | None = None
    genre: str
    validity: str = Field(description="今天的有效性")
    in_force_from: date | None = None
    expires: date | None = None
    citation: str = Field(description="参考文献著录，GB/T 7714-2015")
    url: str = Field(description="本站文件页")
    source_url: str | None = Field(None, description="原址")
    evidence: list[EvidenceItem] = Field([], description="各项事实的依据；span 为全文中的字符位置")
    effects: list[EffectItem] = Field([], description="修改、废止或代替本文件的文件")
    cites: list[CitationItem] = Field([], description="引用的文件，至多五十处")
    cites_total: int = 0
    cited_by: list[RelatedItem] = Field([], description="引用本文件的文件，新的在前，至多二十件")
    cited_by_total: int = 0
    text: str = Field(description="全文中从 start 起的一段；表格每行形如 | 甲 | 乙 |")
    start: int
    characters: int = Field(description="全文的字符数")
    next_start: int | None = Field(None, description="下一段从何处起；null 表示已到末尾")


class QuoteDifference(BaseModel):
    """Where quotation and document differ."""

    quoted: str = Field(description="引文中的字，空表示引文缺此处")
    found: str = Field(description="文件中的字，空表示文件没有此处")
    span: tuple[int, int] = Field(description="在文件中的字符位置")


class QuoteTold(BaseModel):
    """Whether a sentence stands in a document."""

    verdict: Literal["exact", "near", "absent"] = Field(
        description="exact 一字不差（不计空格、换行、字形繁简、括号样式）；near 相近但有出入，见 differences；absent 没有"
    )
    document: str = Field(description="文件编号")
    title: str
    doc_number: str | None = None
    validity: str = Field(description="文件今天的有效性；已废止、已失效的，引用时要说明")
    where: Literal["text", "title"] | None = Field(None, description="见于正文还是标题")
    span: tuple[int, int] | None = Field(None, description="首次出现的字符位置")
    found: str = Field("", description="该处的原文；引用时用它")
    before: str = Field("", description="该处之前的原文")
    after: str = Field("", description="该处之后的原文")
    occurrences: int = Field(0, description="一字不差地出现几次")
    edits: int = Field(0, description="相差几个字")
    differences: list[QuoteDifference] = []
    url: str = Field(description="文件页中该句所在之处")


class FigureCell(BaseModel):
    """A cell of a statutory table."""

    indicator: list[str] = Field(description="指标的各级名称，由外到内")
    party: str | None = Field(None, description="所在的列")
    value: float
    unit: str | None = None


class FigureRow(BaseModel):
    """A row of a statutory table, as it stands there and as it was read."""

    row: str = Field(description="原文")
    url: str
    cells: list[FigureCell]


class ReportFigures(BaseModel):
    """The figures of one report."""

    id: str
    title: str
    rows: list[FigureRow]
    contradictions: list[ContradictionItem] = Field([], description="不合表格勾稽关系之处")


class FiguresTold(BaseModel):
    """One of three: an indicator through reports, the figures of one report, or which indicators there are."""

    indicators: list[SeriesItem] | None = Field(default=None, description="可查的指标；没有给出指标和文件时")
    indicator: FiguresAnswer | None = Field(default=None, description="一项指标在各地各年报告中的数值与合计")
    report: ReportFigures | None = Field(default=None, description="一份报告的各项数值")
