"""Normalisation 规范化: the one function through which every document, table and question passes.

Two results, of equal length, from one pass:

* ``text``, what people read and the index stores: inserted pinyin (關(guān)于, 信(xin)息), control and zero-width
  characters are gone; full-width letters and digits, Kangxi and CJK radicals are ordinary characters; private-use
  characters are what they are known to stand for (data/private_use.tsv), else 〓, the mark printers set where they lack
  a type, and lone surrogates U+FFFD: what cannot be read is marked, not lost; traditional lines are simplified;
* ``folded``, what recognisers read: ``text`` with the many brackets, quotes, dashes, colons and spaces mapped one to
  one to a single form, so 〔2016〕, ［2016］, 【2016】 and [2016] are the same five characters.

An offset in ``folded`` is therefore an offset in ``text``; :meth:`Normal.source_span` leads back to the source.

Traditional script is recognised line by line. A character is *surely* traditional when OpenCC changes it and GB 2312,
the set of simplified print, does not have it (務, 發, 關). Characters such as 乾, 著 and 於 exist in simplified text,
so OpenCC may touch them only in a line that has surely traditional characters: 乾安县 stays 乾安县. A single such
character in a simplified line (a name, 陳) is mapped alone.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass, field
from functools import cache, lru_cache
from unicodedata import normalize as unicode_normalize

import opencc

from gongwen.data import rows
from gongwen.misaligned import repairs
from gongwen.types import Span

_HAN = "\u3400-\u9fff\uf900-\ufaff"
# Latin letters with the tone marks of pinyin, and ü.
_LETTER = "a-zA-ZüÜāáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜńňǹ\u0251"
# The bracket comes first and what stands before it after: the regex engine then runs from bracket to bracket.
_PINYIN = re.compile(rf"[(（\[【〔](?<=[{_HAN}A-Za-z].)([{_LETTER}]{{1,7}})[)）\]】〕]")
# Control characters but tab and line feed, soft hyphen, zero-width and direction marks, noncharacters. U+200C is among
# them: the engine uses it to join words, so no text may bring its own.
_DROPPED = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff\ufff9-\ufffc\ufffe\uffff]+"
)
UNREADABLE = re.compile("[〓\ufffd]")
"""What marks a character that could not be read: 〓 for private use, U+FFFD for broken bytes."""
_PRIVATE = re.compile("[\ue000-\uf8ff\ud800-\udfff]")
_PRIVATE_BEYOND = re.compile("[\U000f0000-\U0010ffff]")  # apart: a set with both is three times as slow to search for
# CJK radicals that compatibility normalisation leaves alone, from the Unicode names of the block U+2E80.
_RADICALS = dict(
    zip(
        "⺟⺠⺩⺮⺼⻁⻄⻅⻆⻉⻋⻓⻔⻘⻚⻛⻜⻝⻢⻣⻤⻥⻦⻧⻨⻩⻬⻮⻰⻳",
        "母民王竹月虎西见角贝车长门青页风飞食马骨鬼鱼鸟卤麦黄齐齿龙龟",
        strict=True,
    )
)


def _text_map() -> dict[int, str]:
    table = {0xA0: " ", 0x2028: "\n", 0x2029: "\n"}
    table |= {
        code: chr(code - 0xFEE0) for code in [*range(0xFF10, 0xFF1A), *range(0xFF21, 0xFF3B), *range(0xFF41, 0xFF5B)]
    }
    table |= {code: unicode_normalize("NFKC", chr(code)) for code in range(0x2F00, 0x2FD6)}
    table |= {code: unicode_normalize("NFKC", chr(code)) for code in [*range(0xF900, 0xFA6E), *range(0xFA70, 0xFADA)]}
    return table | {ord(radical): char for radical, char in _RADICALS.items()}


def _fold_map() -> dict[int, str]:
    pairs = {
        "〔": "[［【﹝〖{｛",
        "〕": "]］】﹞〗}｝",
        "(": "（﹙",
        ")": "）﹚",
        "《": "«⟪",
        "》": "»⟫",
        "〈": "<＜‹⟨",
        "〉": ">＞›⟩",
        '"': "“”„＂「」『』",
        "'": "‘’＇",
        "-": "－‐‑‒–—―─﹣−",
        ":": "：﹕︰",
        ",": "，﹐",
        ";": "；﹔",
        "?": "？",
        "!": "！",
        ".": "．",
        "/": "／",
        "%": "％",
        "~": "～〜",
        " ": "\u3000\u2002\u2003\u2009\t",
        "·": "・•‧∙",
        "○": "〇◯Ｏ",
    }
    return {ord(form): base for base, forms in pairs.items() for form in forms}


class _Mapping:
    """A mapping of characters one to one. No result is itself mapped, so characters can be replaced one after another."""

    _MOST = 32  # different characters in one text; above it, one pass for all is faster than one for each

    def __init__(self, table: dict[int, str]) -> None:
        self._table = table
        self._keys = re.compile(f"[{''.join(re.escape(chr(code)) for code in table)}]")

    def apply(self, text: str) -> str:
        """Ten times as fast as ``str.translate``, which looks every character up."""
        found = set(self._keys.findall(text))
        if len(found) > self._MOST:
            return text.translate(self._table)
        for char in found:
            text = text.replace(char, self._table[ord(char)])
        return text


_TEXT_MAP = _Mapping(_text_map())
_FOLD_MAP = _Mapping(_fold_map())


@dataclass(frozen=True, slots=True)
class Normal:
    """A normalised text; see the module's docstring.

    ``traditional`` says that a line was converted from traditional script, ``repaired`` that characters were removed.
    """

    source: str
    text: str
    folded: str
    traditional: bool
    _cuts: tuple[tuple[int, int], ...] = field(default=(), repr=False)

    @property
    def repaired(self) -> bool:
        return bool(self._cuts)

    def source_span(self, span: Span) -> Span:
        """The span of ``source`` that became ``text[span.start:span.end]``.

        >>> normal = normalize("關(guān)于印發")
        >>> normal.text, normal.source_span(Span(1, 2))
        ('关于印发', Span(start=7, end=8))
        """
        return Span(
            self._source_offset(span.start),
            self._source_offset(span.end - 1) + 1 if span.end > span.start else self._source_offset(span.end),
        )

    def _source_offset(self, offset: int) -> int:
        index = bisect_right(self._cuts, offset, key=lambda cut: cut[0]) - 1
        return offset + (self._cuts[index][1] if index >= 0 else 0)


def normalize(source: str) -> Normal:
    """The normal form of any string, in linear time; never raises.

    >>> normalize("杭政辦發(fā)電［２０１６］6號").folded
    '杭政办发电〔2016〕6号'
    """
    text, cuts = _without_insertions(source)
    text = _TEXT_MAP.apply(_without_private(text))
    simplified = _simplified(text)
    return Normal(source, simplified, _FOLD_MAP.apply(simplified), simplified != text, cuts)


def fold(source: str) -> str:
    """Only the ``folded`` form of :func:`normalize`: for questions, table keys and comparisons."""
    return normalize(source).folded


def _without_insertions(source: str) -> tuple[str, tuple[tuple[int, int], ...]]:
    """The source without dropped characters and inserted pinyin, misaligned bytes repaired, and for each edit
    (offset after it in the result, characters removed so far)."""
    repaired = repairs(source, _annotates)
    last = {stop: replacement[-1] for _, stop, replacement in repaired}
    edits = [*repaired, *((*match.span(), "") for match in _DROPPED.finditer(source))]
    edits += [
        (*match.span(), "")
        for match in _PINYIN.finditer(source)
        if _annotates(last.get(match.start(), source[match.start() - 1]), match[1])
    ]
    if not edits:
        return source, ()
    kept, cuts, end, removed = [], [], 0, 0
    for start, stop, replacement in sorted(edits):
        if start < end:
            continue
        kept += [source[end:start], replacement]
        removed += stop - start - len(replacement)
        cuts.append((stop - removed, removed))
        end = stop
    kept.append(source[end:])
    return "".join(kept), tuple(cuts)


@cache
def _known_private() -> dict[str, str]:
    known = {chr(int(row["code"], 16)): row["char"] for row in rows("private_use.tsv")}
    return {code: " " if char == "U+0020" else char for code, char in known.items()}


def _without_private(text: str) -> str:
    """Private-use characters as what they stand for or 〓, lone surrogates as U+FFFD; one for one."""
    text = _PRIVATE.sub(lambda match: _known_private().get(match[0], "\ufffd" if match[0] < "\ue000" else "〓"), text)
    return _PRIVATE_BEYOND.sub("〓", text)


@lru_cache(maxsize=4096)
def _annotates(char: str, letters: str) -> bool:
    """True when the letters are a reading of the character: 關(guān), 信(xin); 图(a) is left alone."""
    from pypinyin import Style, pinyin  # takes 0.4 s to load, and few texts need it

    toneless = {
        reading for form in (Style.NORMAL, Style.TONE) for reading in pinyin(char, style=form, heteronym=True)[0]
    }
    lowered = letters.lower().replace("\u0251", "a")
    plain = _plain_letters(lowered)
    return bool(plain) and (lowered in toneless or plain in {_plain_letters(reading) for reading in toneless})


def _plain_letters(letters: str) -> str:
    return "".join(char for char in unicode_normalize("NFD", letters) if char.isascii())


@cache
def _converter() -> opencc.OpenCC:
    return opencc.OpenCC("t2s")


@cache
def _surely_traditional() -> tuple[re.Pattern[str], dict[int, str]]:
    """A pattern of the surely traditional characters, and their simplified forms."""
    chars = [chr(code) for code in range(0x4E00, 0x9FA6)]
    simple = _converter().convert("".join(chars))
    table = {
        ord(char): other for char, other in zip(chars, simple, strict=True) if char != other and not _in_gb2312(char)
    }
    table.pop(ord("苧"))  # traditional for 苎, but also simplified for 薴: what is simplified once stays
    return re.compile(f"[{''.join(map(chr, table))}]"), table


def _in_gb2312(char: str) -> bool:
    try:
        char.encode("gb2312")
    except UnicodeEncodeError:
        return False
    return True


@cache
def _protected() -> re.Pattern[str]:
    return re.compile("|".join(row["word"] for row in rows("protected_words.tsv")))


def _simplified(text: str) -> str:
    pattern, table = _surely_traditional()
    if not pattern.search(text):
        return text
    return "\n".join(_simplified_line(line, pattern, table) for line in text.split("\n"))


def _simplified_line(line: str, pattern: re.Pattern[str], table: dict[int, str]) -> str:
    found = len(pattern.findall(line))
    if not found:
        return line
    # One odd character in a long line is a name in simplified text; a short line (a question) is what it looks like.
    if found == 1 and len(line) > 20:
        return line.translate(table)
    converted = _converter().convert(line).translate(table)  # OpenCC leaves what follows ⿰ and its like
    if len(converted) != len(line):  # a phrase that changes length: offsets must hold, so go by characters
        return line.translate(table)
    kept = list(converted)
    for match in _protected().finditer(line.translate(table)):
        kept[match.start() : match.end()] = match[0]
    return "".join(kept)
