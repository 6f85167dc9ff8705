"""What is asked, for those who mend the word lists: only where the settings name a file, and without addresses.

One line of JSON a search: when (to the minute), the question, how many were found, what had to be relaxed or corrected, and
a visit: six letters that connect the questions of one visitor within an hour. They are made from the address with a secret
that is forgotten after the hour, so that nobody can tell later whose they were.
"""

from __future__ import annotations

import hashlib
import hmac
import logging
import secrets
import time
from datetime import datetime
from logging.handlers import RotatingFileHandler
from pathlib import Path

import orjson

from api.answer_cache import Told
from api.schemas import SearchParams
from gongwen import dates
from gongwen.errors import SettingsError

_BYTES, _FILES = 20_000_000, 10
_HOUR = 3600.0


class QueryLog:
    """Writes searches to a file that is turned over at 20 MB; ten of them are kept."""

    def __init__(self, path: Path) -> None:
        try:
            handler = RotatingFileHandler(path, maxBytes=_BYTES, backupCount=_FILES, encoding="utf-8", delay=False)
        except OSError as error:
            raise SettingsError(
                f"the query log {path} cannot be written: {error}; WENHAO_QUERY_LOG names it"
            ) from error
        handler.setFormatter(logging.Formatter("%(message)s"))
        self._handler = handler
        self._secret, self._since = secrets.token_bytes(16), time.monotonic()

    def write(self, params: SearchParams, told: Told, address: str) -> None:
        """One search. Without a question (only filters, the first page) there is nothing to learn, and no line."""
        if not params.q:
            return
        line = {
            "time": datetime.now(dates.CHINA).strftime("%Y-%m-%dT%H:%M"),
            "q": params.q,
            "total": told.total,
            "relaxed": told.relaxed,
            "corrected": told.corrected,
            "page": params.page,
            "filtered": bool(
                params.region or params.year or params.issuer or params.genre or params.category or params.validity
            ),
            "visit": self._visit(address),
        }
        record = logging.LogRecord("wenhao.queries", logging.INFO, "", 0, orjson.dumps(line).decode(), None, None)
        self._handler.handle(record)

    def _visit(self, address: str) -> str:
        if time.monotonic() - self._since > _HOUR:
            self._secret, self._since = secrets.token_bytes(16), time.monotonic()
        return hmac.new(self._secret, address.encode(), hashlib.sha256).hexdigest()[:6]

    def close(self) -> None:
        """Close the file."""
        self._handler.close()
