"""Ranking: how well a document answers a question, from its stored title and text. Pure; no engine, no clock.

The engine finds candidates and this function orders them (DESIGN section 2). Relevance is a weighted sum of parts that
are each about 0 to 1 for an answer; :data:`WEIGHTS` says how each weight was found. Words are counted between the
joiners of the stored text, so 民政 is not counted in 人民政府; character bigrams and fours are counted in the plain text.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import accumulate
from typing import Any

from api import same_statute
from api.candidate_text import WINDOW, CandidateText, pattern_of, squeezed
from api.hints import Hints
from api.term_weights import TermWeights
from engine.schema import Field, plain
from gongwen import legal_rank
from gongwen.normalize import fold
from gongwen.types import Genre, LegalRank, Validity

WEIGHTS: dict[str, float] = {
    # Found by a search over the even halves of two sets at once, citizens' questions on notices among whole laws (438)
    # and lay questions on articles of law (535); MRR@10 / R@10 notices, MRR@10 statutes:
    # words .2 bigrams .5 fours .5 passage .3: .868 / .975, .340; these: .871 / .975, .347; words 1.0: .871 / .968, .353.
    # On the notices alone, over all documents: words alone .82, bigrams alone .866.
    "words": 0.6,
    "bigrams": 1.0,
    "fours": 0.8,
    "passage": 0.5,
    # A place, year or kind that the question names and the document contradicts. Place: .876 -> .881 on the same half.
    "other_place": -0.4,
    "other_year": -0.4,
    "other_genre": -0.1,
    # The question stands in the title or names it, or is the title. Above anything the text can say: who types a title wants it.
    "in_title": 1.5,
    "is_title": 1.5,
    # The part of a short question's words that the title holds. 0 for long ones: it cost .001-.02 on citizens' questions.
    "title_words": 0.5,
    # Below every difference that the text makes on purpose: order among equals.
    "not_valid": -0.15,
    "recent": 0.05,
    # Who asks for a subject wants the policy before what explains it. On the even half: it cost .002 of MRR@10.
    "explains": -0.15,
    # Who asks what the law says wants the higher statute where several say it. Statutes, even half: see _OUTRANKED.
    "outranked": -0.6,
    # The other articles of the same statute answer too (api.same_statute). Statutes, even half, MRR@10 / R@10 / R@100:
    # .463 / .539 / .736 -> .468 / .542 / .738, with candidates by meaning .479 / .571 / .789 -> .484 / .572 / .791; .2 and .4 the same.
    "statute": 0.3,
    # How much nearer in meaning than the farthest of the nearest documents; only with the semantic extra.
    "meaning": 2.5,
}
# Steps down from a law, by the order of 《立法法》 arts. 98-102. What is no statute has no rank and yields to none.
_OUTRANKED = {
    LegalRank.JUDICIAL: 0.3,
    LegalRank.REGULATION: 0.6,
    LegalRank.LOCAL: 0.7,
    LegalRank.RULE: 0.8,
    LegalRank.PART: 1.0,
}
_K1, _B = 1.2, 0.75  # Okapi's usual values; 0.9/0.4 cost .03 on the even half, 2/0.9 nothing
_K1_BIGRAMS = 2.0  # .866 against .857 with 1.2
_CHARACTERS = 2.6  # of joined text for each word, punctuation included
_LIGHT = 0.35  # of the heaviest word: single characters lighter than that stand everywhere and say nothing
# Of the candidates by words alone, the first are ranked by the costlier parts: 60 of long notices (100 and 200 changed
# nothing), of short articles as many as their characters allow: all of the 200 by words and 400 by meaning (150,000 left
# the last thirty out, R@100 .778 instead of .780).
_FIRST, _FIRST_CHARACTERS = 60, 200_000
_COUNTRY, _NAMED = "中华人民共和国", 4  # characters of a title that a question may name
_SHORT = 4  # content words of a question that is rather a keyword search


@dataclass(frozen=True, slots=True)
class Question:
    """What is ranked for: the folded question, the words typed in it with their weights, the same with the other words
    that synonyms add below them, and what the question names."""

    folded: str
    typed: tuple[tuple[str, float], ...]
    words: tuple[tuple[str, float], ...] = ()
    hints: Hints = field(default_factory=Hints)
    asks: bool = False
    """A question in words or a sentence, not keywords."""

    @property
    def squeezed(self) -> str:
        """The question without spaces and punctuation."""
        return squeezed(self.folded)


@dataclass(frozen=True, slots=True)
class Ranked:
    """A candidate with its score and the parts that make it (part -> value before weighting)."""

    place: int
    score: float
    parts: dict[str, float]


def rank(
    question: Question,
    records: Sequence[dict[str, Any]],
    weights: TermWeights,
    meanings: Mapping[str, float] | None = None,
) -> list[Ranked]:
    """The candidates in order, best first; ``place`` is the index in ``records``. Equal scores keep the given order.

    ``meanings``: for the documents that mean most like the question, how near they are (see :mod:`api.meaning`).

    Linear in the length of the candidates' texts; never raises.
    """
    # Only Latin letters have small ones; making long Chinese texts small for nothing cost as much as counting in them.
    small = question.folded.upper() != question.folded
    words = dict(question.words)
    heaviest = max(words.values(), default=0.0)
    words = {word: weight for word, weight in words.items() if len(word) > 1 or weight >= _LIGHT * heaviest}
    pattern = pattern_of(words)
    texts = [CandidateText(record, pattern, words, small=small) for record in records]
    by_words = _bm25(words, texts, weights)
    order = sorted(range(len(texts)), key=lambda place: -by_words[place])
    near = order[: _affordable(texts, order)]
    parts = {place: {"words": by_words[place], "passage": texts[place].passage} for place in order}
    for name, values in _by_characters(question, [texts[place].window() for place in near]).items():
        for place, value in zip(near, values, strict=True):
            parts[place][name] = value
    for place, record in enumerate(records):
        parts[place] |= _facts(question, record, texts[place])
        if meanings:
            parts[place]["meaning"] = meanings.get(str(record.get(Field.ID)), 0.0)
    scores = [_score(parts[place]) for place in range(len(records))]
    statutes = [_statute(record)[0] if question.asks else None for record in records]
    found = []
    for place, share in enumerate(same_statute.shares(statutes, scores)):
        parts[place]["statute"] = share
        found.append(Ranked(place, scores[place] + WEIGHTS["statute"] * share, parts[place]))
    # Candidates that only their words were looked at stay behind the others.
    rest = set(order[len(near) :])
    return sorted(found, key=lambda one: (one.place in rest, -one.score, one.place))


def _score(parts: Mapping[str, float]) -> float:
    return sum(WEIGHTS[name] * value for name, value in parts.items())


def _affordable(texts: Sequence[CandidateText], order: Sequence[int]) -> int:
    lengths = accumulate(min(texts[place].length, WINDOW) for place in order)
    return max(_FIRST, sum(1 for total in lengths if total <= _FIRST_CHARACTERS))


def _bm25(words: Mapping[str, float], texts: Sequence[CandidateText], weights: TermWeights) -> list[float]:
    """BM25 of words, as a share of what the question's words weigh together."""
    total = sum(words.values()) or 1.0
    mean = max(1.0, _CHARACTERS * weights.mean_words)
    found = []
    for text in texts:
        norm = _K1 * (1 - _B + _B * text.length / mean)
        score = sum(words[word] * times * (_K1 + 1) / (times + norm) for word, times in text.counts.items())
        found.append(score / total)
    return found


