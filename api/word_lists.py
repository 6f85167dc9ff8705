"""The editor's lists as they are now: synonyms, stop words and pins, read again when a file of the folder changes.

Domain words are not here: the index is cut with them, so a change takes effect with the next ``wenhao index``.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from api import pins, synonyms
from api.pins import Pins
from api.synonyms import Synonyms
from gongwen import lexicon
from gongwen.errors import SettingsError

STOP_WORDS = "stop_words.txt"
# Looking costs 0.1 ms (a stat of each of a dozen files); an editor does not notice a second.
_LOOK_EVERY = 1.0
_LOG = logging.getLogger("wenhao.word_lists")

_State = tuple[tuple[str, int, int], ...]


@dataclass(frozen=True, slots=True)
class Lists:
    """The lists of one moment; they belong together."""

    synonyms: Synonyms = field(default_factory=Synonyms)
    stop_words: frozenset[str] = frozenset()
    pins: Pins = field(default_factory=Pins)


class WordLists:
    """The lists of a folder. A change is taken over whole or not at all.

    Raises :class:`~gongwen.errors.SettingsError` on construction when the lists are faulty: a site does not start with
    them. Later faults leave the old lists in place and are logged once, in one line.
    """

    def __init__(self, folder: Path, clock: Callable[[], float] = time.monotonic) -> None:
        self._folder = folder
        self._clock = clock
        self._looked = clock()
        self._state = _state(folder)
        self._lists = read(folder)

    def current(self) -> Lists:
        """The lists as of at most a second ago; reading 1,200 groups anew takes about 0.1 s."""
        now = self._clock()
        if now - self._looked >= _LOOK_EVERY:
            self._looked = now
            state = _state(self._folder)
            if state != self._state:
                self._state = state
                self._take_over()
        return self._lists

    def reload(self) -> str | None:
        """Reads the lists now, whether their files changed or not; returns what is wrong with them, None when nothing is."""
        self._looked = self._clock()
        self._state = _state(self._folder)
        return self._take_over()

    def _take_over(self) -> str | None:
        try:
            self._lists = read(self._folder)
        except SettingsError as error:
            first, *more = str(error).splitlines()
            others = f" (and {len(more)} more)" if more else ""
            _LOG.warning(
                "word lists not taken over, the old ones stay: %s%s; see `wenhao synonyms check`", first, others
            )
            return str(error)
        else:
            _LOG.info("word lists read again: %d terms, %d pins", len(self._lists.synonyms), len(self._lists.pins))
        return None


def read(folder: Path) -> Lists:
    """The lists of a folder; a list without a file is empty.

    Raises :class:`~gongwen.errors.SettingsError` with file and line of what is wrong.
    """
    return Lists(synonyms.load(folder), _stop_words(folder / STOP_WORDS), pins.load(folder))


def _stop_words(path: Path) -> frozenset[str]:
    try:
        return frozenset(lexicon.parse_words(path.read_text("utf-8-sig"), path.name)) if path.exists() else frozenset()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path} cannot be read as UTF-8: {error}") from error


def _state(folder: Path) -> _State:
    """What changes when a list does: names, times and sizes."""
    found = []
    for path in sorted([*folder.glob("*.txt"), folder / pins.FILE]):
        try:
            status = path.stat()
        except OSError:  # removed between listing and looking, or no pins
            continue
        found.append((path.name, status.st_mtime_ns, status.st_size))
    return tuple(found)
