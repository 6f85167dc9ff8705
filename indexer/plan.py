"""What a sync would do, found without reading documents or writing anything: ``wenhao sync --dry-run``."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from engine.protocol import Writer
from gongwen.errors import UnreadableDocument
from indexer.pipeline import Pipeline
from indexer.sources import Listing
from indexer.sync import by_source, is_current


@dataclass(frozen=True, slots=True)
class Plan:
    """Paths by what would happen to them. ``moved`` pairs old and new path; ``unreadable`` pairs path and reason."""

    added: tuple[str, ...]
    changed: tuple[str, ...]
    moved: tuple[tuple[str, str], ...]
    gone: tuple[str, ...]
    unreadable: tuple[tuple[str, str], ...]
    unchanged: int


async def plan(listing: Listing, pipeline: Pipeline, writer: Writer) -> Plan:
    """Compares a folder with the index. Whether a file holds a document shows only when it is read."""
    stored = by_source(await writer.inventory(listing.collection))
    added: dict[str, str] = {}
    changed: list[str] = []
    unreadable: list[tuple[str, str]] = []
    unchanged = 0
    for file in listing.files:
        before = stored.pop(file.source, {})
        try:
            found = pipeline.fingerprint(file)[1]
        except UnreadableDocument as error:
            unreadable.append((file.source, str(error)))
            continue
        if is_current(before, found):
            unchanged += 1
        elif before:
            changed.append(file.source)
        else:
            added[file.source] = found
    moved = tuple(_moves(stored, added.items()))
    from_paths, to_paths = {old for old, _ in moved}, {new for _, new in moved}
    return Plan(
        tuple(path for path in added if path not in to_paths),
        tuple(changed),
        moved,
        tuple(path for path in stored if path not in from_paths),
        tuple(unreadable),
        unchanged,
    )


def _moves(gone: dict[str, dict[str, str]], added: Iterable[tuple[str, str]]) -> Iterable[tuple[str, str]]:
    """Pairs of a path that is gone and a new one with the same bytes, each once."""
    waiting: dict[str, list[str]] = {}
    for path, records in gone.items():
        waiting.setdefault(next(iter(records.values())).partition(":")[0], []).append(path)
    for path, found in added:
        if waiting.get(found):
            yield waiting[found].pop(0), path
