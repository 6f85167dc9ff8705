"""Pinyin 拼音 of words, without tones, as people type it: 政务公开 is zhengwugongkai, by its initials zwgk.

Readings come from pypinyin, which knows words (重庆 is chongqing). ü is written v, and lue and nue have u, as input methods
take them.
"""

from __future__ import annotations

import re
from functools import cache
from unicodedata import normalize as unicode_normalize

_LETTERS = re.compile(r"[a-z]+(?:[' ]+[a-z]+)*")
_COMMON = range(0x4E00, 0x9FA6)  # the characters of the first Unicode standard have every syllable
# What many speakers do not tell apart (模糊音 of input methods): initials zh/z, ch/c, sh/s and n/l, finals with ng/n.
_INITIALS = (("zh", "z"), ("ch", "c"), ("sh", "s"), ("n", "l"))
_UE = re.compile("([ln])ve")
_NASAL = re.compile(r"(?<=[aei])ng?$")


def syllables(text: str) -> tuple[str, ...]:
    """The syllable of each Chinese character; any other character stands for itself, in small letters.

    >>> syllables("重庆4号线"), syllables("女")
    (('chong', 'qing', '4', 'hao', 'xian'), ('nv',))
    """
    from pypinyin import lazy_pinyin  # takes 0.4 s to load, and a search without typing errors needs none

    # What has no reading comes in runs; pypinyin documents that a list splits one, but its types do not say so.
    found = lazy_pinyin(text.lower(), errors=list)  # type: ignore[arg-type]
    return tuple(_UE.sub(r"\1ue", one) for one in found)


def full(text: str) -> str:
    """The whole pinyin of a word, without spaces.

    >>> full("政务公开")
    'zhengwugongkai'
    """
    return "".join(syllables(text))


def initials(text: str) -> str:
    """The first letter of each syllable.

    >>> initials("政务公开")
    'zwgk'
    """
    return "".join(one[0] for one in syllables(text))


@cache
def _known() -> frozenset[str]:
    found = syllables("".join(chr(code) for code in _COMMON))
    return frozenset(one for one in found if one.isascii())  # a few unit signs have no reading


def is_syllable(letters: str) -> bool:
    """True for the letters of one whole syllable.

    >>> is_syllable("zheng"), is_syllable("zhengwu"), is_syllable("zh")
    (True, False, False)
    """
    return letters in _known()


@cache
def near(syllable: str) -> frozenset[str]:
    """The syllable and those that many speakers do not tell apart from it.

    >>> sorted(near("shang")), sorted(near("nan")), near("bo")
    (['san', 'sang', 'shan', 'shang'], ['lan', 'lang', 'nan', 'nang'], frozenset({'bo'}))
    """
    begins = {syllable}
    for one, other in _INITIALS:
        for first, second in ((one, other), (other, one)):
            if syllable.startswith(first) and (len(first) == 2 or syllable[1:2] != "h"):
                begins.add(second + syllable[len(first) :])
    return frozenset(form for one in begins for form in ({one} | {_NASAL.sub(end, one) for end in ("n", "ng")}))


def typed(text: str) -> str:
    """What was typed as pinyin in one form: small letters, no tone marks, parts apart by one space; empty when it holds
    anything but letters, apostrophes and spaces.

    >>> typed("Zhèngwù  gōngkāi"), typed("nǚ'ér"), typed("政务gk"), typed("covid-19")
    ('zhengwu gongkai', 'nv er', '', '')
    """
    lowered = text.strip().lower().replace("’", "'")
    if not lowered or len(lowered) > 200:  # nobody types more, and what follows need not be fast
        return ""
    lowered = unicode_normalize("NFD", lowered).replace("u\u0308", "v")
    letters = "".join(char for char in lowered if not "\u0300" <= char <= "\u036f")
    if not _LETTERS.fullmatch(letters):
        return ""
    return _UE.sub(r"\1ue", re.sub(r"[' ]+", " ", letters))
