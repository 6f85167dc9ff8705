"""What a sync would do, found without reading documents or writing anything: ``wenhao sync --dry-run``."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from gongwen.errors import UnreadableDocument
from indexer.ledger import Entry, Ledger
from indexer.pipeline import Pipeline
from indexer.remembered import Remembered
from indexer.run import is_unchanged
from indexer.sources import Listing


@dataclass(frozen=True, slots=True)
class Plan:
    """Paths by what would happen to them. ``moved`` pairs old and new path; ``unreadable`` pairs path and reason."""

    added: tuple[str, ...]
    changed: tuple[str, ...]
    moved: tuple[tuple[str, str], ...]
    gone: tuple[str, ...]
    unreadable: tuple[tuple[str, str], ...]
    unchanged: int


def plan(listing: Listing, pipeline: Pipeline, entries: Ledger) -> Plan:
    """Compares a folder with what the index holds. Whether a file holds a document shows only when it is read."""
    entries.turn_to(listing.collection)
    remembered = Remembered(listing.collection, entries, pipeline.settings.read_memory_bytes)
    added: dict[str, str] = {}
    changed: list[str] = []
    unreadable: list[tuple[str, str]] = []
    unchanged = 0
    for file in listing.files:
        before, appearance = entries.take(file.source), file.appearance(pipeline.version)
        if before is None and remembered.spares(file.source, appearance):
            unreadable.append((file.source, remembered.reason(file.source)))
            continue
        try:
            if before and is_unchanged(file, before, appearance, pipeline):
                unchanged += 1
                continue
            found = pipeline.fingerprint(file)[1]
        except UnreadableDocument as error:
            unreadable.append((file.source, str(error)))
            continue
        if before:
            changed.append(file.source)
        else:
            added[file.source] = found
    gone = {source: entry for source, entry in entries.left() if listing.covers(source)}
    moved = tuple(_moves(gone, added.items()))
    from_paths, to_paths = {old for old, _ in moved}, {new for _, new in moved}
    return Plan(
        tuple(path for path in added if path not in to_paths),
        tuple(changed),
        moved,
        tuple(path for path in gone if path not in from_paths),
        tuple(unreadable),
        unchanged,
    )


def _moves(gone: dict[str, Entry], added: Iterable[tuple[str, str]]) -> Iterable[tuple[str, str]]:
    """Pairs of a path that is gone and a new one with the same bytes, each once."""
    waiting: dict[str, list[str]] = {}
    for path, entry in gone.items():
        waiting.setdefault(entry.stamp.partition(":")[0], []).append(path)
    for path, found in added:
        if waiting.get(found):
            yield waiting[found].pop(0), path
