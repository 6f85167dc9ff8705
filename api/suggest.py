"""Suggestions for a question that is being typed: titles, terms, issuing bodies and document numbers.

Terms and bodies come from memory (:mod:`api.vocabulary`), by characters, pinyin or initials; titles and numbers come from the
engine, by the beginning of the last word. The terms that letters can mean are what titles are then asked for.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from api.schemas import Suggestion
from api.snippets import Piece, to_html
from api.vocabulary import Body, Vocabulary
from engine.protocol import MAX_PARTS, Hit, Query, Reader, SearchRequest
from engine.schema import Field, plain
from gongwen import pinyin
from gongwen.normalize import normalize
from gongwen.words import Segmenter

_WORD = re.compile(r"\w")
_MOST_TYPED = 60  # characters; who types more is writing a sentence
_SHARES = (
    ("doc_number", 3),
    ("term", 4),
    ("issuer", 2),
    ("title", 4),
)  # of a list of ten; what is left goes to the others
_CANDIDATES = 30  # titles fetched: some hold the words apart from each other and are left out
_TERMS_IN_TITLES = 2  # terms that letters can mean, that titles are asked for
_CODE_ENDS = ("发", "函", "字", "令", "规")  # of nearly all issuing codes
_TAIL = 2  # words at the end of what was typed that a term may complete together
# 国办发〔2017〕4: the code, the year and the serial as far as they are typed.
_NUMBER = re.compile(r"(?P<code>[一-鿿]{1,14})[〔(]?(?P<year>\d{1,4})?[〕)]?(?:第)?(?P<serial>\d{1,5})?号?")


@dataclass(frozen=True, slots=True)
class Suggester:
    """Suggests from a vocabulary and the engine's documents."""

    vocabulary: Vocabulary
    segmenter: Segmenter
    reader: Reader

    async def suggest(self, typed: str, limit: int) -> list[Suggestion]:
        """At most ``limit`` suggestions, by kind: numbers, terms, bodies, titles; none for nothing typed.

        Raises :class:`~gongwen.errors.EngineUnavailable` when the engine is away.
        """
        normal = normalize(typed)
        text = normal.text.strip()
        if not _WORD.search(text) or len(text) > _MOST_TYPED:
            return []
        letters = pinyin.typed(text).replace(" ", "")
        terms = self._terms(text, letters, limit)
        wanted = codes = [text]
        if letters:
            read = [term for _, term in terms if len(letters) > 1]
            wanted = [term for term in read if self._is_found(term)][:_TERMS_IN_TITLES]
            codes = [term for term in read if term.endswith(_CODE_ENDS)][:_TERMS_IN_TITLES]
        titles, numbers = await self._documents(wanted, codes, limit)
        found = {
            "doc_number": numbers,
            "term": [Suggestion(kind="term", text=whole, html=_marked(whole, wanted[:1] if not letters else [])) for whole, term in terms if self._is_found(term)],
            "issuer": [Suggestion(kind="issuer", text=body.name, html=_marked(body.name, [text])) for body in self._bodies(text, letters)],
            "title": titles,
        }  # fmt: skip
        return list(_shared(found, limit))

    def _terms(self, text: str, letters: str, limit: int) -> list[tuple[str, str]]:
        """What was typed with its last word gone on, and that last word: 杭州 政务公开, 政务公开."""
        if letters:
            return [(term, term) for term in self.vocabulary.sounding_like(letters, limit)]
        head, _, last = text.rpartition(" ")
        words = self.segmenter.words(last)
        tails = dict.fromkeys([last, "".join(words[-_TAIL:])])
        if words and words[-1] not in self.vocabulary.words:  # a whole word alone could go on in any way
            tails[words[-1]] = None
        for tail in tails:
            before = (f"{head} " if head else "") + last[: len(last) - len(tail)]
            found = [term for term in self.vocabulary.beginning_with(tail, limit + 1) if term != tail]
            if tail and found and last.endswith(tail):
                return [(before + term, term) for term in found[:limit]]
        return []

    def _is_found(self, term: str) -> bool:
        """False for an issuing code, which is one word in texts and several in a question."""
        words = self.segmenter.words(term)
        return len(words) == 1 or term not in self.vocabulary.words

    def _bodies(self, text: str, letters: str) -> list[Body]:
        """Bodies whose name begins with what was typed before those that hold it, the commonest first."""
        if letters:
            return [
                body
                for body in self.vocabulary.bodies
                if body.pinyin.startswith(letters) or (len(letters) > 1 and body.initials.startswith(letters))
            ]
        held = [body for body in self.vocabulary.bodies if text in body.name and text != body.name]
        return sorted(held, key=lambda body: (not body.name.startswith(text), -body.frequency))

    async def _documents(
        self, wanted: Sequence[str], codes: Sequence[str], limit: int
    ) -> tuple[list[Suggestion], list[Suggestion]]:
        """Titles that hold one of the texts wanted, and numbers that begin with one of the codes."""
        # One request a query: as one federated search they took twice the time. Measured at 100,000 documents, beside other
        # work: 50 % of 30 beginnings within 4 ms, 95 % within 9.
        titles, numbers = await asyncio.gather(
            asyncio.gather(*(self._hits(self._title_query(text), _CANDIDATES) for text in wanted)),
            asyncio.gather(*(self._hits(self._number_query(text), limit) for text in codes)),
        )
        found = [hit for hits in titles for hit in hits], [hit for hits in numbers for hit in hits]
        return list(_titles(found[0], wanted, limit)), list(_numbers(found[1], codes, limit))

    async def _hits(self, query: Query | None, limit: int) -> tuple[Hit, ...]:
        if query is None:
            return ()
        fields = (Field.TITLE, Field.NUMBER_KEY)
        return (await self.reader.search(SearchRequest(queries=(query,), limit=limit, fields=fields))).hits

    def _title_query(self, text: str) -> Query | None:
        runs = [words for run in re.findall(r"\w+", normalize(text).folded) if (words := self.segmenter.words(run))]
        if not runs:
            return None
        *before, last = runs
        phrases = [*map(tuple, before), *([tuple(last[:-1])] if last[:-1] else [])]
        return Query(phrases=tuple(phrases[: MAX_PARTS - 1]), prefix=last[-1], fields=(Field.TITLE,))

    def _number_query(self, text: str) -> Query | None:
        match = _NUMBER.fullmatch(normalize(text).folded.replace(" ", ""))
        if not match:
            return None
        *before, last = [part for part in match.groups() if part]
        return Query(phrases=(tuple(before),) if before else (), prefix=last, fields=(Field.DOC_NUMBER,))


