"""Scanned pages to text by a program of the operator's choice (OCR is no part of this project)."""

from __future__ import annotations

import shlex
import subprocess

from gongwen.errors import UnreadableDocument


def read(data: bytes, command: str, seconds: float) -> str:
    """What ``command`` writes to its output (UTF-8) when it gets a PDF or OFD without readable text on its input.

    Raises :class:`~gongwen.errors.UnreadableDocument` (stage ``ocr``) when it is not there, fails, says nothing or takes
    longer than ``seconds``.
    """
    try:
        done = subprocess.run(shlex.split(command), input=data, capture_output=True, timeout=seconds, check=False)
    except (OSError, ValueError, subprocess.TimeoutExpired) as error:
        raise UnreadableDocument(
            f"WENHAO_OCR_COMMAND {command!r} cannot be run: {error}", stage="ocr", lasting=False
        ) from error
    if done.returncode:
        reason = done.stderr.decode("utf-8", "replace").strip()[-200:] or "no reason given"
        raise UnreadableDocument(
            f"WENHAO_OCR_COMMAND ended with {done.returncode}: {reason}", stage="ocr", lasting=False
        )
    text = done.stdout.decode("utf-8", "replace").strip()
    if not text:
        raise UnreadableDocument("WENHAO_OCR_COMMAND found no text in the pages", stage="ocr", lasting=False)
    return text
