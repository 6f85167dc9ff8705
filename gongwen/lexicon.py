"""The product's segmenter: jieba's dictionary, the names of all divisions, and the editor's domain words.

Indexer and API must build it from the same words; :func:`digest` is stored with the index so that a change shows.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from functools import cache

from gongwen import regions
from gongwen.errors import SettingsError
from gongwen.words import Segmenter


def segmenter(domain_words: Iterable[str] = ()) -> Segmenter:
    """A segmenter that knows divisions (衢江, 黔东南州) and the given words.

    >>> segmenter(["一网通办"]).words("衢江区一网通办")
    ['衢江', '区', '一网通办']
    """
    return Segmenter([*_division_words(), *domain_words])


def digest(domain_words: Iterable[str]) -> str:
    """Twelve hexadecimal digits that change when the words do."""
    return hashlib.sha256("\n".join(sorted(set(domain_words))).encode("utf-8", "backslashreplace")).hexdigest()[:12]


@cache
def _division_words() -> tuple[str, ...]:
    """Short names of two characters or more; the full name is then cut into short name and kind (衢江|区)."""
    names = {name for division in regions.all_divisions() for name in regions.short_names(division)}
    return tuple(sorted(name for name in names if len(name) > 1))


def parse_words(text: str, source: str) -> tuple[str, ...]:
    """The words of a word list: one a line, ``#`` starts a comment.

    Raises :class:`~gongwen.errors.SettingsError` that lists every line with more than one word or a repeated word.
    """
    seen: dict[str, int] = {}
    faults = []
    for number, line in enumerate(text.splitlines(), 1):
        word = line.split("#", 1)[0].strip()
        if not word:
            continue
        if len(word.split()) > 1:
            faults.append(f"{source}:{number}: {word!r} is more than one word; one word a line")
        elif word in seen:
            faults.append(f"{source}:{number}: {word!r} stands already in line {seen[word]}; remove one")
        seen.setdefault(word, number)
    if faults:
        raise SettingsError("\n".join(faults))
    return tuple(seen)
