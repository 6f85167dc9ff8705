"""The reject list ``rejected.jsonl``: every file that could not be read and every fragment left out, with its reason."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

FILE = "rejected.jsonl"


@dataclass(frozen=True, slots=True)
class Reject:
    """One line of the list. ``stage``: read, decode, extract, split, understand, write; ``fragment`` for a part of a file that was read."""

    collection: str
    path: str
    stage: str
    reason: str


def write(folder: Path, collection: str, rejects: list[Reject]) -> Path:
    """Replaces the collection's lines in the list, atomically; returns its path."""
    path = folder / FILE
    kept = [line for line in _lines(path) if json.loads(line).get("collection") != collection]
    lines = [*kept, *(json.dumps(asdict(reject), ensure_ascii=False) for reject in rejects)]
    staged = path.with_suffix(".part")
    staged.write_text("".join(f"{line}\n" for line in lines), "utf-8")
    staged.replace(path)
    return path


def _lines(path: Path) -> list[str]:
    return path.read_text("utf-8").splitlines() if path.exists() else []
