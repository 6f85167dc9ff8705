"""From a question to a plan: what it asks for, and the small engine queries that find it, strictest first.

A question is read in one pass over its folded form:

* document numbers in any writing are taken out first; a document with that number comes first, those citing it next;
* "…" in any quotation marks is a phrase that must occur; -词 and -"…" exclude;
* what is left falls at spaces and punctuation into runs. An unbroken run of Chinese is a phrase first.

The steps of a plan are tried in order until one finds enough: ``phrase`` (every run as adjacent words), ``all`` (all
words anywhere), ``most`` (the commonest words may be missing), ``unquoted`` (quotation marks taken as the language's). Words with other words for them (synonyms) add queries
of lower weight to the first two.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date

from api import hints
from api.rank import Question
from api.synonyms import Expansion, Synonyms, cut
from api.term_weights import TermWeights
from engine.protocol import MAX_PARTS, Query
from engine.schema import Field
from gongwen import docnumber
from gongwen.normalize import normalize
from gongwen.types import DocNumber, NumberForm
from gongwen.words import Segmenter

_QUOTED = re.compile(r'(?P<minus>(?<!\S)-)?"(?P<phrase>[^"]{1,80})"')
_EXCLUDED = re.compile(r"(?<!\S)-(\S{1,40})")
# A run ends at white space and punctuation; a hyphen inside stays (COVID-19).
_PARTIAL = re.compile(
    r"(?P<code>[\u4e00-\u9fff]{2,8})[ 〔(]*(?P<year>(?:19|20)\d\d)[ 年〕)]*(?:第? *0*(?P<serial>[1-9]\d{0,4}) *号?)"
)
_RUN = re.compile(r"[\w.%]+(?:-[\w.%]+)*", re.UNICODE)
_MOST_EXPANSIONS = 5
# A number's own document before those that cite it before those that name it in passing; relevance scores are at
# most 1, so factors above 1 apart keep the groups apart.
_OWN, _PARTLY, _CITING = 9.0, 6.0, 3.0
# Fewer documents than this and the next, wider step is taken; what the stricter step found stays first.
_ENOUGH = 3
_APART = 0.5  # of a wider query: below the stricter one it stands beside
# Content words: a question with more is a sentence. Its words never stand all in one document, and what is typed says
# enough: other words for some of it cost .007 of MRR@10 on the even half of the citizens' questions (599 notices alone).
_MOST_ALL = 6
_KEYWORDS = 3  # content words in one run: with more it is a sentence
_INTERROGATIVE = re.compile(
    "什么|哪些|哪个|哪里|哪儿|哪家|哪|如何|怎么|怎样|多少|多久|是否|能否|可否|为何|何时|吗|呢|谁|几"
)
_FEWEST_LINKS, _FEWEST_CHAINED = 3, 4  # see _most
_NO_WEIGHTS = TermWeights()
# A keyword's right document is among the engine's first. A sentence has as many candidates as make 250,000 words: of
# long notices and laws 100 (200 gained .004 of MRR@10 and took twice the time), of short articles 400 (R@100 .76, not .57).
_WINDOW = 60
_FEWEST_RANKED, _MOST_RANKED, _WORDS_RANKED = 100, 400, 250_000


@dataclass(frozen=True, slots=True)
class Step:
    """One way to ask: its name, the queries to unite, how many documents it must find to be enough, and how many of the
    first are ranked by us (those behind keep the engine's order)."""

    name: str
    queries: tuple[Query, ...]
    enough: int = 1
    window: int = _WINDOW


@dataclass(frozen=True, slots=True)
class _Replaced:
    """A run with one term replaced by another word: the whole run, the other word's words, the expansion."""

    run: tuple[str, ...]
    other: tuple[str, ...]
    expansion: Expansion

    def stands_in(self, run: tuple[str, ...]) -> bool:
        return self.expansion.term in "".join(run)


@dataclass(frozen=True, slots=True)
class _Fixed:
    """What every wider query keeps: phrases that must stand, phrases that must not, the stricter queries beside it."""

    quoted: tuple[tuple[str, ...], ...]
    without: tuple[tuple[str, ...], ...]
    stricter: tuple[Query, ...]


@dataclass(frozen=True, slots=True)
class PartialNumber:
    """A number of which the end of the issuing code was left out: 杭政办 2016 6号 for 杭政办发电〔2016〕6号."""

    code: str
    year: str
    serial: str

    def steps(self) -> tuple[Step, ...]:
        """The documents whose number it can be."""
        return (Step("number", (self.query(),)),)

    def query(self) -> Query:
        """Year and serial as they stand, the code a beginning."""
        return Query(phrases=((self.year, self.serial),), prefix=self.code, fields=(Field.DOC_NUMBER,), weight=_PARTLY)

    def matches(self, number: str) -> bool:
        """True for a number in normal form that can be meant."""
        return number.startswith(self.code) and number.endswith(f"〔{self.year}〕{self.serial}号")


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
    question: Question = field(default_factory=lambda: Question("", ()))
    partial: PartialNumber | None = None

    def asks_for(self, number: str | None) -> bool:
        """True when the question gives that document number (in normal form)."""
        return any(number == str(one) for one in self.numbers)

    def may_ask_for(self, number: str | None) -> bool:
        """True when the question gives that document number with the end of its code left out."""
        return bool(self.partial and number is not None and self.partial.matches(number))

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

    def plan(
        self,
        question: str,
        *,
        expand: bool = True,
        weights: TermWeights = _NO_WEIGHTS,
        today: date | None = None,
    ) -> Plan:
        """The plan of a question; a question without any word has no steps and means all documents.

        ``today`` is the day that 去年 is counted from; without it such words give no hint.

        >>> plan = planner.plan("杭政办发电[2016]第06号")  # doctest: +SKIP
        >>> str(plan.numbers[0])  # doctest: +SKIP
        '杭政办发电〔2016〕6号'
        """
        folded = normalize(question).folded
        numbers, folded = _numbers(folded)
        partial = _as_partial(numbers) or _partial(folded)
        quoted, excluded, folded = self._marked(folded)
        runs = [words for run in _RUN.finditer(folded) if (words := tuple(self.segmenter.words(run[0])))]
        runs = [run for run in runs if not set(run) <= self.stop_words] or runs
        found = [hit for run in runs for hit in self._expansions(run)] if expand else []
        return Plan(
            steps=(
                *(partial.steps() if partial and not numbers else ()),
                *self._steps(numbers, quoted, runs, found, excluded, weights=weights),
            ),
            numbers=numbers,
            partial=partial,
            phrases=(*((*number.parts, "号") for number in numbers), *quoted, *runs, *(one.other for one in found)),
            words=tuple(dict.fromkeys(word for run in [*quoted, *runs] for word in run)),
            excluded=tuple("".join(words) for words in excluded),
            expansions=tuple(dict.fromkeys(one.expansion for one in found)),
            dropped=tuple(word for run in runs for word in run if word in self.stop_words),
            question=self._question(folded, [*quoted, *runs], found, weights, today),
        )

    def _question(
        self,
        folded: str,
        runs: list[tuple[str, ...]],
        found: list[_Replaced],
        weights: TermWeights,
        today: date | None,
    ) -> Question:
        """What the ranking reads: typed words by weight, other words for them below."""
        typed = {
            word.casefold(): weights(word.casefold()) for run in runs for word in run if word not in self.stop_words
        }
        added = {
            word.casefold(): one.expansion.weight * weights(word.casefold())
            for one in found
            for word in one.other
            if word not in self.stop_words
        }
        if len(typed) > _MOST_ALL:  # see _MOST_ALL
            added = {}
        text = f"{folded} {' '.join(''.join(run) for run in runs)}" if not folded.strip() else folded
        return Question(
            text.casefold(), tuple(typed.items()), tuple((added | typed).items()), hints.find(folded, today)
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

    def _expansions(self, run: tuple[str, ...]) -> list[_Replaced]:
        hits = cut(self.synonyms, self.segmenter, run)
        return [
            _Replaced((*run[:start], *other, *run[end:]), other, expansion)
            for start, end, expansion, other in hits
            if other
        ][:_MOST_EXPANSIONS]

    def _steps(
        self,
        numbers: tuple[DocNumber, ...],
        quoted: list[tuple[str, ...]],
        runs: list[tuple[str, ...]],
        found: list[_Replaced],
        excluded: list[tuple[str, ...]],
        *,
        weights: TermWeights,
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
            (original, one) for original in runs for one in found if one.run != original and one.stands_in(original)
        ]
        phrases = [_phrase_query(quoted, runs, without)]
        phrases += [
            _phrase_query(quoted, _with(runs, original, one.run), without, one.expansion.weight)
            for original, one in replaced
        ]
        yield Step("phrase", (*named, *phrases), 1 if quoted else _ENOUGH)
        words = self._content_words(runs, weights)
        if words and not (len(words) == 1 and runs == [words]):  # else the phrase was that word
            yield from self._wider(
                words, runs, replaced, _Fixed(tuple(quoted), without, (*named, *phrases)), weights=weights
            )
        if quoted:  # quotation marks of the language (什么是“三期”) ask for no exact phrase
            words = self._content_words([*quoted, *runs], weights)
            queries = (*named, *phrases, *_most(words, (), found, without, weights))
            yield Step("unquoted", queries, window=_sentence_window(weights))

    def _wider(
        self,
        words: tuple[str, ...],
        runs: list[tuple[str, ...]],
        replaced: list[tuple[tuple[str, ...], _Replaced]],
        fixed: _Fixed,
        *,
        weights: TermWeights,
    ) -> Iterable[Step]:
        """The steps after the phrase: all words anywhere, unless the question is a sentence; then most of them."""
        if len(words) <= _MOST_ALL and not _asks(runs, words):
            sets = [(words, 1.0)]
            sets += [
                (self._content_words(_with(runs, original, one.run), weights), one.expansion.weight)
                for original, one in replaced
            ]
            everywhere = [
                Query(phrases=fixed.quoted, words=some, without=fixed.without, weight=_APART * weight)
                for some, weight in sets
            ]
            yield Step("all", (*fixed.stricter, *everywhere), _ENOUGH)
        found = [one for _, one in replaced]
        queries = (*fixed.stricter, *_most(words, fixed.quoted, found, fixed.without, weights))
        yield Step("most", queries, window=_sentence_window(weights))

    def _content_words(self, runs: list[tuple[str, ...]], weights: TermWeights) -> tuple[str, ...]:
        """The words to ask for one by one, the weightiest first: no stop words, single characters only where nothing
        else is."""
        words = dict.fromkeys(word for run in runs for word in run if word not in self.stop_words)
        long = [word for word in words if len(word) > 1] or list(words)
        return tuple(sorted(long, key=lambda word: -weights(word))[: MAX_PARTS - 2])


def _asks(runs: list[tuple[str, ...]], words: tuple[str, ...]) -> bool:
    """True for a sentence: its words need not all stand in the right document (交通部门如何确保未年审的车辆上路安全).

    Of 438 citizens' questions, .947 had the right document on page one when all words were asked for first, .970 without.
    """
    return any(_INTERROGATIVE.search("".join(run)) for run in runs) or (len(runs) == 1 and len(words) > _KEYWORDS)


def _with(runs: list[tuple[str, ...]], original: tuple[str, ...], other: tuple[str, ...]) -> list[tuple[str, ...]]:
    return [other if run == original else run for run in runs]


def _sentence_window(weights: TermWeights) -> int:
    return min(_MOST_RANKED, max(_FEWEST_RANKED, int(_WORDS_RANKED / max(1.0, weights.mean_words))))


def _most(
    words: tuple[str, ...],
    quoted: tuple[tuple[str, ...], ...],
    found: list[_Replaced],
    without: tuple[tuple[str, ...], ...],
    weights: TermWeights,
) -> list[Query]:
    """Queries that together find every document with one of the weightiest words, best first.

    Each query of the chain must have its first word and orders by how many of the next it has; its weight is the share
    of the words' weight that it asks for. Of 438 citizens' questions the right document was among the first 100 (200) for
    .975 (.986) with a chain of 3 over 4 words, .968 (.986) with 3 over 5, .957 (.982) with 3 over 8, .947 (.959) with
    2 over 8, .799 with a single query. More links pay only with more candidates: of 179 questions on articles of law,
    400 candidates each, R@100 was .637 with 3 over 4, .704 with 4 over 5, .760 with 6 over 6, .754 with 6 over 8.
    """
    links = _FEWEST_LINKS + (_sentence_window(weights) - _FEWEST_RANKED) // 100
    chosen = words[: max(links, _FEWEST_CHAINED)]
    total = sum(map(weights, chosen)) or 1.0
    queries = [
        Query(
            phrases=quoted,
            words=chosen[at:],
            without=without,
            strategy="frequency",
            weight=_APART**2 * sum(map(weights, chosen[at:])) / total,
        )
        for at in range(min(links, len(chosen)))
    ]
    queries += [
        Query(phrases=(*quoted, one.other), without=without, weight=_APART**2 * one.expansion.weight)
        for one in found
        if sum(map(len, one.other)) > 1 and len(words) <= _MOST_ALL
    ]
    return queries


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


def _as_partial(numbers: tuple[DocNumber, ...]) -> PartialNumber | None:
    """杭政办 2016 6号 reads as the number 杭政办〔2016〕6号, but its code may have been left unfinished."""
    if len(numbers) != 1 or numbers[0].form is not NumberForm.BRACKETED:
        return None
    return PartialNumber(numbers[0].code, str(numbers[0].year), str(numbers[0].serial))


def _partial(folded: str) -> PartialNumber | None:
    match = _PARTIAL.fullmatch(folded.strip())
    return PartialNumber(match["code"], match["year"], match["serial"]) if match else None


def _number_queries(number: DocNumber, without: tuple[tuple[str, ...], ...]) -> list[Query]:
    phrase = number.parts
    partial = _as_partial((number,))
    return [
        Query(phrases=(phrase,), fields=(Field.DOC_NUMBER,), without=without, weight=_OWN),
        Query(phrases=(phrase,), fields=(Field.CITES_TEXT,), without=without, weight=_CITING),
        *([replace(partial.query(), without=without)] if partial else []),
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
