"""The gold sets: where each is, and how its documents are read. None of their texts is in the repository."""

from __future__ import annotations

import csv
import gzip
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from bench.facts import Values, day, figure_value, one, split
from gongwen import document, layout
from gongwen.types import Document, Page
from indexer.extract import extract

ROOT = Path(__file__).parent.parent
SHARED = ROOT.parent / "shared"
DATA = SHARED / "data"


@dataclass(frozen=True, slots=True)
class Labelled:
    """One document of a set: its name, what gold says, its plain text, and what we read."""

    name: str
    gold: Values
    text: str
    document: Document


def from_jsonl(path: Path, pages: Path | None) -> Iterator[Labelled]:
    """A set of the shape of ``state_council/gold.jsonl``; with ``pages``, each is read from ``<id>.html`` there."""
    for line in _lines(path):
        row = json.loads(line)
        if pages is not None:
            page = pages / f"{row['id']}.html"
            found = extract(page.read_bytes(), page.name)[0][0]
        else:
            found = layout.read(row["text"], title=row.get("title"))[0][0]
        yield Labelled(str(row["id"]), _values(row), row["text"], document.read(found))


def _lines(path: Path) -> list[str]:
    """Lines of JSON end with the line feed alone: a text may hold U+2028."""
    return path.read_text("utf-8").rstrip("\n").split("\n")


def _values(row: dict[str, object]) -> Values:
    """Null means none, an absent key is not scored."""
    values: Values = {}
    for name in ("doc_number", "index_number", "genre", "year", "province", "prefecture", "county"):
        if name in row:
            values[name] = one(row[name])
    for name in ("signed", "published"):
        if name in row:
            values[name] = day(str(row[name] or ""))
    if "issuer" in row:
        values["issuer"] = split(str(row["issuer"] or ""), ";；、 ")
    if isinstance(cites := row.get("cites"), list):
        values["cites"] = frozenset(map(str, cites))
    if isinstance(figures := row.get("figures"), list):
        values["figures"] = frozenset(figure_value(name, None, value, unit) for name, value, unit in figures)
    return values


def from_table(path: Path, docs: Path) -> Iterator[Labelled]:
    """A set labelled in a table (``bench/gold/notices.tsv``) over documents ``{id, text}``."""
    texts = {row["id"]: row["text"] for row in map(json.loads, _lines(docs))}
    with path.open(encoding="utf-8") as lines:
        for row in csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE):
            pages, _ = layout.read(texts[row["id"]])
            values = {
                name: one(row[name])
                for name in ("doc_number", "province", "prefecture", "county", "year", "signed", "published", "genre")
            }
            values |= {"issuer": split(row["issuer"]), "cites": split(row["cites"])}
            read = document.read(pages[0]) if pages else Document("", "")
            yield Labelled(row["id"], values, texts[row["id"]], read)


def seeds() -> Iterator[Labelled]:
    """The five real pages, part by part."""
    rows = json.loads((DATA / "seeds_gold.json").read_text("utf-8"))["documents"]
    read: dict[str, list[Document]] = {}
    for row in rows:
        name = row["file"]
        if name not in read:
            pages, _ = extract((SHARED / "seeds" / name).read_bytes(), name)
            read[name] = [document.read(page) for page in pages]
        found = next((one for one in read[name] if one.title == row.get("part", one.title)), Document("", ""))
        values = _values({key: value for key, value in row.items() if key != "region"})
        if "region" in row:
            values |= dict(
                zip(
                    ("province", "prefecture", "county"), [one(part) for part in [*row["region"], "", ""]], strict=False
                )
            )
        yield Labelled(f"{name}:{row.get('part', '')}", values, found.text, found)


def corpus() -> Iterator[Labelled]:
    """The sample corpus against the labels its authors wrote."""
    rows: dict[str, list[dict[str, str]]] = {}
    with (ROOT / "tests" / "cases" / "corpus_gold.tsv").open(encoding="utf-8") as lines:
        for row in csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE):
            rows.setdefault(row["path"], []).append(row)
    for path, labels in rows.items():
        pages, _ = extract((ROOT / "corpus" / path).read_bytes(), path)
        for number, row in enumerate(labels):
            found = document.read(pages[number]) if number < len(pages) else Document("", "")
            values = {name: one(row[name]) for name in ("doc_number", "year", "signed", "published", "genre")}
            values |= {"issuer": split(row["issuer"]), "cites": split(row["cites"])}
            yield Labelled(f"{path}#{number}", values, found.text, found)


def laws(every: int = 1) -> Iterator[Labelled]:
    """Local regulations of 31 provinces, by their titles and opening: which province they are of; one of ``every`` so many."""
    with gzip.open(DATA / "laws" / "docs.jsonl.gz", "rt", encoding="utf-8") as lines:
        of_provinces = (row for row in map(json.loads, lines) if row["province"])
        for row in islice(of_provinces, 0, None, every):
            found = document.read(Page(row["text"], title=row["title"]))
            names = found.region.value.names[:1] if found.region else ()
            short = frozenset(name for name in names if name.startswith(row["province"]))
            gold: Values = {"province": short or one(row["province"])}  # the set says 浙江, we 浙江省
            yield Labelled(row["id"], gold, f"{row['title']}\n{row['text']}", found)


SETS: dict[str, tuple[Path, Callable[[], Iterator[Labelled]]]] = {
    "state_council": (
        DATA / "state_council" / "gold.jsonl",
        lambda: from_jsonl(DATA / "state_council" / "gold.jsonl", DATA / "state_council" / "pages"),
    ),
    "seeds": (DATA / "seeds_gold.json", seeds),
    "notices": (
        DATA / "notices" / "docs.jsonl",
        lambda: from_table(ROOT / "bench" / "gold" / "notices.tsv", DATA / "notices" / "docs.jsonl"),
    ),
    "notices_held": (
        DATA / "notices" / "docs.jsonl",
        lambda: from_table(ROOT / "bench" / "gold" / "notices_held.tsv", DATA / "notices" / "docs.jsonl"),
    ),
    "laws": (DATA / "laws" / "docs.jsonl.gz", laws),
    "laws_eighth": (DATA / "laws" / "docs.jsonl.gz", lambda: laws(every=8)),
    "corpus": (ROOT / "corpus", corpus),
}
"""Set -> (what must be there, how to read it)."""
GATED = ("state_council", "seeds", "notices", "laws_eighth", "corpus")
"""The sets with floors; notices_held has none, for it is never tuned on, and a floor would make one tune on it."""
