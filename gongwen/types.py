"""All concepts of the core, one frozen dataclass each, no behaviour beyond their normal forms.

Offsets are character offsets (``str`` indexes), half open. Years are CE years. Dates are :class:`datetime.date`.
The English names of Chinese terms are fixed in ``docs/glossary.md``.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import IntEnum, StrEnum
from typing import Generic, NamedTuple, TypeVar

T = TypeVar("T")


class Span(NamedTuple):
    """A stretch of text: ``text[span.start:span.end]``."""

    start: int
    end: int


class Where(StrEnum):
    """The part of a document a fact was read from."""

    METADATA = "metadata"
    TITLE = "title"
    TEXT = "text"
    SOURCE = "source"


@dataclass(frozen=True, slots=True)
class Evidence:
    """Why we believe a fact: the rule that found it, in the words shown to the reader (标题开头的机关), and the words it was
    found in.

    ``span`` gives offsets into the part named by ``where`` (for metadata: into the value); None when the fact
    follows from no stretch of text.
    """

    rule: str
    where: Where
    quote: str
    span: Span | None = None


@dataclass(frozen=True, slots=True)
class Fact(Generic[T]):
    """A value read from a document, with its evidence."""

    value: T
    evidence: Evidence


class Level(IntEnum):
    """Level of a division or of a body: 国家, 省级, 地级, 县级."""

    CENTRAL = 0
    PROVINCE = 1
    PREFECTURE = 2
    COUNTY = 3


@dataclass(frozen=True, slots=True)
class Division:
    """An administrative division 行政区划 in one period of its life: 330803 衢江区, since 2001.

    ``code`` is the six-digit GB/T 2260 code. ``since`` and ``until`` are years; the unit exists in every year y
    with ``since <= y <= until`` (None: open on that side).
    """

    code: str
    name: str
    level: Level
    since: int | None = None
    until: int | None = None


@dataclass(frozen=True, slots=True)
class Region:
    """A place as the chain of its divisions from the province down: 浙江省 / 衢州市 / 衢江区.

    A county governed directly by its province has a chain of two (湖北省 / 仙桃市).
    """

    divisions: tuple[Division, ...]

    @property
    def code(self) -> str:
        """Six-digit code of the lowest division, ``330803``."""
        return self.divisions[-1].code

    @property
    def level(self) -> Level:
        """Level of the lowest division."""
        return self.divisions[-1].level

    @property
    def names(self) -> tuple[str, ...]:
        """``('浙江省', '衢州市', '衢江区')``."""
        return tuple(d.name for d in self.divisions)

    @property
    def codes(self) -> tuple[str, ...]:
        """``('330000', '330800', '330803')``."""
        return tuple(d.code for d in self.divisions)

    def __str__(self) -> str:
        return "".join(self.names)

    def contains(self, other: Region) -> bool:
        """True when ``other`` is this place or lies in it: 衢州市 contains 衢江区."""
        return other.codes[: len(self.codes)] == self.codes


@dataclass(frozen=True, slots=True)
class RegionMention:
    """A stretch of text that names a place, with every place it can mean (one when it is unambiguous)."""

    span: Span
    text: str
    candidates: tuple[Region, ...]


class NumberForm(StrEnum):
    """How a document number is written."""

    BRACKETED = "bracketed"  # 杭政办发电〔2016〕6号
    ORDER = "order"  # 国务院令第843号
    YEARLY = "yearly"  # 公告2020年第5号


@dataclass(frozen=True, slots=True, order=True)
class DocNumber:
    """A document number 发文字号: issuing code 机关代字, year and serial. ``str()`` is its normal form.

    >>> str(DocNumber("杭政办发电", 2016, 6))
    '杭政办发电〔2016〕6号'
    >>> str(DocNumber("国令", None, 843, NumberForm.ORDER))
    '国令第843号'
    """

    code: str
    year: int | None
    serial: int
    form: NumberForm = NumberForm.BRACKETED

    @property
    def parts(self) -> tuple[str, ...]:
        """Code, year if it has one, and serial: ``('杭政办发电', '2016', '6')``."""
        return tuple(str(part) for part in (self.code, self.year, self.serial) if part is not None)

    def __str__(self) -> str:
        if self.form is NumberForm.ORDER:
            return f"{self.code}第{self.serial}号"
        if self.form is NumberForm.YEARLY:
            return f"{self.code}{self.year}年第{self.serial}号"
        return f"{self.code}〔{self.year}〕{self.serial}号"


@dataclass(frozen=True, slots=True)
class NumberMention:
    """A document number found in a text: the number, its span, and the span of its issuing code."""

    number: DocNumber
    span: Span
    code_span: Span


@dataclass(frozen=True, slots=True)
class DateMention:
    """A calendar date found in a text."""

    date: date
    span: Span


@dataclass(frozen=True, slots=True)
class IssuingBody:
    """An issuing body 发文机关 under its normal full name: 衢州市衢江区人民政府. ``level`` is None when unknown."""

    name: str
    level: Level | None = None
    region: Region | None = None


class Genre(StrEnum):
    """Kind of document: the 15 公文种类 of 《党政机关公文处理工作条例》 art. 8 by their own names, then what sites publish beside them."""

    RESOLUTION = "决议"
    DECISION = "决定"
    ORDER = "命令"
    COMMUNIQUE = "公报"
    ANNOUNCEMENT = "公告"
    PUBLIC_NOTICE = "通告"
    OPINION = "意见"
    NOTICE = "通知"
    CIRCULAR = "通报"
    REPORT = "报告"
    REQUEST = "请示"
    REPLY = "批复"
    BILL = "议案"
    LETTER = "函"
    MINUTES = "纪要"
    ANNUAL_REPORT = "annual_report"
    INTERPRETATION = "interpretation"
    WORK_REPORT = "work_report"
    BUDGET = "budget"
    PERSONNEL = "personnel"
    PROPOSAL_ANSWER = "proposal_answer"
    TENDER = "tender"
    REGULATION = "regulation"
    OTHER = "other"


class LegalRank(StrEnum):
    """Legal rank 效力位阶 of a statute, the highest first (《立法法》 arts. 98-102)."""

    CONSTITUTION = "constitution"
    LAW = "law"
    JUDICIAL = "judicial"  # 司法解释
    REGULATION = "regulation"  # 行政法规
    LOCAL = "local"  # 地方性法规、地方政府规章
    RULE = "rule"  # 部门规章
    PART = "part"  # an article whose statute is not named


class Validity(StrEnum):
    """Validity 有效性 of a document."""

    IN_FORCE = "in_force"
    AMENDED = "amended"
    REPEALED = "repealed"
    EXPIRED = "expired"
    NOT_YET = "not_yet_in_force"
    UNKNOWN = "unknown"


class CitationKind(StrEnum):
    """What a citation does to the document it names."""

    BASIS = "basis"  # 根据, 按照
    IMPLEMENTS = "implements"  # 贯彻, 落实, 执行
    FORWARDS = "forwards"  # 转发, 印发
    AMENDS = "amends"  # 修改, or repeals a part
    REPEALS = "repeals"  # 废止
    REPLACES = "replaces"  # 以本办法代替, 原《…》同时废止
    EXPLAINS = "explains"  # 解读
    MENTIONS = "mentions"


@dataclass(frozen=True, slots=True)
class Citation:
    """Another document named in the text, by number or by 《title》 or both; ``span`` covers what is written.

    ``title`` is the whole title also where the text writes a short name it has introduced (以下简称《条例》), which is then
    in ``short``. ``where`` says whether ``span`` lies in the text or in the document's title.
    """

    kind: CitationKind
    span: Span
    number: DocNumber | None = None
    title: str | None = None
    short: str | None = None
    where: Where = Where.TEXT


@dataclass(frozen=True, slots=True)
class Effect:
    """What another document does to this one: ``kind`` is amends, repeals or replaces; ``day`` is the first day on which that
    holds, None when it is unknown; ``by`` identifies the other document.
    """

    kind: CitationKind
    day: date | None
    by: str


@dataclass(frozen=True, slots=True)
class Page:
    """What a reader of files hands to the core: one document as found, before anything is understood.

    ``metadata`` are label and value pairs as the page has them (索引号, 文号, 发布日期 …), without their colons.
    ``original`` is the text before it was simplified, when it was in traditional script.
    """

    text: str
    title: str | None = None
    metadata: tuple[tuple[str, str], ...] = ()
    url: str | None = None
    original: str | None = None


@dataclass(frozen=True, slots=True)
class Fragment:
    """A stretch of a page that is no document (search-box text, a cut-off copy of another page), and why."""

    text: str
    reason: str


@dataclass(frozen=True, slots=True)
class Figure:
    """One cell of a statutory table 统计数据: what is counted, for whom, how much.

    ``indicator`` is the path of bare labels from the outermost down (本年度办理结果, 不予公开, 属于国家秘密), without their
    numbering; ``party`` the column (自然人, 总计, 对外公开总数量), None where a row has one value; ``span`` the row in the text.
    """

    indicator: tuple[str, ...]
    party: str | None
    value: float
    unit: str | None
    span: Span


@dataclass(frozen=True, slots=True)
class Contradiction:
    """Figures of one document that cannot all be right: the form's own arithmetic, what it demands and what stands there."""

    rule: str
    expected: float
    found: float
    span: Span


