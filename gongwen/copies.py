"""Copies of one document 副本: the same notice as five sites print it, found by MinHash and by what the facts allow.

Two texts are copies when they share most of their runs of five characters, and no fact of theirs says otherwise: another
document number, another day of signing or another issuer is another document, however alike the words are (the notices
of each year, the announcements of each village).
"""

from __future__ import annotations

import base64
import re
import struct
from array import array
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from rensa import RMinHash

_PERMUTATIONS, _SEED = 64, 7
_ROWS = 4  # of a band: 16 bands of 4 find 99.8 % of the pairs that share 75 %, and 12 % of those that share 30 %
_BANDS, _WIDTH = _PERMUTATIONS // _ROWS, 4 * _ROWS  # width in bytes: a number of the MinHash has four
_SIZE = 4 * _PERMUTATIONS  # bytes of a packed signature
_RUN = 5
_FEWEST = 40
"""Letters below which a text is too short to tell: a title and a line."""
# Estimated share of common runs. Among 599 notices of 2020 that newspapers and offices print, the pairs of .91 and above
# are copies; .83 to .89 are reports of one press conference, .62 to .78 other texts on the same matter.
_ALIKE = 0.9
_ALIKE_WITH_NUMBER = 0.75
"""Where both have the same number: one page has attachments or a preface that the other lacks."""
_MOST_LEADERS = 50
"""Leaders of one band that a text is compared with: forms of a thousand announcements must not be compared each with each."""


def signature(text: str) -> str | None:
    """The MinHash of a text as 344 letters; None for one that is too short. Spaces and punctuation do not count.

    >>> len(signature("为做好新型冠状病毒感染肺炎疫情防控工作，现就有关捐赠税收政策公告如下。" * 3))
    344
    """
    letters = re.sub(r"\W+", "", text)
    if len(letters) < _FEWEST:
        return None
    made = RMinHash(_PERMUTATIONS, _SEED)
    made.update([letters[at : at + _RUN] for at in range(len(letters) - _RUN + 1)])
    return base64.b64encode(struct.pack(f"<{_PERMUTATIONS}I", *made.digest())).decode()


def packed(signed: str) -> bytes:
    """A signature in the 256 bytes that are compared: as letters, those of 100,000 documents take 10 MB more."""
    return base64.b64decode(signed)


def alike(one: bytes, other: bytes) -> float:
    """The estimated share of common runs of two packed signatures, 0 to 1, give or take .04; 0 where one is empty."""
    if not one or not other:
        return 0.0
    first, second = (struct.unpack(f"<{_PERMUTATIONS}I", each) for each in (one, other))
    same: int = sum(a == b for a, b in zip(first, second, strict=True))
    return same / _PERMUTATIONS


@dataclass(frozen=True, slots=True)
class Printed:
    """What is compared of a document as one site prints it: packed signature, ``length`` of its text in characters, facts.

    ``below`` is how far it stands below a law (0 for what is no statute): an article of 民法典 stands before the same one
    printed as 人格权编.
    """

    id: str
    signature: bytes | None
    length: int = 0
    number: str | None = None
    signed: date | None = None
    issuers: frozenset[str] = frozenset()
    below: int = 0


def likely(texts: Iterable[tuple[int, bytes, str | None]]) -> list[int]:
    """The places of the documents that can have a copy among all (place, packed signature, number): those with the number of
    another, and those with a band in common of which one has no number. :func:`group` of them says the same as of all.

    It takes 280 bytes a document, a tenth of what grouping takes, and of most collections a few documents remain.
    """
    places, numbers, packed_all = array("q"), array("q"), bytearray()
    for place, signature, number in texts:
        places.append(place)
        numbers.append(0 if number is None else hash(number) or 1)
        packed_all += signature
    times = Counter(numbers)
    bare = [at for at, number in enumerate(numbers) if not number]
    numbered = [at for at, number in enumerate(numbers) if number]
    found = {at for at in numbered if times[numbers[at]] > 1}
    for band in range(_BANDS if bare else 0):
        found.update(_sharing(packed_all, band * _WIDTH, bare, numbered))
    return [places[at] for at in sorted(found)]


def _sharing(packed_all: bytearray, offset: int, bare: list[int], numbered: list[int]) -> Iterator[int]:
    """Yield those that share a band, of which one is ``bare`` of a number; a band at a time, for memory's sake."""

    def part(at: int) -> bytes:
        start = at * _SIZE + offset
        return bytes(packed_all[start : start + _WIDTH])

    times = Counter(map(part, bare))
    met: set[bytes] = set()
    for at in numbered:
        if (one := part(at)) in times:
            met.add(one)
            yield at
    for at in bare:
        if times[one := part(at)] > 1 or one in met:
            yield at


