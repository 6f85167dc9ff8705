"""Citations 引用: other documents named in a text by number or by 《title》, and what the text does with them.

The kind is read from the words round the name (``data/citation_words.tsv``): behind it 同时废止, 作如下修改, 印发给你们;
before it 根据 (basis), 贯彻落实 (implements), 转发 (forwards), 修改 (amends), 废止 (repeals). Names that stand side by side
(根据《甲》、《乙》和《丙》) share one kind. In a list of documents (下列文件予以废止:) the list says it. Only what the text
itself does counts: a report that another body printed, or once repealed, something mentions it.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from functools import cache

from gongwen import cited_lists, cited_names
from gongwen.cited_names import Name, bare, key, unwrapped, word
from gongwen.types import Citation, CitationKind, DocNumber, NumberMention, Span, Where

_REACH = 80  # characters before and behind a name in which its verb is looked for
_BESIDE = re.compile(
    r"[)〕]?(?:第[^,。;《》]{1,12}[条款项章节])?(?:[^。;:,《》\n]{0,30}[、和及与或暨][^。;:,《》\n]{0,24})?"
)
_INTRODUCED = re.compile(r"^[)〕]?[(,]{0,2}(?:以下|下文|下)?统?(?:简称|称)[^)〕\n]{0,40}[)〕]")  # (…,以下简称《通知》)
_STOP = re.compile(r"[。;!?\n]")
# 根据2017年9月30日省人大常委会第三十二次会议关于修改《节约能源条例》等八件地方性法规的决定第二次修正: what a decision did, told of this statute.
_HISTORY = re.compile(r"(?:根据|会议)[^。;《》\n]{0,70}关于(?:修改|修订|修正|废止)$")
_DECISION = re.compile(r"(?:等[^。;,《\n]{0,20})?的决定")
# What is done only to another document: 原《户外广告管理办法》同时废止 in the new one of that name.
_OF_OLD = (CitationKind.REPEALS, CitationKind.REPLACES)
_TITLED = re.compile(r"《((?:[^《》\n]|《[^《》\n]{0,120}》){4,120})》")


def find(
    folded: str,
    numbers: tuple[NumberMention, ...],
    own: DocNumber | None,
    *,
    title: str = "",
    explains: bool = False,
) -> tuple[Citation, ...]:
    """Every citation of a folded text in order, then those that only its folded ``title`` names; never raises.

    ``own`` is the document's own number; neither it nor the document's title, nor the title of what it prints (关于印发
    《办法》的通知), is a citation. ``explains`` is True of an interpretation 解读: the document named in its title, else the
    first that the text names, is the one it explains.

    >>> from gongwen import docnumber
    >>> text = "根据《关于深化政务公开的意见》(中办发〔2011〕22号)精神"
    >>> [(c.kind.value, str(c.number), c.title) for c in find(text, docnumber.find(text), None)]
    [('basis', '中办发〔2011〕22号', '关于深化政务公开的意见')]
    """
    lists = cited_lists.find(folded)
    names = _with_listed(folded, list(cited_names.find(folded, numbers)), lists)
    listed = _listed_kinds(names, lists)
    kinds = [kind for group in _groups(folded, names) for kind in _kinds(folded, group, listed)]
    mine = _own_keys(title)
    found = [
        Citation(kind, name.span, name.number, name.title, name.short)
        for name, kind in zip(names, kinds, strict=True)
        if not _is_own(name, own, mine if kind not in _OF_OLD else frozenset())
    ]
    found += _of_title(title, found, mine)
    return _explaining(found, title) if explains else tuple(found)


def _own_keys(title: str) -> frozenset[str]:
    printed = unwrapped(title)
    return frozenset(key(bare(each)) for each in (title, printed) if each)


def _is_own(name: Name, own: DocNumber | None, mine: frozenset[str]) -> bool:
    if name.number is not None:
        return name.number == own
    return name.title is not None and key(bare(name.title)) in mine


def _with_listed(folded: str, names: list[Name], lists: Iterable[tuple[Span, CitationKind]]) -> list[Name]:
    """The names, and the titles without 《》 that are entries of a list."""
    starts = [name.span.start for name in names]
    added = []
    for line, _ in lists:
        i = bisect_left(starts, line.start)
        if i < len(names) and starts[i] < line.end:
            continue
        row = folded[line.start : line.start + 3].lstrip().startswith("|")
        entry = cited_names.title_of_row(folded, line) if row else cited_names.title_of_line(folded, line)
        added += [entry] if entry else []
    return sorted([*names, *added], key=lambda name: name.span)


def _listed_kinds(names: Sequence[Name], lists: Iterable[tuple[Span, CitationKind]]) -> dict[int, CitationKind]:
    """Start of the first name of each line of a list -> what the list does to it."""
    starts = [name.span.start for name in names]
    found = {}
    for line, kind in lists:
        i = bisect_left(starts, line.start)
        if i < len(names) and starts[i] < line.end:
            found[starts[i]] = kind
    return found


def _groups(folded: str, names: Sequence[Name]) -> list[list[Name]]:
    """Names in order, those that stand side by side together."""
    groups: list[list[Name]] = []
    for name in names:
        if groups and _beside(folded, groups[-1][-1].span.end, name.span.start):
            groups[-1].append(name)
        else:
            groups.append([name])
    return groups


def _beside(folded: str, end: int, start: int) -> bool:
    """True when only 、, 和 or the name of a body stands between two names."""
    if start - end > 60:
        return False
    between = folded[end:start]
    bare = _INTRODUCED.sub("", between).removeprefix(")").removeprefix("〕")
    return bool(_BESIDE.fullmatch(bare)) and not word("verb").search(bare)


def _kinds(folded: str, group: Sequence[Name], listed: dict[int, CitationKind]) -> list[CitationKind]:
    """The kind of every name of a group: one for all, but in a list each line has its own."""
    first, last = group[0].span, group[-1].span
    before = _before(folded, first.start)
    after = _after(folded, last.end)
    kind = _behind(before, after) or _in_front(before, after) or CitationKind.MENTIONS
    if _HISTORY.search(before) and _DECISION.match(after):
        kind = CitationKind.MENTIONS
    return [
        listed.get(name.span.start, kind) if kind is CitationKind.MENTIONS and not _kept(after) else kind
        for name in group
    ]


def _before(folded: str, start: int) -> str:
    """The words before a name up to the end of another name or of a sentence; the line break before them stays."""
    text = folded[max(0, start - _REACH) : start]
    cut = max(text.rfind("》"), max((match.start() for match in _STOP.finditer(text)), default=-1))
    return text[cut + 1 :] if cut >= 0 and text[cut] != "\n" else text[max(cut, 0) :]


def _after(folded: str, end: int) -> str:
    text = _INTRODUCED.sub("", folded[end : end + _REACH]).lstrip(")〕")
    stop = _STOP.search(text)
    return text[: stop.end()] if stop else text


def _kept(after: str) -> bool:
    return bool(word("after_keeps").match(after))


def _behind(before: str, after: str) -> CitationKind | None:
    """What the words behind a name say; they decide before those in front (根据本办法,《甲》同时废止)."""
    ended = word("after_repeals").match(after)
    if ended and word("not_done").search(ended[0]):
        ended = None
    old = ended and "同时" in ended[0] and word("before_old").search(before)
    rules = (
        (CitationKind.MENTIONS, _kept(after)),
        (CitationKind.REPLACES, old or word("after_replaced").match(after)),
        (CitationKind.AMENDS, ended and word("partly").search(ended[0])),
        (CitationKind.REPEALS, ended),
        (CitationKind.AMENDS, word("after_amends").match(after)),
        (CitationKind.IMPLEMENTS, word("after_carried").match(after)),
        (CitationKind.FORWARDS, word("after_forwards").match(after)),
        (CitationKind.FORWARDS, word("forwarding").search(before) and word("forwarded_title").match(after)),
    )
    return next((kind for kind, holds in rules if holds), None)


def _in_front(before: str, after: str) -> CitationKind | None:
    """What the words in front of a name say: what is done to it, else the verb nearest to it in its clause."""
    rules = (
        (CitationKind.MENTIONS, word("intended").search(before)),
        (CitationKind.REPEALS, word("before_repeals").search(before) and not _participle(after)),
        (CitationKind.REPLACES, word("before_replaces").search(before)),
        (CitationKind.AMENDS, word("before_amends").search(before)),
        (CitationKind.FORWARDS, word("own_forwarding").search(before)),
    )
    return next((kind for kind, holds in rules if holds), None) or _verb(before.rpartition(",")[2])


def _verb(clause: str) -> CitationKind | None:
    verb = next(reversed(list(_verbs().finditer(clause))), None)
    if verb is None or verb["other"]:
        return None
    return CitationKind.BASIS if verb["basis"] else CitationKind.IMPLEMENTS


def _participle(after: str) -> bool:
    """True of 停止执行《甲》的决定 as what somebody else decided."""
    return after.startswith("的决定")


@cache
def _verbs() -> re.Pattern[str]:
    return re.compile("|".join(f"(?P<{key}>{word(name).pattern})" for key, name in _VERBS.items()))


_VERBS = {"basis": "basis", "implements": "implements", "other": "other_verb"}


def _of_title(title: str, found: Sequence[Citation], mine: frozenset[str]) -> list[Citation]:
    """Documents that the document's own title names and its text does not: 转发《…的通知》的通知."""
    there = {key(citation.title) for citation in found if citation.title}
    cited = []
    for match in _TITLED.finditer(title[:400]):
        if key(match[1]) not in there and key(bare(match[1])) not in mine and word("document_end").search(match[1]):
            before, after = title[: match.start()], title[match.end() :]
            kind = _behind(before, after) or _in_front(before, after) or CitationKind.MENTIONS
            cited.append(Citation(kind, Span(*match.span()), None, match[1], where=Where.TITLE))
    return cited


def _explaining(found: list[Citation], title: str) -> tuple[Citation, ...]:
    """The citations of an interpretation, with the one it explains marked as such wherever it is named."""
    named = [key(match[1]) for match in _TITLED.finditer(title[:400])]
    first = next((c for c in found if c.title and c.where is Where.TEXT), None)
    wanted = set(named) or ({key(first.title)} if first and first.title else set())
    whole = {key(cited_names.without_issuer(match[1])) for match in _TITLED.finditer(title[:400])}
    marked = []
    for citation in found:
        keys = {key(citation.title), key(cited_names.without_issuer(citation.title))} if citation.title else set()
        same = bool(keys & (wanted | whole))
        kind = CitationKind.EXPLAINS if same else citation.kind
        marked.append(Citation(kind, citation.span, citation.number, citation.title, citation.short, citation.where))
    return tuple(marked)
