"""The sets: which documents, which questions, what must be on this machine."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from bench.quality import damage, numbers, plain_language, titles
from bench.quality.documents import Question, Source, questions, texts

ROOT = Path(__file__).parents[2]
SHARED = ROOT.parent / "shared"
DATA = SHARED / "data"

NOTICES = Source(DATA / "notices" / "docs.jsonl")
LAWS = Source(DATA / "laws" / "docs.jsonl.gz")
CORPUS = Source(ROOT / "corpus")
# Documents the notices are to be found among: whole laws, 41 pages of the State Council and the five scraped pages.
AMONG = (NOTICES, LAWS, Source(DATA / "state_council" / "pages"), Source(SHARED / "seeds"))


_LABELS = ROOT / "tests" / "cases" / "corpus_gold.tsv"
Asked = TypeVar("Asked")
FILTERS = "filters"
"""The one set that is no ranking: see ``recognition``."""


@dataclass(frozen=True, slots=True)
class QuestionSet:
    """A set of judged questions. ``read`` gives the questions; ``about`` says what they show.

    ``gates`` are the figures that must not fall, ``noise`` how far they may (see ``baseline``).
    """

    name: str
    about: str
    sources: tuple[Source, ...]
    read: Callable[[], list[Question]]
    gates: tuple[str, ...] = ("mrr10", "r10", "r100", "ndcg10")
    noise: float = 0.005

    @property
    def absent(self) -> Path | None:
        """The first thing the set needs that is not on this machine."""
        return next((source.path for source in self.sources if not source.path.exists()), None)

    @property
    def in_repository(self) -> bool:
        """Whether it needs nothing but this repository."""
        return all(source.path.is_relative_to(ROOT) for source in self.sources)


def given(docs: Path, asked: Path) -> QuestionSet:
    """A set of two files of the caller's own."""
    return QuestionSet(asked.stem, f"{asked.name} over {docs.name}", (Source(docs),), lambda: questions(asked))


def half(found: Sequence[Asked], which: str) -> list[Asked]:
    """Every second question of a set (``even`` takes the first, third …), or all: tune on one half, judge on the other."""
    return list(found if which == "all" else found[0 if which == "even" else 1 :: 2])


def _notices() -> list[Question]:
    return questions(DATA / "notices" / "queries.jsonl")


def _own(field: str) -> dict[str, str]:
    return {name: row[field] for name, row in titles.own(_LABELS).items() if row[field]}


_ALL = (
    QuestionSet("notices", "citizens' questions, one right document each, among whole laws", AMONG, _notices),
    QuestionSet(
        "statutes",
        "lay questions on articles of law, often with several right articles",
        (Source(DATA / "statutes" / "docs.jsonl.gz"),),
        lambda: questions(DATA / "statutes" / "queries.jsonl"),
    ),
    QuestionSet(
        "titles",
        "every sample document by its own title, whole, changed, and in pieces",
        (CORPUS,),
        lambda: titles.questions(_own("title")),
        gates=("s1", "s10", "full.s1"),
        noise=0.0,
    ),
    QuestionSet(
        "numbers",
        "every own number of the sample documents in up to 15 writings",
        (CORPUS,),
        lambda: numbers.questions(_own("doc_number")),
        gates=("s1", "s10", "canonical.s1"),
        noise=0.0,
    ),
    QuestionSet(
        "damaged",
        "100 questions of notices, each damaged in nine ways",
        AMONG,
        lambda: damage.questions(_notices()),
        gates=("mrr10", "s10"),
    ),
    QuestionSet(
        "plain",
        "what citizens type against the terms that documents use",
        (NOTICES, CORPUS),
        lambda: plain_language.questions(plain_language.pairs(), texts((NOTICES, CORPUS))),
        gates=("s10",),
        noise=0.01,
    ),
    QuestionSet(FILTERS, "year, region, issuer and genre read in a question", (CORPUS,), list, gates=("exact", "precision", "recall"), noise=0.0),
)  # fmt: skip
SETS = {one.name: one for one in _ALL}
