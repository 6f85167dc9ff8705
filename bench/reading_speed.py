"""How fast a text becomes facts on one core, part by part: MB of UTF-8 a second, without segmentation."""

from __future__ import annotations

import gzip
import json
import time
from collections.abc import Callable, Sequence

from bench.gold_sets import DATA, ROOT
from gongwen import citations, dates, docnumber, document, figures, layout, personal, reading, regions, validity
from gongwen.normalize import normalize
from gongwen.types import Page

_ENOUGH = 6_000_000  # bytes of each kind of text; a second and more of reading
_RUNS = 3  # the best counts: other processes can only slow one down


def table() -> str:
    """A line a part, for whole laws and for notices, or for the sample corpus where the shared data are absent."""
    samples = _samples()
    lines = [f"{'part':22}" + "".join(f"{name:>12}" for name in samples)]
    for name, part in _PARTS.items():
        rates = [_rate(part, texts) for texts in samples.values()]
        lines.append(f"{name:22}" + "".join(f"{rate:7.1f} MB/s" for rate in rates))
    return "\n".join(lines)


def _samples() -> dict[str, list[str]]:
    notices, laws = DATA / "notices" / "docs.jsonl", DATA / "laws" / "docs.jsonl.gz"
    if not (notices.exists() and laws.exists()):
        return {"corpus": [path.read_text("utf-8") for path in sorted((ROOT / "corpus" / "samples").rglob("*.txt"))]}
    with gzip.open(laws, "rt", encoding="utf-8") as lines:
        return {
            "laws": _first([json.loads(line)["text"] for line, _ in zip(lines, range(400), strict=False)]),
            "notices": _first(
                [json.loads(line)["text"] for line in notices.read_text("utf-8").rstrip("\n").split("\n")]
            ),
        }


def _first(texts: Sequence[str]) -> list[str]:
    kept, size = [], 0
    for text in texts:
        kept.append(text)
        size += len(text.encode())
        if size > _ENOUGH:
            break
    return kept


def _rate(part: Callable[[str], object], texts: Sequence[str]) -> float:
    size, best = sum(len(text.encode()) for text in texts), float("inf")
    for _ in range(_RUNS):
        start = time.process_time()
        for text in texts:
            part(text)
        best = min(best, time.process_time() - start)
    return size / best / 1e6


_PARTS: dict[str, Callable[[str], object]] = {
    "document.read": lambda text: document.read(Page(text)),
    "layout.read": layout.read,
    "reading.of_page": lambda text: reading.of_page(Page(text)),
    "normalize": normalize,
    "docnumber.find": docnumber.find,
    "citations.find": lambda text: citations.find(text, docnumber.find(text), None),
    "dates.find": dates.find,
    "regions.find": lambda text: regions.find(text, short=True),
    "figures.find": figures.find,
    "personal.find": personal.find,
    "validity.read": lambda text: validity.read(reading.of_page(Page(text)), None, None, None),
}
