"""The errors of the product: one small tree.

    WenhaoError                     everything below; carries the HTTP status an interface answers with
    ├── InputError (422)            a value from outside cannot be understood
    │   └── NotADocNumber           the text is not one document number
    ├── UnreadableDocument (422)    a source file cannot be turned into documents
    ├── SettingsError (500)         a setting, word list or data file is wrong
    ├── FolderNotWritten (500)      a folder cannot be written: no space, no right
    └── EngineError (503)           the search engine refused, failed or is away
        ├── EngineUnavailable       it does not answer
        ├── EngineMissing           there is no engine program to start
        ├── DiskAlmostFull          a write was not begun, because the engine's disk is almost full
        ├── OtherEngineVersion      the data belong to another version of the engine
        └── EngineTaskFailed (500)  it accepted a write and then could not do it
            └── DocumentsRefused    it stored all documents of a write but these

Every message names the value, the place and what to do.
"""

from __future__ import annotations


class WenhaoError(Exception):
    """Base of all errors raised on purpose; ``status`` is the HTTP status an interface answers with."""

    status: int = 500


class InputError(WenhaoError):
    """A value that came from outside cannot be understood; ``english`` says the same as the message, in English."""

    status = 422

    def __init__(self, message: str, english: str | None = None) -> None:
        super().__init__(message)
        self.english = english or message


class NotADocNumber(InputError, ValueError):
    """Raised by :func:`gongwen.docnumber.parse` when the text is not exactly one document number."""


class UnreadableDocument(WenhaoError):
    """A source file cannot be turned into documents; ``stage`` says where it failed (``decode``, ``extract``, ``split``).

    ``lasting``: the same file read by the same rules fails again; false when time, a process or the disk failed.
    """

    status = 422

    def __init__(self, message: str, *, stage: str, lasting: bool = True) -> None:
        super().__init__(message)
        self.stage = stage
        self.lasting = lasting and stage != "read"


class SettingsError(WenhaoError):
    """A setting, a word list or a data file is wrong; the message gives file and line where there is one."""


class FolderNotWritten(WenhaoError):
    """Files of a folder cannot be written, for want of space or of the right to; the message gives the system's reason."""


class EngineError(WenhaoError):
    """The search engine refused a call or failed in it."""

    status = 503


class EngineUnavailable(EngineError):
    """The search engine does not answer."""


class EngineMissing(EngineError):
    """There is no engine program on this machine; the message names the ways to get one."""


class DiskAlmostFull(EngineError):
    """A write was not begun, because it might have filled the engine's disk; the message gives free and needed space."""


class OtherEngineVersion(EngineError):
    """Data or a backup belong to another version of the engine; the message names both versions and the command."""


class EngineTaskFailed(EngineError):
    """The engine accepted a write and then could not carry it out; the message is the engine's own."""

    status = 500


class DocumentsRefused(EngineTaskFailed):
    """All documents of a write were stored but those in ``reasons`` (id -> the engine's reason)."""

    def __init__(self, reasons: dict[str, str]) -> None:
        super().__init__("; ".join(f"document {name!r}: {reason}" for name, reason in reasons.items()))
        self.reasons = reasons
