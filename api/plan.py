"""From a question to a plan: what it asks for, and the small engine queries that find it, strictest first.

A question is read in one pass over its folded form:

* document numbers in any writing are taken out first; a document with that number comes first, those citing it next;
* "…" in any quotation marks is a phrase that must occur; -词 and -"…" exclude;
* what is left falls at spaces and punctuation into runs. An unbroken run of Chinese is a phrase first.

The steps of a plan are tried in order until one finds enough: ``phrase`` (every run as adjacent words), ``all`` (all
words anywhere), ``most`` (the commonest words may be missing). Words with other words for them (synonyms) add queries
of lower weight to the first two.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from api.synonyms import Expansion, Synonyms, cut
from engine.protocol import MAX_PARTS, Query
from engine.schema import Field
from gongwen import docnumber
from gongwen.normalize import normalize
from gongwen.types import DocNumber
from gongwen.words import Segmenter

_QUOTED = re.compile(r'(?P<minus>(?<!\S)-)?"(?P<phrase>[^"]{1,80})"')
_EXCLUDED = re.compile(r"(?<!\S)-(\S{1,40})")
# A run ends at white space and punctuation; a hyphen inside stays (COVID-19).
_RUN = re.compile(r"[\w.%]+(?:-[\w.%]+)*", re.UNICODE)
_MOST_EXPANSIONS = 5
# A number's own document before those that cite it before those that name it in passing; relevance scores are at
# most 1, so factors above 1 apart keep the groups apart.
_OWN, _CITING = 9.0, 3.0
# Fewer documents than this and the next, wider step is taken; what the stricter step found stays first.
_ENOUGH = 3
_APART = 0.5  # of a wider query: below the stricter one it stands beside


@dataclass(frozen=True, slots=True)
class Step:
    """One way to ask: its name, the queries to unite, and how many documents it must find to be enough."""

    name: str
    queries: tuple[Query, ...]
    enough: int = 1


@dataclass(frozen=True, slots=True)
class Plan:
    """What a question asks for.

    ``phrases`` and ``words`` are what to mark in titles and texts: single words only once a phrase was given up.
    """

    steps: tuple[Step, ...]
    numbers: tuple[DocNumber, ...] = ()
    phrases: tuple[tuple[str, ...], ...] = ()
    words: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()
    expansions: tuple[Expansion, ...] = ()
    dropped: tuple[str, ...] = ()

    def marks(self, step: Step | None) -> tuple[tuple[str, ...], ...]:
        """What to mark in the answer of a step: its phrases; its words, too, once the phrase was given up."""
        if step is None or step.name in ("phrase", "number"):
            return self.phrases
        words = [word for word in self.words if word not in self.dropped]
        long = [word for word in words if len(word) > 1] or words
        return tuple(dict.fromkeys([*self.phrases, *((word,) for word in long)]))


@dataclass(frozen=True, slots=True)
class Planner:
    """Plans questions with the index's own segmenter, synonyms and stop words."""

    segmenter: Segmenter
    synonyms: Synonyms
    stop_words: frozenset[str] = frozenset()

    def plan(self, question: str, *, expand: bool = True) -> Plan:
        """The plan of a question; a question without any word has no steps and means all documents.

        >>> plan = planner.plan("杭政办发电[2016]第06号")  # doctest: +SKIP
        >>> str(plan.numbers[0])  # doctest: +SKIP
        '杭政办发电〔2016〕6号'
        """
        folded = normalize(question).folded
        numbers, folded = _numbers(folded)
        quoted, excluded, folded = self._marked(folded)
        runs = [words for run in _RUN.finditer(folded) if (words := tuple(self.segmenter.words(run[0])))]
        runs = [run for run in runs if not set(run) <= self.stop_words] or runs
        found = [hit for run in runs for hit in self._expansions(run)] if expand else []
        return Plan(
            steps=tuple(self._steps(numbers, quoted, runs, found, excluded)),
            numbers=numbers,
            phrases=(*((*number.parts, "号") for number in numbers), *quoted, *runs, *(other for _, other, _ in found)),
            words=tuple(dict.fromkeys(word for run in [*quoted, *runs] for word in run)),
            excluded=tuple("".join(words) for words in excluded),
            expansions=tuple(dict.fromkeys(expansion for _, _, expansion in found)),
            dropped=tuple(word for run in runs for word in run if word in self.stop_words),
        )

    def _marked(self, folded: str) -> tuple[list[tuple[str, ...]], list[tuple[str, ...]], str]:
        """Quoted phrases, exclusions, and the question without them."""
        quoted: list[tuple[str, ...]] = []
        excluded: list[tuple[str, ...]] = []
        for match in _QUOTED.finditer(folded):
            phrases = [tuple(words) for part in _RUN.findall(match["phrase"]) if (words := self.segmenter.words(part))]
            (excluded if match["minus"] else quoted).extend(phrases)
        folded = _QUOTED.sub(" ", folded)
        for match in _EXCLUDED.finditer(folded):
            excluded += [tuple(words) for part in _RUN.findall(match[1]) if (words := self.segmenter.words(part))]
        return quoted, excluded, _EXCLUDED.sub(" ", folded)

    def _expansions(self, run: tuple[str, ...]) -> list[tuple[tuple[str, ...], tuple[str, ...], Expansion]]:
        """(the run with one term replaced, the other word's words, the expansion)."""
        hits = cut(self.synonyms, self.segmenter, run)
        return [
            ((*run[:start], *other, *run[end:]), other, expansion) for start, end, expansion, other in hits if other
        ][:_MOST_EXPANSIONS]

    def _steps(
        self,
        numbers: tuple[DocNumber, ...],
        quoted: list[tuple[str, ...]],
        runs: list[tuple[str, ...]],
        found: list[tuple[tuple[str, ...], tuple[str, ...], Expansion]],
        excluded: list[tuple[str, ...]],
    ) -> Iterable[Step]:
        without = tuple(excluded)
        named = [query for number in numbers for query in _number_queries(number, without)]
        if not runs and not quoted:
            if named:
                yield Step("number", tuple(named))
                codes = tuple(dict.fromkeys((number.code,) for number in numbers))
                yield Step(
                    "code", tuple(Query(phrases=(code,), fields=(Field.DOC_NUMBER,), without=without) for code in codes)
                )
            elif without:
                yield Step("all", (Query(without=without),))
            return
        replaced = [
            (original, run, expansion)
            for original in runs
            for run, _, expansion in found
            if run != original and expansion.term in "".join(original)
        ]
        phrases = [_phrase_query(quoted, runs, without)]
        phrases += [
            _phrase_query(quoted, [run if other == original else other for other in runs], without, expansion.weight)
            for original, run, expansion in replaced
        ]
        yield Step("phrase", (*named, *phrases), _ENOUGH)
        words = self._content_words(runs)
        if len(words) > 1:
            sets = [(words, 1.0)]
            sets += [
                (self._content_words([run if other == original else other for other in runs]), expansion.weight)
                for original, run, expansion in replaced
            ]
            everywhere = [
                Query(phrases=tuple(quoted), words=some, without=without, weight=_APART * weight)
                for some, weight in sets
            ]
            yield Step("all", (*named, *phrases, *everywhere), _ENOUGH)
            loose = Query(phrases=tuple(quoted), words=words, without=without, strategy="frequency", weight=_APART**2)
            yield Step("most", (*named, *phrases, *everywhere, loose))

    def _content_words(self, runs: list[tuple[str, ...]]) -> tuple[str, ...]:
        """The words to ask for one by one: no stop words, single characters only where nothing else is, longest first."""
        words = dict.fromkeys(word for run in runs for word in run if word not in self.stop_words)
        long = [word for word in words if len(word) > 1] or list(words)
        chosen = set(sorted(long, key=len, reverse=True)[: MAX_PARTS - 2])
        return tuple(word for word in long if word in chosen)


