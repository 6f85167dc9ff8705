"""What `wenhao synonyms check` looks at: every list of the folder, beyond what a site needs to start."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from pathlib import Path

from api import pins, synonyms, word_lists
from api.pins import Pin
from api.synonyms import Group
from gongwen import lexicon
from gongwen.errors import SettingsError
from gongwen.words import Segmenter
from indexer.pipeline import DOMAIN_WORDS, read_domain_words


@dataclass(frozen=True, slots=True)
class Checked:
    """What a check found: ``faults`` and ``notes`` as ``file:line: what to do``, ``counts`` by what was counted."""

    faults: tuple[str, ...]
    notes: tuple[str, ...]
    counts: tuple[tuple[str, int], ...]


def check(folder: Path, today: date) -> Checked:
    """The faults and counts of a folder's lists. A note is no fault: a pin whose last day is over.

    Raises :class:`~gongwen.errors.SettingsError` when there is no such folder or a list is not UTF-8.
    """
    if not folder.is_dir():
        raise SettingsError(f"{folder}: there is no such folder; WENHAO_SYNONYMS names the folder of the word lists")
    domain, faults = _words(folder / DOMAIN_WORDS)
    stop_words, more = _words(folder / word_lists.STOP_WORDS)
    groups, wrong = synonyms.read(synonyms.read_files(folder))
    pinned, unpinned = pins.read(pins.read_file(folder))
    faults = [*faults, *more, *wrong, *idle(groups, lexicon.segmenter(domain), frozenset(stop_words)), *unpinned]
    notes = [_expired(pin) for pin in pinned if pin.until < today]
    kinds = Counter(group.kind for group in groups)
    counts = [(f"[{kind}] 组", kinds[kind]) for kind in synonyms.WEIGHTS]
    counts += [("同义词组", len(groups)), ("可查的词", len(synonyms.Synonyms(groups)))]
    counts += [("领域词", len(domain)), ("停用词", len(stop_words)), ("置顶", len(pinned))]
    return Checked(tuple(faults), tuple(notes), tuple(counts))


def idle(groups: Sequence[Group], segmenter: Segmenter, stop_words: frozenset[str]) -> list[str]:
    """Faults of lay words that can add nothing: stop words, and words whose official terms all hold them already.

    A document with 失业登记 holds the word 失业, so 失业 -> 失业登记 finds no further document.

    >>> groups = synonyms.read({"a.txt": "[plain]\\n失业 | 下岗 -> 失业登记"})[0]
    >>> idle(groups, Segmenter(), frozenset())
    ['a.txt:2: every term on the right holds 失业 already; take 失业 out, or name another term']
    """
    faults = []
    for group in groups:
        faults += [f"{group.place}: {word} is a stop word" for word in group.left if word in stop_words]
        pairs = sorted(group.pairs) if group.kind == "plain" else ()
        for term, found in groupby(pairs, key=lambda pair: pair[0]):
            words = segmenter.words(term)
            if all(_holds(segmenter.words(other), words) for _, other in found):
                faults.append(
                    f"{group.place}: every term on the right holds {term} already; take {term} out, or name another term"
                )
    return faults


def _holds(words: Sequence[str], part: Sequence[str]) -> bool:
    return any(list(words[start : start + len(part)]) == list(part) for start in range(len(words) - len(part) + 1))


def _words(path: Path) -> tuple[tuple[str, ...], list[str]]:
    """The words of a list, or its faults."""
    try:
        return (read_domain_words(path.parent) if path.name == DOMAIN_WORDS else _read(path)), []
    except SettingsError as error:
        return (), str(error).splitlines()


def _read(path: Path) -> tuple[str, ...]:
    return lexicon.parse_words(path.read_text("utf-8"), path.name) if path.exists() else ()


def _expired(pin: Pin) -> str:
    return f"{pin.place}: {pin.question} → {pin.document} ended on {pin.until}; remove the line or set a later day"
