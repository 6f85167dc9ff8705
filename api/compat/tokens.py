"""The words, quoted texts and marks of Meilisearch's filter language, one after the other."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import NamedTuple

from api.compat.refusals import Refusal

_TOKEN = re.compile(r"(?P<space>\s+)|(?P<word>[\w.\-]+)|(?P<mark>!=|>=|<=|[=><()\[\],])|(?P<quote>[\"'])")


class Token(NamedTuple):
    """A word (``word``), quoted text (``text``) or mark (``=``, ``(`` …); the last of all is ``end``."""

    kind: str
    text: str
    start: int
    end: int


@dataclass(slots=True)
class Tokens:
    """A filter's text and how far it has been read."""

    text: str
    at: int = 0

    def peek(self) -> Token:
        """The next token; raises :class:`Refusal` for a character that begins none."""
        at = self.at
        while (match := _TOKEN.match(self.text, at)) and match["space"]:
            at = match.end()
        if at == len(self.text):
            return Token("end", "", at, at)
        if not match:
            return Token("?", self.text[at], at, at + 1)
        if match["quote"]:
            return self._quoted(at, match["quote"])
        kind = "word" if match["word"] else match["mark"]
        return Token(kind, match[0], at, match.end())

    def _quoted(self, start: int, quote: str) -> Token:
        match = re.compile(rf"{quote}((?:\\.|[^\\{quote}])*){quote}", re.DOTALL).match(self.text, start)
        if not match:
            rest = self.text[start:]
            raise self.fault(f"Expression `{rest}` is missing the following closing delimiter: `{quote}`.", Token("?", rest, start, start))  # fmt: skip
        # As the engine does: a backslash stands for itself but before the quote or another backslash.
        value = re.sub(r"\\([\\\"'])", r"\1", match[1])
        return Token("text", value, start, match.end())

    def next(self) -> Token:
        token = self.peek()
        self.at = token.end
        return token

    def take(self, *words: str) -> bool:
        """True when the next words are these; then they are behind us."""
        before = self.at
        for word in words:
            token = self.next()
            if token.kind not in ("word", word) or token.text != word:
                self.at = before
                return False
        return True

    def fault(self, message: str, token: Token) -> Refusal:
        """The refusal with the place of the fault, counted from 1 in characters, and the filter."""
        return Refusal("invalid_search_filter", f"{message}\n{token.start + 1}:{len(self.text) + 1} {self.text}")
