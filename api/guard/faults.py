"""Why a request could not be answered: in the log, never in the answer.

A line of the logger ``wenhao.faults`` names the request as the access log and ``X-Request-Id`` do. The same reason is written once
in ten seconds: when the engine is away, every request fails for it.
"""

from __future__ import annotations

import logging
import time
from datetime import datetime

from gongwen import dates

LOG = logging.getLogger("wenhao.faults")
_EVERY = 10.0  # seconds
_MOST = 100  # reasons that are remembered


class FaultLog:
    """Writes down what went wrong here, not what was asked wrongly."""

    def __init__(self) -> None:
        self._told: dict[str, float] = {}

    def tell(self, error: Exception, request_id: str) -> None:
        """Writes one line: time, request, kind of error and what it says (which never holds the question)."""
        reason, now = f"{type(error).__name__}: {error}", time.monotonic()
        if now - self._told.get(reason, -_EVERY) < _EVERY:
            return
        if len(self._told) >= _MOST:
            self._told.clear()
        self._told[reason] = now
        LOG.error("%s %s %s", datetime.now(dates.CHINA).isoformat(timespec="milliseconds"), request_id, reason)
