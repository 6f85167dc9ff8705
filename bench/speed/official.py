"""Documents to measure at size: real texts split into pieces of an official document's length, with real facets.

Each piece of a law becomes a notice of a local government: its own number, issuer, place and date, drawn with a seed; the
words of the text stay those of real documents. Further rounds turn the sentences of a piece, so that no two are equal.
"""

from __future__ import annotations

import gzip
import json
import random
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

from gongwen.data import rows

PIECE = 1200  # characters; notices in ../shared/data have 1,500 on the average
_KINDS = ("通知", "意见", "通告", "批复", "公告", "决定")


def write_official(sources: list[Path], number: int, folder: Path, seed: int = 7) -> int:
    """Writes so many documents as Markdown files, a thousand a folder; returns their bytes."""
    chance = random.Random(seed)
    pieces = [piece for source in sources for piece in _pieces(source)]
    size = 0
    for count in range(number):
        turn, place = divmod(count, len(pieces))
        title, sentences = pieces[place]
        path = folder / f"{count // 1000:04}" / f"{count:07}.md"
        path.parent.mkdir(exist_ok=True, parents=True)
        size += path.write_bytes(_document(title, sentences, turn, count, chance).encode())
    return size


def _pieces(source: Path) -> Iterator[tuple[str, list[str]]]:
    opener: Callable[..., object] = gzip.open if source.suffix == ".gz" else open
    with opener(source, "rt", encoding="utf-8") as lines:  # type: ignore[attr-defined]
        for line in lines:
            row = json.loads(line)
            title = (row.get("title") or row["text"].strip().split("\n")[0])[:40]
            piece: list[str] = []
            for paragraph in filter(None, map(str.strip, row["text"].split("\n"))):
                piece.append(paragraph[: 2 * PIECE])
                if sum(map(len, piece)) >= PIECE:
                    yield title, piece
                    piece = []
            if piece:
                yield title, piece


def _document(title: str, paragraphs: list[str], turn: int, count: int, chance: random.Random) -> str:
    place, year = chance.choice(_places()), chance.randint(2003, 2026)
    at = turn % len(paragraphs)
    body = "\n\n".join([*paragraphs[at:], *paragraphs[:at]])
    kind = chance.choice(_KINDS)
    day = f"{year}年{chance.randint(1, 12)}月{chance.randint(1, 28)}日"
    return (
        f"# {place}人民政府关于{title}有关事项的{kind}\n\n{place[0]}政发〔{year}〕{count % 4000 + 1}号\n\n"
        f"各有关单位：\n\n{body}\n\n{place}人民政府\n\n{day}\n"
    )


@cache
def _places() -> list[str]:
    """Places of today that write themselves 市 or 县, spread over the country."""
    today = [row["name"] for row in rows("divisions.tsv") if not row["until"] and row["name"].endswith(("市", "县"))]
    return today[::4]
