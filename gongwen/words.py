"""Segmentation 分词: the one way Chinese text is cut into words, for the index and for questions alike.

jieba's dictionary and algorithm (in Rust), without its guessing of new words (HMM), which would cut the same
characters differently in a document and in a question. Then two rules of our own:

* **Fine cuts.** A long dictionary word is cut again into shorter dictionary words that cover it without overlap
  (农业发展银行 -> 农业|发展|银行), so that its parts are found; never into overlapping ones (人民政府 does not hold 民政).
  A three-character word is cut when two of its characters are a word and the third only adds a category
  (衢州|市, 农业|部) or a direction (待|处理).
* **Words end where scripts meet** (2019|年), which jieba does by itself.

A cut never loses a character: ``"".join(segmenter.cut(text)) == text``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import cache
from itertools import accumulate, pairwise

import rjieba

from gongwen.data import rows
from gongwen.types import Span

_WORD = re.compile(r"\w", re.UNICODE)
_HAN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]+")


@cache
def _affixes() -> tuple[frozenset[str], frozenset[str], frozenset[str]]:
    table = rows("word_affixes.tsv")
    kinds = ("suffix", "prefix", "whole")
    suffixes, prefixes, whole = (frozenset(row["text"] for row in table if row["kind"] == kind) for kind in kinds)
    return suffixes, prefixes, whole


@cache
def _stated_cuts() -> dict[str, tuple[str, ...]]:
    """Words whose cut the table states, because jieba's dictionary lacks a part of theirs: 发展|中|国家."""
    cuts = (tuple(row["text"].split("|")) for row in rows("word_affixes.tsv") if row["kind"] == "cut")
    return {"".join(cut): cut for cut in cuts}


class Segmenter:
    """Cuts text into words. Build it once and share it: it is read-only after construction, and cutting is thread-safe.

    ``domain_words`` are added to jieba's dictionary (synonyms/domain_words.txt).
    """

    def __init__(self, domain_words: Iterable[str] = ()) -> None:
        self._jieba = rjieba.Jieba()
        for word in domain_words:
            self._jieba.add_word(word, None, None)
        self._fine: dict[str, tuple[str, ...]] = {}

    def cut(self, text: str, whole: Sequence[Span] = ()) -> list[str]:
        """The pieces of the text in order; joined, they are the text.

        ``whole`` are stretches to keep in one piece (the issuing code of a document number), in order and disjoint.

        >>> Segmenter().cut("衢州市在建工程2019年验收")
        ['衢州', '市', '在建', '工程', '2019', '年', '验收']
        """
        pieces: list[str] = []
        start = 0
        for span in whole:
            pieces += self._cut(text[start : span.start])
            pieces.append(text[span.start : span.end])
            start = span.end
        return pieces + self._cut(text[start:] if start else text)

    def words(self, text: str) -> list[str]:
        """The pieces that are words: letters, digits, Han; punctuation and space dropped.

        >>> Segmenter().words("农业、水利（2019年）")
        ['农业', '水利', '2019', '年']
        """
        return [piece for piece in self.cut(text) if _WORD.search(piece)]

    def _cut(self, text: str) -> list[str]:
        if not text:
            return []
        pieces: list[str] = []
        for word in self._dictionary_cut(text):
            if len(word) < 3:
                pieces.append(word)
            else:
                pieces += self._fine_cut(word)
        return pieces

    def _dictionary_cut(self, text: str) -> list[str]:
        try:
            return self._jieba.cut(text, False)
        except UnicodeEncodeError:  # lone surrogates, which no normalised text has: cut as if they were question marks
            ends = accumulate(
                map(len, self._jieba.cut(text.encode("utf-8", "replace").decode("utf-8"), False)), initial=0
            )
            return [text[start:end] for start, end in pairwise(ends)]

    def _fine_cut(self, word: str) -> tuple[str, ...]:
        cached = self._fine.get(word)
        if cached is None:
            cached = _stated_cuts().get(word) or (self._shortest_cover(word) if _HAN.fullmatch(word) else (word,))
            if len(self._fine) < 200_000:
                self._fine[word] = cached
        return cached

    def _shortest_cover(self, word: str) -> tuple[str, ...]:
        """The finest cover by dictionary words of two or three characters and, at its ends, affixes; else the word."""
        suffixes, prefixes, whole = _affixes()
        if word in whole:
            return (word,)
        best: list[tuple[int, tuple[str, ...]] | None] = [None] * (len(word) + 1)
        best[0] = (0, ())
        for end in range(1, len(word) + 1):
            for size in (1, 2, 3):
                before = best[end - size] if end >= size else None
                piece = word[end - size : end]
                if before is None or piece == word:
                    continue
                if size == 1:
                    allowed = (end == len(word) and piece in suffixes) or (end == 1 and piece in prefixes)
                else:
                    allowed = self._jieba.has_word(piece)
                # Single characters cost most, then three-character words: 2+2 before 3+affix before 1+…
                if allowed and (best[end] is None or before[0] + (3, 1, 2)[size - 1] < best[end][0]):  # type: ignore[index]
                    best[end] = (before[0] + (3, 1, 2)[size - 1], (*before[1], piece))
        found = best[-1]
        if found is None:
            return (word,)
        return tuple(part for piece in found[1] for part in (self._fine_cut(piece) if len(piece) > 2 else (piece,)))