def _titles(hits: Sequence[Hit], wanted: Sequence[str], limit: int) -> Iterator[Suggestion]:
    seen: set[str] = set()
    for hit in hits:
        title = plain(hit.record.get(Field.TITLE) or "")
        parts = next((text.split() for text in wanted if all(part in title for part in text.split())), None)
        if parts and title not in seen and len(seen) < limit:
            seen.add(title)
            yield Suggestion(kind="title", text=title, html=_marked(title, parts), url=f"/documents/{hit.id}")


def _numbers(hits: Sequence[Hit], wanted: Sequence[str], limit: int) -> Iterator[Suggestion]:
    seen: set[str] = set()
    for hit in hits:
        number = hit.record.get(Field.NUMBER_KEY) or ""
        typed = next((text for text in wanted if _squeezed(number).startswith(_squeezed(text))), None)
        if number and typed and number not in seen and len(seen) < limit:
            seen.add(number)
            yield Suggestion(kind="doc_number", text=number, html=_beginning(number, typed), url=f"/documents/{hit.id}")


def _squeezed(text: str) -> str:
    return re.sub(r"[\W第]+", "", normalize(text).folded).casefold()


def _beginning(number: str, typed: str) -> str:
    """The number with as much of it marked as was typed, whatever brackets were."""
    left, end = len(_squeezed(typed)), 0
    while left and end < len(number):
        left -= bool(_squeezed(number[end]))
        end += 1
    return to_html(
        [piece for piece in (Piece(number[:end], marked=True), Piece(number[end:], marked=False)) if piece.text]
    )


def _marked(text: str, parts: Sequence[str]) -> str:
    """The text with the parts marked."""
    pieces, end = [], 0
    for match in re.finditer("|".join(map(re.escape, sorted(parts, key=len, reverse=True))) or "(?!)", text):
        pieces += [Piece(text[end : match.start()], marked=False), Piece(match[0], marked=True)]
        end = match.end()
    return to_html([piece for piece in [*pieces, Piece(text[end:], marked=False)] if piece.text])


def _shared(found: dict[str, list[Suggestion]], limit: int) -> Iterator[Suggestion]:
    """Each kind gets its share of the list; what one does not need goes to the others in order."""
    total = sum(share for _, share in _SHARES)
    taken = {kind: min(len(found[kind]), max(1, share * limit // total)) for kind, share in _SHARES}
    for kind, _ in _SHARES:
        spare = limit - sum(taken.values())
        taken[kind] = min(len(found[kind]), taken[kind] + max(0, spare))
    every = [one for kind, _ in _SHARES for one in found[kind][: taken[kind]]]
    yield from every[:limit]
