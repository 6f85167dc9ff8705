"""Relations between the documents of a collection: which of them a citation means, and what follows for the document cited.

Pure: from short summaries to links and effects; nothing is read or written. A citation is resolved by its number first, then
by its title as printed (with 关于印发…的通知 taken off, without 《》 and punctuation). A title without a body (《关于做好工作的
通知》) may be any body's: it is looked for in the citing document's own place, then in those above it. What stays ambiguous
stays unresolved. A document can be repealed or amended only by its own level or one above, and not before it was made.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

from gongwen import cited_names, order_keys, validity
from gongwen.cited_names import key
from gongwen.types import Citation, CitationKind, Effect, Genre

# Of several things one document does to another, the weightiest is told.
WEIGHT = {
    CitationKind.REPEALS: 7,
    CitationKind.REPLACES: 6,
    CitationKind.AMENDS: 5,
    CitationKind.EXPLAINS: 4,
    CitationKind.FORWARDS: 3,
    CitationKind.IMPLEMENTS: 2,
    CitationKind.BASIS: 1,
    CitationKind.MENTIONS: 0,
}
TELLING = frozenset({CitationKind.REPEALS, CitationKind.REPLACES, CitationKind.AMENDS, CitationKind.EXPLAINS})
"""What one document does to another that the other one tells too; by the rest it stays as it is."""
_FULL = "中华人民共和国"  # laws are cited without it
_CHANGES = frozenset({CitationKind.REPEALS, CitationKind.REPLACES, CitationKind.AMENDS})
# An opinion that speaks of amending a law asks for it; a decision does it.
_AMENDING = frozenset(
    {Genre.DECISION, Genre.ORDER, Genre.NOTICE, Genre.ANNOUNCEMENT, Genre.PUBLIC_NOTICE, Genre.REGULATION, Genre.REPLY}
)
_SHARED_CODE = re.compile(r"^(?:公告|通告|通知|令)(?:第|[0-9]{4}年)")  # every body counts its own announcements


@dataclass(frozen=True, slots=True)
class Cited:
    """A document that another one names, once: by number, by title, or by both."""

    kind: CitationKind
    number: str | None = None
    title: str | None = None


@dataclass(frozen=True, slots=True)
class Summary:
    """What relations need of a document. ``region`` are its codes from the province down, empty for a central body's."""

    id: str
    title: str
    number: str | None = None
    day: date | None = None
    in_force_from: date | None = None
    region: tuple[str, ...] = ()
    genre: Genre | None = None
    cites: tuple[Cited, ...] = ()


@dataclass(frozen=True, slots=True)
class Link:
    """A citation that means a document of the collection; ``cited`` is its place among the summary's citations."""

    kind: CitationKind
    id: str
    cited: int


@dataclass(slots=True)
class Related:
    """What a document has to do with others of the collection; ``links`` in the order of its citations, the rest in the
    order of ids.
    """

    links: tuple[Link, ...] = ()
    effects: list[Effect] = field(default_factory=list)
    explained_by: list[str] = field(default_factory=list)


def distinct(citations: Iterable[Citation]) -> tuple[Cited, ...]:
    """Each document cited once, in order of first mention, with the weightiest kind and, where it stands once, its title."""
    found: dict[tuple[str, str], Cited] = {}
    for citation in citations:
        number = str(citation.number) if citation.number else None
        identity = ("number", number) if number else ("title", key(citation.title or ""))
        before = found.get(identity)
        kind = citation.kind if before is None or WEIGHT[citation.kind] > WEIGHT[before.kind] else before.kind
        found[identity] = Cited(kind, number, (before.title if before else None) or citation.title)
    return tuple(found.values())


def names(summary: Summary) -> frozenset[str]:
    """The names under which a document is found by those that cite it: ``n`` and its number, ``t`` and its title's keys,
    ``s`` and those of its title without the body's name.

    >>> sorted(names(Summary("a", "国务院关于印发公文办法的通知", "国发〔2012〕9号")))
    ['n国发〔2012〕9号', 's公文办法', 's关于印发公文办法的通知', 't公文办法', 't国务院关于印发公文办法的通知']
    """
    found = {f"t{each}" for each in _title_keys(summary.title)}
    short = cited_names.without_issuer(summary.title)
    if short != summary.title:
        found |= {f"s{each}" for each in _title_keys(short)}
    if summary.number:
        found.add(f"n{order_keys.key(summary.number, summary.region)}")
    return frozenset(found)


def sought(cited: Cited, region: tuple[str, ...] = ()) -> frozenset[str]:
    """The names under which the document is looked for that a citation means (see :func:`names`); ``region`` is that of the
    citing document, whose 省政府令 is its own province's.

    :meth:`Catalogue.resolve` sees no document but those that have one of them.

    >>> sorted(sought(Cited(CitationKind.BASIS, None, "公文办法")))
    ['t中华人民共和国公文办法', 't公文办法']
    """
    found = {f"n{order_keys.key(cited.number, region)}"} if cited.number else set[str]()
    title = cited.title or ""
    if title.startswith("关于"):
        found |= {f"t{each}" for each in _title_keys(title)} | {f"s{key(title)}"}
    elif title:
        found |= {f"t{each}" for each in (*_title_keys(title), key(_FULL + title))}
    return frozenset(found)