def _by_characters(question: Question, texts: Sequence[str]) -> dict[str, list[float]]:
    """The parts that read a text once for each pair of the question's characters."""
    grams, fours = _grams(question.folded, 2), _grams(question.folded, 4)
    counts = [{gram: times for gram in grams if (times := text.count(gram))} for text in texts]
    return {
        "bigrams": _bigrams(grams, counts, texts),
        "fours": [_share(fours, held, text) for held, text in zip(counts, texts, strict=True)],
    }


def _share(fours: Sequence[str], held: Mapping[str, int], text: str) -> float:
    """The share of the question's runs of four that stand in a text; those whose two halves do not need no look."""
    return sum(four[:2] in held and four[2:] in held and four in text for four in fours) / max(1, len(fours))


def _bigrams(grams: Sequence[str], counts: Sequence[Mapping[str, int]], texts: Sequence[str]) -> list[float]:
    """BM25 of character bigrams. Their frequencies are those among the candidates: counting them in the whole
    collection gained .003 of MRR@10 and would double the index of terms."""
    if not grams or not texts:
        return [0.0] * len(texts)
    held = Counter(gram for row in counts for gram in row)
    weights = {gram: math.log(1 + (len(texts) - held[gram] + 0.5) / (held[gram] + 0.5)) for gram in grams}
    total = sum(weights.values()) or 1.0
    mean = max(1.0, sum(map(len, texts)) / len(texts))
    found = []
    for text, row in zip(texts, counts, strict=True):
        norm = _K1_BIGRAMS * (1 - _B + _B * len(text) / mean)
        found.append(sum(weights[gram] * n * (_K1_BIGRAMS + 1) / (n + norm) for gram, n in row.items()) / total)
    return found


