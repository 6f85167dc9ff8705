"""Misaligned GBK: bytes read in pairs that begin one byte too late, repaired where the text itself proves it.

When a lead byte of a GBK text is lost, each following pair of bytes is read across two characters until an ASCII byte
ends the damage: 考核結 (BFBC BACB BD59) without BF reads as 己私Y (BCBA CBBD 59). Pages with inserted pinyin prove the
repair: behind the damage stands the reading of its last character, 己私Y(jié) -> 核結(jié). The character that lost its
lead byte cannot be known; it is shown as U+FFFD.
"""

from __future__ import annotations

import re
from collections.abc import Callable

# The ASCII byte that ends the damage, with a reading in brackets behind it; the damage before it is read backwards, so
# that a text is scanned once. A lost byte shows as ? or not at all.
_END = re.compile(r"[@-Z\[-~](?=[(（]([^\x00-\x40()（）]{1,7})[)）])")
_DAMAGE = re.compile(r"\??[^\x00-\x7f]{1,24}$")
# A character and the opening bracket behind it lost together: 各?qū)對 was 各區(qū)對. A tone mark shows that it was a reading.
_HALF_READING = re.compile(r"\?(?=[a-z]{0,4}[āáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜ])[a-zāáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜ]{1,6}[)）]")


def repairs(source: str, is_reading: Callable[[str, str], bool]) -> list[tuple[int, int, str]]:
    """The proven repairs of a text as (start, end, replacement), in order, disjoint.

    ``is_reading(character, letters)`` says whether the letters are a reading of the character.

    >>> repairs("確?己私Y(jié)果", lambda char, letters: (char, letters) == ("結", "jié"))
    [(1, 5, '\\ufffd核結')]
    """
    found = [(match.start(), match.end(), "\ufffd") for match in _HALF_READING.finditer(source)]
    for match in _END.finditer(source):
        run = _DAMAGE.search(source, max(0, match.start() - 25), match.start())
        repaired = _realigned(run[0].removeprefix("?") + match[0]) if run else None
        if run and repaired and is_reading(repaired[-1], match[1]):
            found.append((run.start(), match.end(), "\ufffd" + repaired))
    return sorted(found)


def _realigned(run: str) -> str | None:
    try:
        return run.encode("gbk")[1:].decode("gbk")
    except UnicodeError:
        return None
