"""The engine queries that a question becomes: a phrase query, and the chain that unites documents with most words."""

from __future__ import annotations

from dataclasses import dataclass

from api.synonyms import Expansion
from api.term_weights import TermWeights
from engine.protocol import MAX_PARTS, Query

APART = 0.5
"""Weight of a wider query: below the stricter one it stands beside."""
MOST_ALL = 6
"""Content words: a question with more is a sentence. Its words never stand all in one document, and a query of its own for
each other word would bring thousands that hold nothing else of it; those words count among what is said (:func:`most`)."""
_FEWEST_LINKS, _FEWEST_CHAINED = 3, 4  # see most
_LONGEST_VARIED, _MOST_VARIED = 12, 8  # words; see varied
# A sentence has as many candidates as make 30,000 words: of notices and laws 100, of short articles 200. Of those nearest by
# their words, MRR@10 / R@10 / R@100 of the even halves: notices 60: .913 / .982 / .986, 100: .915 / .984 / .993, 200: .915 / .984 / .991;
# articles 100: .461 / .537 / .699, 200: .465 / .531 / .731, 400: .464 / .537 / .734. A hit takes the engine .05 to .25 ms.
_FEWEST_RANKED, _MOST_RANKED, _WORDS_RANKED = 100, 200, 30_000


@dataclass(frozen=True, slots=True)
class Replaced:
    """A run with one term replaced by another word: the whole run, the other word's words, the expansion."""

    run: tuple[str, ...]
    other: tuple[str, ...]
    expansion: Expansion

    def stands_in(self, run: tuple[str, ...]) -> bool:
        """True when the run holds the replaced term."""
        return self.expansion.term in "".join(run)


def replacing(runs: list[tuple[str, ...]], original: tuple[str, ...], other: tuple[str, ...]) -> list[tuple[str, ...]]:
    """The runs with one of them replaced."""
    return [other if run == original else run for run in runs]


def varied(
    runs: list[tuple[str, ...]], found: list[tuple[tuple[str, ...], Replaced]]
) -> list[tuple[tuple[str, ...], Replaced]]:
    """Of the runs with another word in them, those that are asked for as they then stand: none of a long question, which
    stands nowhere with one word changed, and at most _MOST_VARIED, those nearest to what was typed."""
    if sum(map(len, runs)) > _LONGEST_VARIED:
        return []
    return sorted(found, key=lambda one: -one[1].expansion.weight)[:_MOST_VARIED]


def sentence_window(weights: TermWeights) -> int:
    """How many candidates of a sentence are ranked by us."""
    return min(_MOST_RANKED, max(_FEWEST_RANKED, int(_WORDS_RANKED / max(1.0, weights.mean_words))))


def most(
    words: tuple[str, ...],
    quoted: tuple[tuple[str, ...], ...],
    found: list[Replaced],
    without: tuple[tuple[str, ...], ...],
    weights: TermWeights,
    *,
    said: tuple[str, ...] = (),
) -> list[Query]:
    """Queries that together find the documents nearest to all words ``said``, and every document with one of the
    weightiest ``words``, best first.

    The nearest are as many as are ranked, sought whatever the filters; of what a filter leaves they may be few, and the others
    come in. Without a word index there are only those others, a chain of queries: each must have its first word and orders
    by how many of the next it has; its weight is the share of the words' weight that it asks for. Of 438 citizens' questions the right document was among the first 100 (200) for
    .975 (.986) with a chain of 3 over 4 words, .968 (.986) with 3 over 5, .957 (.982) with 3 over 8, .947 (.959) with
    2 over 8, .799 with a single query. More links pay only with more candidates: of 179 questions on articles of law,
    400 candidates each, R@100 was .637 with 3 over 4, .704 with 4 over 5, .760 with 6 over 6, .754 with 6 over 8.
    """
    links = _FEWEST_LINKS + (sentence_window(weights) - _FEWEST_RANKED) // 100
    chosen = words[: max(links, _FEWEST_CHAINED)]
    total = sum(map(weights, chosen)) or 1.0
    # Before the chain: what is found by name scores somewhat less than what is found by words.
    queries = [Query(nearest=said, most=sentence_window(weights), without=without, weight=APART)] if said else []
    queries += [
        Query(
            phrases=quoted,
            words=chosen[at:],
            without=without,
            strategy="frequency",
            weight=APART**2 * sum(map(weights, chosen[at:])) / total,
        )
        for at in range(min(links, len(chosen)))
    ]
    queries += [
        Query(phrases=(*quoted, one.other), without=without, weight=APART**2 * one.expansion.weight)
        for one in found
        if sum(map(len, one.other)) > 1 and len(words) <= MOST_ALL
    ]
    return queries


def phrase_query(
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
