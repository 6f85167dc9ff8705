"""A web page with its pictures in one MIME message (RFC 2557), as Word saves it under the name of .doc."""

from __future__ import annotations

import email
from email.message import Message

from gongwen.errors import UnreadableDocument
from indexer.decoding import decode


def page_of(data: bytes) -> str:
    """The HTML of the first part that is a page.

    Raises :class:`~gongwen.errors.UnreadableDocument` (stage ``extract``) when there is none, and as
    :func:`~indexer.decoding.decode` does.
    """
    message: Message = email.message_from_bytes(data.lstrip())
    for part in message.walk():
        if part.get_content_type() == "text/html":
            page = part.get_payload(decode=True)
            if isinstance(page, bytes):
                return decode(page, part.get_content_charset())
    raise UnreadableDocument("the MIME message holds no HTML page; save it as .docx", stage="extract")