class Catalogue:
    """The documents of a collection by their :func:`names`."""

    def __init__(self, summaries: Iterable[Summary]) -> None:
        self._named: dict[str, list[Summary]] = {}
        for summary in summaries:
            for name in names(summary):
                self._named.setdefault(name, []).append(summary)

    def resolve(self, cited: Cited, citing: Summary) -> Summary | None:
        """The document that a citation means, None when there is none or more than one."""
        name = f"n{order_keys.key(cited.number, citing.region)}" if cited.number else ""
        named = [each for each in self._named.get(name, ()) if each.id != citing.id]
        if named:
            return self._of_number(cited, citing, named)
        titled = self._titled(cited, citing) if cited.title else []
        if number := cited.number:  # a document under another number is another document
            titled = [each for each in titled if each.number is None or order_keys.is_one(each.number, number)]
        return _nearest(citing, [each for each in titled if each.id != citing.id])

    def _of_number(self, cited: Cited, citing: Summary, named: list[Summary]) -> Summary | None:
        keys = _title_keys(cited.title) if cited.title else frozenset()
        short = key(cited_names.without_issuer(cited.title or ""))
        alike = [
            each
            for each in named
            if keys & _title_keys(each.title) or (short and key(cited_names.without_issuer(each.title)) == short)
        ]
        if alike or _SHARED_CODE.match(cited.number or ""):
            return _nearest(citing, alike)
        return _nearest(citing, named)

    def _titled(self, cited: Cited, citing: Summary) -> list[Summary]:
        title = cited.title or ""
        exact = [each for one in _title_keys(title) for each in self._named.get(f"t{one}", ())]
        if not exact and not title.startswith("关于"):
            exact = list(self._named.get(f"t{key(_FULL + title)}", ()))
        if not title.startswith("关于"):
            return list({each.id: each for each in exact}.values())
        pool = [*exact, *self._named.get(f"s{key(title)}", ())]
        return [each for each in {each.id: each for each in pool}.values() if _at_or_above(each, citing)]


def _title_keys(title: str) -> frozenset[str]:
    """The keys under which a title is found: its own, and that of what it prints (关于印发《要点》的通知 -> 要点)."""
    printed = cited_names.unwrapped(title)
    return frozenset(key(each) for each in (title, printed) if each)


def _at_or_above(target: Summary, citing: Summary) -> bool:
    """True when the target's place is that of the citing document or holds it: 浙江省 for 衢州市; central holds all."""
    return citing.region[: len(target.region)] == target.region


def _nearest(citing: Summary, found: Sequence[Summary]) -> Summary | None:
    """The one meant of several of the same name: made before the citing document, nearest in place, then the newest."""
    timely = [each for each in found if not (each.day and citing.day and each.day > citing.day)] or list(found)
    if len(timely) <= 1:
        return timely[0] if timely else None
    above = [each for each in timely if _at_or_above(each, citing)] or timely
    depth = max(len(each.region) for each in above)
    near = [each for each in above if len(each.region) == depth]
    if len({each.region for each in near}) > 1:
        return None
    if len({(each.number, key(each.title)) for each in near}) == 1:  # copies of one document
        return min(near, key=lambda each: each.id)
    days = sorted((each.day for each in near if each.day), reverse=True)
    newest = [each for each in near if days and each.day == days[0]]
    return newest[0] if len(newest) == 1 and len(days) == len(near) else None


def relate(summaries: Sequence[Summary]) -> dict[str, Related]:
    """The relations of every document by id.

    >>> old = Summary("a", "公文办法", "国发〔2001〕1号", date(2001, 1, 1))
    >>> new = Summary("b", "新公文办法", None, date(2012, 1, 1), genre=Genre.DECISION,
    ...     cites=(Cited(CitationKind.REPEALS, "国发〔2001〕1号"),))
    >>> relate([old, new])["a"].effects
    [Effect(kind=<CitationKind.REPEALS: 'repeals'>, day=datetime.date(2012, 1, 1), by='b')]
    """
    catalogue = Catalogue(summaries)
    by_id = {summary.id: summary for summary in summaries}
    related = {summary.id: Related() for summary in summaries}
    for summary in sorted(summaries, key=lambda each: each.id):
        links = [
            Link(cited.kind, target.id, place)
            for place, cited in enumerate(summary.cites)
            if (target := catalogue.resolve(cited, summary))
        ]
        related[summary.id].links = tuple(links)
        for target_id, kind in weightiest(links).items():
            if kind is CitationKind.EXPLAINS:
                related[target_id].explained_by.append(summary.id)
            elif kind in _CHANGES and _may_change(summary, by_id[target_id], kind):
                since = summary.in_force_from or summary.day
                related[target_id].effects.append(Effect(kind, since, summary.id))
    return related


def weightiest(links: Iterable[Link]) -> dict[str, CitationKind]:
    """Every document that is cited, once, with the weightiest kind, in order of first mention."""
    found: dict[str, CitationKind] = {}
    for link in links:
        before = found.get(link.id)
        if before is None or WEIGHT[link.kind] > WEIGHT[before]:
            found[link.id] = link.kind
    return found


def _may_change(actor: Summary, target: Summary, kind: CitationKind) -> bool:
    """True when one document can amend or repeal the other: it acts, it is of the same place or above, and not older."""
    if not validity.acts(actor.genre, actor.number is not None):
        return False
    if kind is CitationKind.AMENDS and actor.genre not in _AMENDING:
        return False
    if actor.day and target.day and actor.day < target.day:
        return False
    return target.region[: len(actor.region)] == actor.region