class Openness(StrEnum):
    """Manner of disclosure 公开方式 (《政府信息公开条例》 arts. 13, 16, 27)."""

    PROACTIVE = "主动公开"
    ON_REQUEST = "依申请公开"
    WITHHELD = "不予公开"


class IdentifierKind(StrEnum):
    """What an index number 索引号 begins with; see :mod:`gongwen.identifiers`."""

    DIVISION = "division"  # 行政区划代码
    CREDIT_CODE = "credit_code"  # 统一社会信用代码
    ORGANISATION = "organisation"  # 组织机构代码


class PersonalKind(StrEnum):
    """Kinds of personal data 个人信息 that a published document should not carry."""

    ID_CARD = "id_card"
    MOBILE = "mobile"
    BANK_CARD = "bank_card"
    HOME_ADDRESS = "home_address"


@dataclass(frozen=True, slots=True)
class PersonalMention:
    """A stretch of text that is personal data of a private person."""

    kind: PersonalKind
    span: Span


@dataclass(frozen=True, slots=True)
class Document:
    """An official document 公文 with the facts read from it.

    ``text`` is the clean simplified text (see :mod:`gongwen.normalize`); evidence spans with ``Where.TEXT`` are
    offsets into it, with ``Where.TITLE`` into ``title``. ``original`` is the text as found, None when it is the same.
    ``validity`` is what page and text state without regard to the day it is; what holds on a day, :func:`gongwen.validity.decide`
    says. ``in_force_from`` and ``expires`` are the first and the last day on which the document is in force.
    ``category`` is one of :data:`gongwen.category.CATEGORIES`, ``site_category`` the site's own class as it writes it.
    ``unreadable`` are the places of ``text`` with characters that could not be read (〓, U+FFFD).
    """

    title: str
    text: str
    original: str | None = None
    doc_number: Fact[DocNumber] | None = None
    issuers: tuple[Fact[IssuingBody], ...] = ()
    region: Fact[Region] | None = None
    year: Fact[int] | None = None
    signed: Fact[date] | None = None
    published: Fact[date] | None = None
    genre: Fact[Genre] | None = None
    category: Fact[str] | None = None
    site_category: Fact[str] | None = None
    validity: Fact[Validity] | None = None
    index_number: Fact[str] | None = None
    unified_number: Fact[str] | None = None
    openness: Fact[Openness] | None = None
    in_force_from: Fact[date] | None = None
    expires: Fact[date] | None = None
    cites: tuple[Citation, ...] = ()
    numbers: tuple[NumberMention, ...] = ()
    figures: tuple[Figure, ...] = ()
    contradictions: tuple[Contradiction, ...] = ()
    personal: tuple[PersonalMention, ...] = ()
    unreadable: tuple[Span, ...] = ()
