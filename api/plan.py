"""From a question to a plan: what it asks for, and the small engine queries that find it, strictest first.

A question is read in one pass over its folded form:

* document numbers in any writing are taken out first; a document with that number comes first, those citing it next;
* "…" in any quotation marks is a phrase that must occur; -词 and -"…" exclude;
* what is left falls at spaces and punctuation into runs. An unbroken run of Chinese is a phrase first.

The steps of a plan are tried in order until one finds enough: ``phrase`` (every run as adjacent words), ``all`` (all
words anywhere), ``most`` (some may be missing), ``unquoted`` (quotation marks taken as the language's). Words with other words for them (synonyms) add queries
of lower weight to the first two.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from api import asked_numbers, hints, queries
from api.asked_numbers import PartialNumber
from api.queries import Replaced
from api.rank import Question
from api.synonyms import Expansion, Synonyms, cut
from api.term_weights import TermWeights
from engine.protocol import MAX_PARTS, Query
from gongwen import order_keys
from gongwen.normalize import normalize
from gongwen.types import DocNumber
from gongwen.words import Segmenter

_QUOTED = re.compile(r'(?P<minus>(?<!\S)-)?"(?P<phrase>[^"]{1,80})"')
_EXCLUDED = re.compile(r"(?<!\S)-(\S{1,40})")
# A run ends at white space and punctuation; a hyphen inside stays (COVID-19).
_RUN = re.compile(r"[\w.%]+(?:-[\w.%]+)*", re.UNICODE)
_MOST_EXPANSIONS = 5
# Fewer documents than this and the next, wider step is taken; what the stricter step found stays first.
_ENOUGH = 3
_KEYWORDS = 3  # content words in one run: with more it is a sentence
_INTERROGATIVE = re.compile("什么|哪|如何|怎么|怎样|多少|多久|是否|能否|可否|为何|何时|吗|呢|谁|几")
_NO_WEIGHTS = TermWeights()
# Plain set: .694 MRR, .903 S@10 with 60, .693, .910 with 40, .696, .917 with 30; pieces of titles the same.
_WINDOW = 30


@dataclass(frozen=True, slots=True)
class Step:
    """One way to ask: its name, the queries to unite, how many documents it must find to be enough, and how many of the
    first are ranked by us (those behind keep the engine's order).
    ``loose``: documents may join that hold some of the words, or other ones of like meaning. ``trailing``: those of its
    queries whose documents come after all that the others find, and fill up what is ranked where the others find fewer than
    ``least`` (None: than are ranked). ``candidates``: so many are ranked, when that was enough."""

    name: str
    queries: tuple[Query, ...]
    enough: int = 1
    window: int = _WINDOW
    loose: bool = False
    trailing: frozenset[Query] = frozenset()
    least: int | None = None
    candidates: int | None = None


@dataclass(frozen=True, slots=True)
class _Fixed:
    """What every wider query keeps: phrases that must stand, phrases that must not, the stricter queries beside it."""

    quoted: tuple[tuple[str, ...], ...]
    without: tuple[tuple[str, ...], ...]
    stricter: tuple[Query, ...]


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
        """True when the question gives that document number (in normal form), an order's in any writing of its body."""
        return number is not None and any(
            order_keys.key(str(one), ()) == order_keys.key(number, ()) for one in self.numbers
        )

    def may_ask_for(self, number: str | None) -> bool:
        """True when the question gives that document number with the end of its code left out, or with a body that it leaves out."""
        if number is None:
            return False
        begun = self.partial is not None and self.partial.matches(number)
        return begun or any(order_keys.is_one(number, str(one)) for one in self.numbers)

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
        numbers, folded = asked_numbers.find(folded)
        partial = asked_numbers.as_partial(numbers) or asked_numbers.partial(folded)
        # Of many numbers that begin so the newest come first, as the engine has them: their words are all the same.
        window = 0 if partial and partial.is_begun else _WINDOW
        unfinished = [Step("number", (partial.query(),), window=window)] if partial and not numbers else []
        quoted, excluded, folded = self._marked(folded)
        runs = [words for run in _RUN.finditer(folded) if (words := tuple(self.segmenter.words(run[0])))]
        runs = [run for run in runs if not set(run) <= self.stop_words] or runs
        found = [hit for run in runs for hit in self._expansions(run)] if expand else []
        return Plan(
            steps=(
                *unfinished,
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
        found: list[Replaced],
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
        text = f"{folded} {' '.join(''.join(run) for run in runs)}" if not folded.strip() else folded
        return Question(
            text.casefold(),
            tuple(typed.items()),
            tuple((added | typed).items()),
            hints.find(folded, today),
            asks=_asks(runs, self._content_words(runs, weights)),
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

    def _expansions(self, run: tuple[str, ...]) -> list[Replaced]:
        hits = cut(self.synonyms, self.segmenter, run)
        return [
            Replaced((*run[:start], *other, *run[end:]), other, expansion)
            for start, end, expansion, other in hits
            if other
        ][:_MOST_EXPANSIONS]

    def _steps(
        self,
        numbers: tuple[DocNumber, ...],
        quoted: list[tuple[str, ...]],
        runs: list[tuple[str, ...]],
        found: list[Replaced],
        excluded: list[tuple[str, ...]],
        *,
        weights: TermWeights,
    ) -> Iterable[Step]:
        without = tuple(excluded)
        named = [query for number in numbers for query in asked_numbers.number_queries(number, without)]
        if not runs and not quoted:
            if named:
                yield Step("number", tuple(named))
                for asked in asked_numbers.code_queries(numbers, without):
                    yield Step("code", asked)
            elif without:
                yield Step("all", (Query(without=without),))
            return
        replaced = [
            (original, one) for original in runs for one in found if one.run != original and one.stands_in(original)
        ]
        phrases = [queries.phrase_query(quoted, runs, without)]
        phrases += [
            queries.phrase_query(quoted, queries.replacing(runs, original, one.run), without, one.expansion.weight)
            for original, one in queries.varied(runs, replaced)
        ]
        words = self._content_words(runs, weights)
        # A title or a sentence that stands somewhere as it was typed was meant; what else has most of its words are thousands.
        long = bool(quoted) or len(words) > _KEYWORDS
        yield Step("phrase", (*named, *phrases), 1 if long else _ENOUGH)
        if words and not (len(words) == 1 and runs == [words]):  # else the phrase was that word
            yield from self._wider(
                words, runs, replaced, _Fixed(tuple(quoted), without, (*named, *phrases)), weights=weights
            )
        if quoted:  # quotation marks of the language (什么是“三期”) ask for no exact phrase
            unquoted = [*quoted, *runs]
            words = self._content_words(unquoted, weights)
            said = self._said(unquoted, words, found)
            united = queries.most(words, (), found, without, weights, said=said)
            yield _most("unquoted", (*named, *phrases), united, queries.sentence_window(weights))

    def _wider(
        self,
        words: tuple[str, ...],
        runs: list[tuple[str, ...]],
        replaced: list[tuple[tuple[str, ...], Replaced]],
        fixed: _Fixed,
        *,
        weights: TermWeights,
    ) -> Iterable[Step]:
        """The steps after the phrase: all words anywhere, unless the question is a sentence; then most of them."""
        if len(words) <= queries.MOST_ALL and not _asks(runs, words):
            sets = [(words, 1.0)]
            sets += [
                (self._content_words(queries.replacing(runs, original, one.run), weights), one.expansion.weight)
                for original, one in queries.varied(runs, replaced)
            ]
            names = [run for run in runs if len(run) > 1 and all(len(word) == 1 for word in run)][: MAX_PARTS - 8]
            everywhere = [
                Query(phrases=(*fixed.quoted, *names), words=some, without=fixed.without, weight=queries.APART * weight)
                for some, weight in sets
            ]
            yield Step("all", (*fixed.stricter, *everywhere), _ENOUGH)
        found = [one for _, one in replaced]
        loose = not fixed.quoted  # else a phrase must stand
        said = self._said(runs, words, found) if loose else ()
        united = queries.most(words, fixed.quoted, found, fixed.without, weights, said=said)
        yield _most("most", fixed.stricter, united, queries.sentence_window(weights), loose=loose)

    def _said(self, runs: list[tuple[str, ...]], words: tuple[str, ...], found: list[Replaced]) -> tuple[str, ...]:
        """What documents may be nearest to: of a sentence all words but stop words (of 438 citizens' questions .984 on page one,
        .982 without single characters), of keywords the content words, for a single character stands everywhere; and the
        other words for them. Of 144 lay wordings .938 had what they mean on page one, .910 with the typed words alone; of 1,070
        lay questions on articles of law, however long, the first 100 held .719 of the right ones, .709 with them for short ones."""
        said = [word for run in runs for word in run] if _asks(runs, words) else list(words)
        said += [word for one in found for word in one.other]
        return tuple(dict.fromkeys(word for word in said if word not in self.stop_words))

    def _content_words(self, runs: list[tuple[str, ...]], weights: TermWeights) -> tuple[str, ...]:
        """The words to ask for one by one, the weightiest first: no stop words, single characters only where nothing
        else is."""
        words = dict.fromkeys(word for run in runs for word in run if word not in self.stop_words)
        long = [word for word in words if len(word) > 1] or list(words)
        return tuple(sorted(long, key=lambda word: -weights(word))[: MAX_PARTS - 2])


def _most(name: str, stricter: tuple[Query, ...], united: list[Query], window: int, *, loose: bool = True) -> Step:
    """The step of documents that hold most of the words: those nearest to them first, where there are such."""
    nearest = [one for one in united if one.nearest]
    trailing = frozenset(united) - frozenset(nearest) if nearest else frozenset()
    return Step(name, (*stricter, *united), window=window, loose=loose, trailing=trailing)


def _asks(runs: list[tuple[str, ...]], words: tuple[str, ...]) -> bool:
    """True for a sentence: its words need not all stand in the right document (交通部门如何确保未年审的车辆上路安全).

    Of 438 citizens' questions, .947 had the right document on page one when all words were asked for first, .970 without.
    """
    return any(_INTERROGATIVE.search("".join(run)) for run in runs) or (len(runs) == 1 and len(words) > _KEYWORDS)
