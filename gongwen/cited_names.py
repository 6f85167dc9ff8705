"""Names of documents in a text: document numbers, 《titles》, both together, and the short names a text introduces.

Rules of 《党政机关公文处理工作条例》 art. 19 and GB/T 9704: who cites a document writes its title first and its number
behind it in brackets. Lists and tables of documents (废止的文件目录) write titles without 《》; there a title is believed
where it fills a line or a cell.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache, lru_cache

from gongwen.data import rows
from gongwen.normalize import fold
from gongwen.types import DocNumber, NumberForm, NumberMention, Span

_TITLE = re.compile(r"《((?:[^《》]|《[^《》]{0,120}》){2,120})》")  # pages break lines inside a title, too
_NUMBERED = r"(?:[(]?[0-9一二三四五六七八九十]{1,4}[)]?[.、,) ]{1,2})?"
_UNMARKED = re.compile(rf"^[ ]*{_NUMBERED}[ ]*(?P<title>[^。;:|《\n][^。;:|\n]{{6,119}})$")
_TO_NUMBER = re.compile(r"[ \n]{0,2}[(〔]?[ ]?原?")  # between a title and the number behind it
_FROM_NUMBER = re.compile(r"(?:文件?)?[ )〕]?(?:(?:公布|发布|印发)的)?")  # between a number and the title behind it
_SHORT = re.compile(r"称(?:为|作)?[:,]?[\"']{0,2}(?:《([^《》\n\"]{2,30})》|([^《》()\n\"',。;]{2,20})[\"'])")
_SHORT_REACH = 80  # characters between a name and the short name introduced for it; the longest read has 31
_GENERIC = re.compile(
    r"(?:本|该|此|上述)?(?:实施|行动|工作|指导|管理|暂行|若干|有关|政策|应急)?"
    r"(?:法|条例|办法|规定|决定|意见|通知|方案|细则|规则|规划|纲要|要点|公告|通告|批复|报告|标准|目录|清单|措施|指引|指南|预案|计划|函|规程|章程|公约)"
)
_OF_THIS = re.compile(r"本(?!市|省|县|区|地|州|级|溪|科|土|币|草|票|息|金)")
_KINDS = ("公告", "通告", "令")
_LINE = re.compile(r"[^\n]+")
_WRAPPED = re.compile(
    r"^[^《》]{0,80}?(?:关于)?(?:印发|发布|公布|颁布|颁发|下发)(?:《(?P<marked>.+)》|(?P<bare>[^《》].+?))的(?:通知|公告|函|决定|通告|令)$"
    r"|^[^《》]{2,60}?印发《(?P<printed>[^《》]{4,}?)》$"  # 中共中央办公厅 国务院办公厅印发《…的意见》
)
_ADDED = re.compile(r"[(（〔][^()（）〔〕]{1,14}[)）〕]$")
_ISSUER = re.compile(r"^[^关《》]{2,60}?(?=关于)")


@dataclass(frozen=True, slots=True)
class Name:
    """The name of a document as written at ``span``; ``short`` when a short name is written there."""

    span: Span
    number: DocNumber | None = None
    title: str | None = None
    short: str | None = None


@cache
def word(name: str) -> re.Pattern[str]:
    """A pattern of ``data/citation_words.tsv`` by its name."""
    return next(re.compile(row["pattern"]) for row in rows("citation_words.tsv") if row["name"] == name)


def key(title: str) -> str:
    """What two writings of one title have in common: its letters and digits.

    >>> key("《关于印发〈办法（试行）〉的通知》") == key("关于印发《办法(试行)》的通知")
    True
    """
    return _key(title[:400])


@lru_cache(maxsize=65_536)  # the same laws are cited again and again: half the time of relating 100,000 documents
def _key(title: str) -> str:
    return re.sub(r"\W|_", "", fold(title))


def unwrapped(title: str) -> str | None:
    """The title of what a notice prints, None for a title that prints nothing.

    >>> unwrapped("市政府办公室关于印发《城市内涝防御应急预案》的通知"), unwrapped("关于做好工作的通知")
    ('城市内涝防御应急预案', None)
    """
    match = _WRAPPED.match(title[:400])
    return (match["marked"] or match["bare"] or match["printed"]) if match else None


def bare(title: str) -> str:
    """A title without what brackets add at its end: 实施方案(试行) -> 实施方案."""
    return _ADDED.sub("", title[:400])


def without_issuer(title: str) -> str:
    """A title from 关于 on: 娄底市人民政府办公室关于做好工作的通知 -> 关于做好工作的通知."""
    return title[match.end() :] if (match := _ISSUER.match(title[:400])) else title


def find(folded: str, numbers: tuple[NumberMention, ...]) -> tuple[Name, ...]:
    """Every name of a document in a folded text, in order. Numbers that stand alone on a line head a document and are
    no citation; a title counts when its last word names a kind of document, or when a number stands beside it.

    >>> from gongwen import docnumber
    >>> text = "根据《公文办法》(国发〔2012〕3号,以下简称《办法》),《办法》规定"
    >>> [(str(name.number), name.title, name.short) for name in find(text, docnumber.find(text))]
    [('国发〔2012〕3号', '公文办法', None), ('国发〔2012〕3号', '公文办法', '办法')]
    """
    titles = [Name(Span(*match.span()), title=match[1].replace("\n", "")) for match in _TITLE.finditer(folded)]
    marked = _with_numbers(folded, titles, numbers)
    shorts = _short_names(folded, marked)
    introductions = {at for places in shorts.values() for at, _ in places}
    found = []
    for name in marked:
        meant = _introduced(shorts, name)
        if name.span.end in introductions:  # 以下简称《办法》 itself names nothing anew
            continue
        if meant is not None or name.number or (name.title and _is_document(name.title)):
            found.append(meant or name)
    return tuple(found)


def _with_numbers(folded: str, titles: list[Name], numbers: tuple[NumberMention, ...]) -> list[Name]:
    """Titles and numbers in order, a title and the number that belongs to it as one."""
    ends = [name.span.end for name in titles]
    used: set[Span] = set()
    found: list[Name] = []
    for mention in numbers:
        start, end = mention.span
        if mention.number.form is NumberForm.ORDER and mention.number.code in _KINDS:
            continue  # 通告(第1号): no body is named, so no document is
        i = bisect_right(ends, start) - 1
        before = titles[i] if i >= 0 else None
        after = titles[i + 1] if i + 1 < len(titles) else None
        if after and after.span.start < start:  # a number inside a title belongs to the title
            continue
        title: Name | None = None
        if before and start - before.span.end <= 5 and _TO_NUMBER.fullmatch(folded, before.span.end, start):
            title = before
        elif after and after.span.start - end <= 6 and _FROM_NUMBER.fullmatch(folded, end, after.span.start):
            title = after
        if title is None:
            title = _unmarked_before(folded, mention.span) or _in_row(folded, mention.span)
        if title is None and _alone(folded, mention.span):
            continue
        if title:
            used.add(title.span)
            span = Span(min(start, title.span.start), max(end, title.span.end))
            found.append(Name(span, mention.number, title.title))
        else:
            found.append(Name(mention.span, mention.number))
    found += [name for name in titles if name.span not in used]
    return _outermost(sorted(found, key=lambda name: (name.span.start, -name.span.end)))


def _outermost(names: list[Name]) -> list[Name]:
    """Names in order without those inside another: a title without 《》 may hold one with them (关于印发《要点》的通知)."""
    kept: list[Name] = []
    for name in names:
        if not kept or name.span.start >= kept[-1].span.end or name.span == kept[-1].span:
            kept.append(name)
    return kept


def _alone(folded: str, span: Span) -> bool:
    """True of a number that fills its line, or that begins it before 附件: the head of a document, its own or an attached one."""
    before = folded[max(0, span.start - 12) : span.start].rpartition("\n")[2].strip(" (〔")
    after = folded[span.end : span.end + 12].partition("\n")[0].strip(" )〕")
    return not before and (not after or after.startswith("附件"))


def _unmarked_before(folded: str, span: Span) -> Name | None:
    """A title without 《》 that fills the line up to the number in brackets: 1.娄底市…的通知(娄政发〔2013〕11号)."""
    if folded[span.start - 1 : span.start] not in ("(", "〔"):
        return None
    start = folded.rfind("\n", max(0, span.start - 140), span.start - 1) + 1
    return title_of_line(folded, Span(start, span.start - 1)) if start or span.start <= 140 else None


def title_of_line(folded: str, line: Span) -> Name | None:
    """The title without 《》 that a line of a list is, without its numbering; None when it is none."""
    match = _UNMARKED.match(folded[line.start : line.end].rstrip(" ."))
    if match is None or not _is_document(match["title"].strip()) or key(match["title"]) == "":
        return None
    start = line.start + match.start("title")
    return Name(Span(start, start + len(match["title"])), title=match["title"].strip())


def _in_row(folded: str, span: Span) -> Name | None:
    """The title in the same table row as a number that fills its cell: | 1 | 关于做好工作的通知 | 娄政发〔2013〕11号 |."""
    before = folded[max(0, span.start - 3) : span.start].rstrip(" (〔")
    if not before.endswith("|"):
        return None
    start = folded.rfind("\n", max(0, span.start - 200), span.start) + 1
    end = folded.find("\n", span.end, span.end + 200)
    return title_of_row(folded, Span(start, end if end >= 0 else min(len(folded), span.end + 200)))


def title_of_row(folded: str, row: Span) -> Name | None:
    """The first cell of a table row that is a title, with or without 《》."""
    for match in re.finditer(r"[^|\n]+", folded[row.start : min(row.end, row.start + 600)]):
        cell = match[0].strip()
        bare = cell[1:-1] if cell.startswith("《") and cell.endswith("》") else cell
        if 6 <= len(bare) <= 120 and _is_document(bare) and not re.search(r"[。;:]", bare):
            start = row.start + match.start() + match[0].index(cell)
            return Name(Span(start, start + len(cell)), title=bare)
    return None


def _is_document(title: str) -> bool:
    """《…条例》, 《关于…的通知》; not a newspaper or a column, not 《本办法》 nor a bare 《通知》."""
    return bool(word("document_end").search(title) and not _GENERIC.fullmatch(title) and not _OF_THIS.match(title))


def _short_names(folded: str, names: list[Name]) -> dict[str, list[tuple[int, Name]]]:
    """Short name -> (where it is introduced, what it stands for), in order; the last name before it is meant."""
    ends = [name.span.end for name in names]
    found: dict[str, list[tuple[int, Name]]] = {}
    for match in _SHORT.finditer(folded):
        i = bisect_right(ends, match.start()) - 1
        near = i >= 0 and match.start() - ends[i] <= _SHORT_REACH
        between = folded[ends[i] : match.start()] if near else None
        if between is not None and not re.search(r"[。;\n]", between):
            short = (match[1] or match[2]).strip()
            found.setdefault(short, []).append((match.end(), names[i]))
    return found


def _introduced(shorts: dict[str, list[tuple[int, Name]]], name: Name) -> Name | None:
    """What a short name stands for at this place: the last introduction before it; None for any other name."""
    if name.number is not None or name.title is None:
        return None
    meant = None
    for at, target in shorts.get(name.title, ())[:50]:
        if at < name.span.end:
            meant = target
    return replace(meant, span=name.span, short=name.title) if meant else None


def lines(folded: str) -> Iterator[Span]:
    """The spans of the lines of a text that hold anything."""
    return (Span(*match.span()) for match in _LINE.finditer(folded))
