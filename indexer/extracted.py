"""What a reader of one kind of file hands on: text, title, labels and values, and what belongs to it."""

from __future__ import annotations

from dataclasses import dataclass

from gongwen.errors import UnreadableDocument

MOST_TEXT = 5_000_000
"""Characters that one file may give; the longest of 8,000 real documents has 0.4 million, the engine takes 30 million."""


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that belongs to a document 附件: its name (附件1.xlsx) and its text."""

    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Extracted:
    """What a file says before the core reads it. ``linked`` is the text of links to other files, as they stand in ``text``."""

    text: str
    title: str | None = None
    metadata: tuple[tuple[str, str], ...] = ()
    url: str | None = None
    linked: tuple[str, ...] = ()


class NeedsOcr(UnreadableDocument):
    """The pages of a file are pictures, or as good as that; what they say takes optical character recognition.

    ``fault`` says what is wrong with the pages: 3 *scanned pages without text*.
    """

    def __init__(self, pages: int, fault: str = "scanned pages without text") -> None:
        super().__init__(
            f"{pages} {fault}; set WENHAO_OCR_COMMAND to a program that reads them, "
            "or put a file with text in its place",
            stage="ocr",
        )


def bounded(text: str) -> str:
    """The text; raises :class:`~gongwen.errors.UnreadableDocument` (stage ``extract``) when it is longer than MOST_TEXT."""
    if len(text) > MOST_TEXT:
        raise UnreadableDocument(
            f"the file holds {len(text)} characters of text, more than the {MOST_TEXT} of one document; split it",
            stage="extract",
        )
    return text