def _numbers(folded: str) -> tuple[tuple[DocNumber, ...], str]:
    """The document numbers of a question, and the question without them; a question may leave out 号 at its end."""
    text = folded if folded.rstrip().endswith("号") or not re.search(r"\d\s*$", folded) else f"{folded.rstrip()}号"
    mentions = docnumber.find(text)
    if not mentions:
        return (), folded
    rest, end = [], 0
    for mention in mentions:
        rest.append(text[end : max(end, mention.span.start)])
        end = max(end, mention.span.end)
    return tuple(dict.fromkeys(mention.number for mention in mentions)), " ".join([*rest, text[end:]])


def _number_queries(number: DocNumber, without: tuple[tuple[str, ...], ...]) -> list[Query]:
    phrase = number.parts
    return [
        Query(phrases=(phrase,), fields=(Field.DOC_NUMBER,), without=without, weight=_OWN),
        Query(phrases=(phrase,), fields=(Field.CITES_TEXT,), without=without, weight=_CITING),
    ]


def _phrase_query(
    quoted: list[tuple[str, ...]],
    runs: list[tuple[str, ...]],
    without: tuple[tuple[str, ...], ...],
    weight: float = 1.0,
) -> Query:
    """Every run as a phrase; a single character may go on (工 finds 工程)."""
    short = [run for run in runs if len(run) == 1 and len(run[0]) == 1]
    phrases = [*quoted, *(run for run in runs if run not in short[-1:])]
    prefix = short[-1][0] if short else None
    return Query(phrases=tuple(phrases[: MAX_PARTS - 1]), prefix=prefix, without=without, weight=weight)