def group(printed: Iterable[Printed]) -> dict[str, tuple[str, ...]]:
    """The documents that have copies, each with the ids of its copies; no document is in two groups.

    The one with the most facts, then the highest rank, then the longest text, stands for the others: it is what a reader wants to see. Each copy
    is like that one, so that a chain of small changes does not join different texts.
    """
    ordered = sorted(printed, key=lambda each: (-_facts(each), each.below, -each.length, each.id))
    shared = _shared_bands(ordered)
    leaders = _Leaders(_shared_numbers(ordered))
    found: dict[str, list[str]] = {}
    for one in ordered:
        bands = [shared[band] for band in _bands(one) if band in shared]
        leader = _leader(one, leaders.near(one, bands))
        if leader is not None:
            found.setdefault(leader.id, []).append(one.id)
        else:
            leaders.add(one, bands)
    return {leader: tuple(sorted(copies)) for leader, copies in found.items()}


def names(signature: bytes | None, number: str | None) -> Iterator[bytes]:
    """Yield the names under which a document is found by those to whose copies it matters (:func:`sought`): the bands of its
    packed signature, and its number. Nothing for a text that is too short to tell.
    """
    if signature is None:
        return
    yield from _of_bands(b"u" if number is None else b"n", signature)
    if number is not None:
        yield number.encode()


def sought(signature: bytes | None, number: str | None) -> Iterator[bytes]:
    """Yield the names of the documents that matter to the copies of one: those with its number, and of those that have a
    band in common all if it has no number, else those without.

    Documents joined by such, also over others, have the same copies whatever else is in the collection.
    """
    if signature is None:
        return
    yield from _of_bands(b"u", signature)
    if number is None:
        yield from _of_bands(b"n", signature)
    else:
        yield number.encode()


def _of_bands(kind: bytes, signature: bytes) -> Iterator[bytes]:
    for band in range(_BANDS):
        yield kind + _band(signature, band)


class _Leaders:
    """Those that stand for themselves, by what a copy of theirs would have: a band in common, and no other number.

    A text that a thousand bodies pass on under numbers of their own is compared with none of them, where by bands alone
    each was compared with fifty: 200,000 documents took 36 s.
    """

    def __init__(self, numbers: frozenset[str]) -> None:
        self._numbers = numbers
        self._all: dict[bytes, list[Printed]] = {}
        self._without_number: dict[bytes, list[Printed]] = {}
        self._by_number: dict[str, list[Printed]] = {}

    def add(self, one: Printed, bands: Sequence[bytes]) -> None:
        if one.number in self._numbers:
            self._by_number.setdefault(one.number, []).append(one)
        for band in bands:
            self._all.setdefault(band, []).append(one)
            if one.number is None:
                self._without_number.setdefault(band, []).append(one)

    def near(self, one: Printed, bands: Sequence[bytes]) -> Iterator[Printed]:
        """Yield each that may be found the same text, once, the newest of each band."""
        seen = {one.id}
        of_number = self._by_number.get(one.number, ()) if one.number is not None else ()
        by_band = self._all if one.number is None else self._without_number
        for pool in (of_number, *(by_band.get(band, ()) for band in bands)):
            for other in pool[-_MOST_LEADERS:]:
                if other.id not in seen:
                    seen.add(other.id)
                    yield other


def _shared_numbers(printed: Sequence[Printed]) -> frozenset[str]:
    """The numbers that two documents or more have whose texts can be compared."""
    counts = Counter(one.number for one in printed if one.number is not None and one.signature is not None)
    return frozenset(number for number, count in counts.items() if count > 1)


def _facts(one: Printed) -> int:
    return (one.number is not None) + (one.signed is not None) + bool(one.issuers)


def _bands(one: Printed) -> Iterator[bytes]:
    if one.signature is not None:
        for band in range(_BANDS):
            yield _band(one.signature, band)


def _band(signature: bytes, band: int) -> bytes:
    return bytes([band]) + signature[band * _WIDTH : (band + 1) * _WIDTH]


def _shared_bands(printed: Sequence[Printed]) -> dict[bytes, bytes]:
    """The bands that two documents or more have, each once for all who have it: only they lead to a copy, and they are few.

    One band after the other, for all sixteen of every document at once would take 4 kB a document instead of 0.1.
    """
    shared: dict[bytes, bytes] = {}
    for band in range(_BANDS):
        seen: set[bytes] = set()
        for one in printed:
            if one.signature is not None:
                part = _band(one.signature, band)
                if part in seen:
                    shared[part] = part
                else:
                    seen.add(part)
    return shared


def _leader(one: Printed, near: Iterable[Printed]) -> Printed | None:
    """The document of which this one is a copy: of several the one most like it."""
    likely = [(alike(one.signature or b"", other.signature or b""), other) for other in near if _may_be_one(one, other)]
    best = max(likely, key=lambda pair: (pair[0], pair[1].id), default=None)
    if best is None:
        return None
    needed = _ALIKE_WITH_NUMBER if one.number and one.number == best[1].number else _ALIKE
    return best[1] if best[0] >= needed else None


def _may_be_one(one: Printed, other: Printed) -> bool:
    """True unless a fact that both have differs; of a joint issue one page may name only one of the issuers."""
    pairs = ((one.number, other.number), (one.signed, other.signed))
    apart = one.issuers and other.issuers and one.issuers.isdisjoint(other.issuers)
    return not apart and all(a is None or b is None or a == b for a, b in pairs)
