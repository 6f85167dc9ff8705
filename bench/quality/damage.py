"""Set ``damaged``: real questions as they arrive when something went wrong between head and search box.

Every kind is applied to the same seeded sample of questions, so that kinds compare with ``whole``, the question as it
was. The generator is deterministic: the same question always gets the same damage.
"""

from __future__ import annotations

import csv
import random
import re
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path

import rjieba
from opencc import OpenCC
from pypinyin import Style, lazy_pinyin

from bench.quality.documents import Question

LOOKALIKES = Path(__file__).parents[1] / "gold" / "lookalikes.tsv"
SAMPLE = 100
KEYWORDS = 3
# The 3,755 characters of the first level of GB 2312, rows 16 to 55: what input methods offer first.
_LEVEL_ONE = range(16, 56)
_HAN = re.compile(r"[\u4e00-\u9fff]")


def questions(found: Sequence[Question], sample: int = SAMPLE) -> list[Question]:
    """Each question of a seeded sample whole, and with every kind of damage; a kind that cannot harm it leaves it out."""
    chosen = random.Random(1).sample(list(found), min(sample, len(found)))
    damaged = [Question(f"whole:{one.qid}", one.text, one.gold, "whole") for one in chosen]
    for kind, damage in KINDS.items():
        for one in chosen:
            text = damage(one.text, random.Random(f"{kind}:{one.qid}"))
            if text and text != one.text:
                damaged.append(Question(f"{kind}:{one.qid}", text, one.gold, kind))
    return damaged


def homophone(text: str, chance: random.Random) -> str:
    """One character replaced by another common one of the same sound (进 -> 近), as pinyin input does; tones are not typed."""
    sounds = _by_sound()
    others: dict[int, Sequence[str]] = {}
    for place, character in enumerate(text):
        if _HAN.match(character):
            same = [other for other in sounds.get(lazy_pinyin(character)[0], ()) if other != character]
            others |= {place: same} if same else {}
    return _replaced(text, others, chance)


def lookalike(text: str, chance: random.Random) -> str:
    """One character replaced by one that looks like it (己 -> 已), of ``bench/gold/lookalikes.tsv``."""
    table = _alike()
    return _replaced(text, {place: table[c] for place, c in enumerate(text) if c in table}, chance)


def missing(text: str, chance: random.Random) -> str:
    """One character left out."""
    place = chance.choice(_places(text))
    return text[:place] + text[place + 1 :]


def doubled(text: str, chance: random.Random) -> str:
    """One character typed twice."""
    place = chance.choice(_places(text))
    return text[: place + 1] + text[place:]


def traditional(text: str, _chance: random.Random) -> str:
    """The question in traditional script."""
    return str(_converter().convert(text))


def half_the_words(text: str, chance: random.Random) -> str:
    """Half of the words, in order, as someone types who remembers only these."""
    words = [word for word in rjieba.cut(text) if re.search(r"\w", word)]
    kept = sorted(chance.sample(range(len(words)), max(len(words) // 2, 1))) if words else []
    return "".join(words[place] for place in kept)


def keywords(text: str, _chance: random.Random) -> str:
    """The longest three words, with spaces: what pinyin is compared with, since nobody types a whole question in pinyin."""
    return " ".join(_keywords(text))


def pinyin(text: str, _chance: random.Random) -> str:
    """The same three words in pinyin without tones (gongye xinxi), the input method switched off."""
    return " ".join("".join(lazy_pinyin(word)) for word in _keywords(text))


def initials(text: str, _chance: random.Random) -> str:
    """The first letters of the same three words (gy xx)."""
    return " ".join("".join(lazy_pinyin(word, style=Style.FIRST_LETTER)) for word in _keywords(text))


KINDS: dict[str, Callable[[str, random.Random], str]] = {
    one.__name__: one
    for one in (homophone, lookalike, missing, doubled, traditional, half_the_words, keywords, pinyin, initials)
}


def _keywords(text: str) -> list[str]:
    words = list(dict.fromkeys(word for word in rjieba.cut(text) if len(word) > 1 and _HAN.match(word)))
    chosen = set(sorted(words, key=len, reverse=True)[:KEYWORDS])
    return [word for word in words if word in chosen]


def _replaced(text: str, others: dict[int, Sequence[str]], chance: random.Random) -> str:
    if not others:
        return ""
    place = chance.choice(sorted(others))
    return text[:place] + chance.choice(others[place]) + text[place + 1 :]


def _places(text: str) -> list[int]:
    """Where a character of Chinese stands; anywhere, when there is none."""
    return [place for place, character in enumerate(text) if _HAN.match(character)] or list(range(len(text)))


@cache
def _by_sound() -> dict[str, list[str]]:
    sounds: dict[str, list[str]] = {}
    for row in _LEVEL_ONE:
        for cell in range(1, 95):
            character = bytes((row + 0xA0, cell + 0xA0)).decode("gb2312", "ignore")
            if character:  # the last five cells of row 55 are empty
                sounds.setdefault(lazy_pinyin(character)[0], []).append(character)
    return sounds


@cache
def _alike() -> dict[str, list[str]]:
    lines = [line for line in LOOKALIKES.read_text("utf-8").splitlines() if line and not line.startswith("#")]
    table: dict[str, list[str]] = {}
    for row in csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE):
        table.setdefault(row["one"], []).append(row["other"])
        table.setdefault(row["other"], []).append(row["one"])
    return table


@cache
def _converter() -> OpenCC:
    return OpenCC("s2t")