def _facts(question: Question, record: dict[str, Any], text: CandidateText) -> dict[str, float]:
    """What the facts of a document say to a question that names a place, a year or a kind, and its title."""
    hints, squeezed = question.hints, question.squeezed
    codes = set(record.get(Field.REGION_CODES) or ())
    year, genre = record.get(Field.YEAR), record.get(Field.GENRE)
    # Laws are called without the country's name: 民法典, 河道管理条例什么时候施行.
    short = text.title.removeprefix(_COUNTRY)
    named = len(short) >= _NAMED and short in squeezed
    titled = named or (len(squeezed) > 1 and squeezed in text.title)
    return {
        "other_place": float(bool(hints.regions and codes) and _elsewhere(hints, codes)),
        "other_year": float(bool(hints.years) and year is not None and year not in hints.years),
        "other_genre": float(bool(hints.genres) and genre not in hints.genres),
        "in_title": float(titled),
        "is_title": float(titled and squeezed in (text.title, short)),
        "title_words": _title_words(question, text.title),
        "not_valid": float(record.get(Field.VALIDITY) in (Validity.REPEALED, Validity.EXPIRED)),
        "explains": float(genre == Genre.INTERPRETATION and Genre.INTERPRETATION not in hints.genres),
        "recent": _recency(record.get(Field.DAY), genre),
        "outranked": 0.0 if named else _outranked(question, record, codes),
    }


def _elsewhere(hints: Hints, codes: set[str]) -> bool:
    """True when no place of the question is the document's, in it, or of the same province."""
    provinces = {code[:2] for code in codes}
    return not any(code[:2] in provinces for place in hints.regions for code in place)


def _outranked(question: Question, record: dict[str, Any], codes: set[str]) -> float:
    """How far below a law a statute stands; 0 for what is none, for keywords, and for the statute of the place asked for."""
    if not question.asks:
        return 0.0
    _, rank = _statute(record)
    asked = rank is LegalRank.LOCAL and question.hints.regions and not _elsewhere(question.hints, codes)
    return 0.0 if rank is None or asked else _OUTRANKED.get(rank, 0.0)


def _statute(record: Mapping[str, Any]) -> tuple[str | None, LegalRank | None]:
    """The statute of which the title names an article, and the legal rank that the title says."""
    return _said_by(str(record.get(Field.TITLE) or ""))


@lru_cache(maxsize=50_000)  # 20 us a title; candidates recur from question to question
def _said_by(title: str) -> tuple[str | None, LegalRank | None]:
    folded = fold(plain(title))
    return legal_rank.statute(folded), legal_rank.of_title(folded)


def _title_words(question: Question, title: str) -> float:
    if not question.typed or len(question.typed) > _SHORT:
        return 0.0
    total = sum(weight for _, weight in question.typed) or 1.0
    return sum(weight for word, weight in question.typed if word in title) / total


def _recency(day: int | None, genre: object) -> float:
    """0 to 1 from 1990 to 2030, by the year signed or published; yearly reports are wanted by their year, not by age."""
    if day is None or genre == Genre.ANNUAL_REPORT:
        return 0.5
    return min(1.0, max(0.0, (day // 10000 - 1990) / 40))


def _grams(folded: str, length: int) -> list[str]:
    """The different n-grams of a question's runs of letters, in order."""
    runs = re.findall(r"\w+", folded)
    return list(dict.fromkeys(run[at : at + length] for run in runs for at in range(len(run) - length + 1)))
