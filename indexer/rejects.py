"""The reject list ``rejected.jsonl``: every file that could not be read and every fragment left out, with its reason."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from gongwen.errors import SettingsError

FILE = "rejected.jsonl"
_log = logging.getLogger("wenhao.indexer")


@dataclass(frozen=True, slots=True)
class Reject:
    """One line of the list. ``stage``: read, decode, extract, ocr, split, understand; ``store`` for what the engine did not take,
    ``skipped`` for what is not read at all, ``fragment`` for a part of a file that was read.
    """

    collection: str
    path: str
    stage: str
    reason: str


_COLUMNS = tuple(column.name for column in fields(Reject))


def read(folder: Path) -> list[Reject]:
    """The lines of the list; none when there is no list. What is no such line is passed over, and that is said.

    Raises :class:`~gongwen.errors.SettingsError` when the file cannot be read.
    """
    path = folder / FILE
    found: list[Reject] = []
    passed_over: list[int] = []
    try:
        # A path may hold what other line readers take for the end of a line: U+2028, U+0085.
        with path.open(encoding="utf-8", errors="replace", newline="\n") as lines:
            for number, line in enumerate(lines, 1):
                if (one := _parsed(line)) is not None:
                    found.append(one)
                elif line.strip():
                    passed_over.append(number)
    except FileNotFoundError:
        return []
    except OSError as error:
        raise SettingsError(
            f"{path} cannot be read: {error.strerror or error}; remove it, the next sync writes it again"
        ) from error
    if passed_over:
        _log.warning("%s:%d: no line of a reject list; %d such passed over", path, passed_over[0], len(passed_over))
    return found


def write(folder: Path, collection: str, rejects: list[Reject]) -> Path:
    """Replaces the collection's lines in the list, atomically; returns its path. Raises as :func:`read`."""
    path = folder / FILE
    others = [reject for reject in read(folder) if reject.collection != collection]
    staged = path.with_suffix(".part")
    staged.write_text("".join(_lines([*others, *rejects])), "utf-8")
    staged.replace(path)
    return path


def _lines(rejects: list[Reject]) -> Iterator[str]:
    return (f"{json.dumps(asdict(reject), ensure_ascii=False)}\n" for reject in rejects)


def _parsed(line: str) -> Reject | None:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError):
        return None
    if not isinstance(row, dict):
        return None
    cells = [cell for name in _COLUMNS if isinstance(cell := row.get(name), str)]
    return Reject(*cells) if len(cells) == len(_COLUMNS) else None
