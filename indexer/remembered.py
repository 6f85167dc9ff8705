"""What the reject list says of files that a sync does not read: said again, and files that give no document spared.

A scanned PDF takes seconds to find no text in. Of a file that gave no document the ledger keeps how it looked, and reads it
again when it looks different, when the reading rules or the memory a reading may take are others, and always when what failed
was time, the disk or the process.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from gongwen.errors import UnreadableDocument
from indexer.ledger import Ledger, Rejected
from indexer.rejects import Reject


class Remembered:
    """The lines of one collection in one run, ``lines`` in the end; ``entries`` must have turned to it."""

    def __init__(self, collection: str, entries: Ledger, memory: int) -> None:
        self.lines: list[Reject] = []
        self._collection = collection
        self._entries = entries
        self._memory = memory
        self._left = entries.rejected()

    def spares(self, source: str, appearance: str) -> bool:
        """True when the file gave no document when it looked so (``appearance``, "" for not known), and would give none again."""
        told = self._left.get(source)
        return bool(appearance) and told is not None and told.seen == self._seen(appearance)

    def reason(self, source: str) -> str:
        """What was said of the file first."""
        return self._left[source].lines[0][1]

    def repeat(self, source: str) -> None:
        """Says of a file that is not read what was said before."""
        told = self._left.pop(source, None)
        if told is not None:
            self._say(source, told.lines)

    def unread(self, source: str, error: UnreadableDocument, appearance: str) -> None:
        """Says why a file that looks so gave no document."""
        seen = self._seen(appearance) if appearance and error.lasting else ""
        self._left.pop(source, None)
        self._entries.reject(source, Rejected(seen, ((error.stage, str(error)),)))
        self._say(source, ((error.stage, str(error)),))

    def read(self, source: str, fragments: Iterable[str]) -> None:
        """Says which parts of a file that was read are no document."""
        lines = tuple(("fragment", reason) for reason in fragments)
        before = self._left.pop(source, None)
        if lines or before is not None:
            self._entries.reject(source, Rejected("", lines) if lines else None)
        self._say(source, lines)

    def forget(self, gone: Callable[[str], bool]) -> None:
        """Forgets the files that were not met and are gone."""
        for source in filter(gone, self._left):
            self._entries.reject(source, None)

    def _seen(self, appearance: str) -> str:
        return f"{appearance} {self._memory}"

    def _say(self, source: str, lines: Iterable[tuple[str, str]]) -> None:
        self.lines += [Reject(self._collection, source, *line) for line in lines]
