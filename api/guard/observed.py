"""Every request seen from outside: an id, one line in the log, counters."""

from __future__ import annotations

import logging
import re
import secrets
import time
from collections.abc import Sequence
from datetime import datetime

import orjson
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.guard.addresses import Network, address_of
from api.guard.metrics import Metrics
from gongwen import dates

LOG = logging.getLogger("wenhao.access")
_ID = re.compile(rb"[A-Za-z0-9._-]{8,64}")


class Observed:
    """Gives each request an id (a proxy's own ``X-Request-ID`` is kept), logs it as a line of JSON, counts it.

    The log has the route and not the path, for a path can be a question (``/api/v1/numbers/…``); with ``texts`` it has path
    and query too. Addresses are logged only then.
    """

    def __init__(self, app: ASGIApp, metrics: Metrics, *, texts: bool = False, trusted: Sequence[Network] = ()) -> None:
        self._app = app
        self._metrics = metrics
        self._texts = texts
        self._trusted = trusted

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        given = next((value for name, value in scope["headers"] if name == b"x-request-id"), b"")
        request_id = given if _ID.fullmatch(given) else secrets.token_hex(8).encode()
        scope.setdefault("state", {})["request_id"] = request_id.decode()
        began, status, size = time.perf_counter(), 500, 0

        async def send_seen(message: Message) -> None:
            nonlocal status, size
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message["headers"], (b"x-request-id", request_id)]
            else:
                size += len(message.get("body", b""))
            await send(message)

        self._metrics.under_way.inc()
        try:
            await self._app(scope, receive, send_seen)
        finally:
            self._metrics.under_way.dec()
            self._told(scope, request_id.decode(), status, size, time.perf_counter() - began)

    def _told(self, scope: Scope, request_id: str, status: int, size: int, seconds: float) -> None:
        route = route_of(scope)
        self._metrics.requests.labels(route, scope["method"], str(status)).inc()
        self._metrics.seconds.labels(route).observe(seconds)
        if not LOG.isEnabledFor(logging.INFO):
            return
        line: dict[str, object] = {
            "time": datetime.now(dates.CHINA).isoformat(timespec="milliseconds"),
            "id": request_id,
            "method": scope["method"],
            "route": route,
            "status": status,
            "bytes": size,
            "ms": round(1000 * seconds, 1),
        }
        if self._texts:
            line |= {"path": scope["path"], "query": scope["query_string"].decode("latin-1"), "address": address_of(scope, self._trusted)}  # fmt: skip
        LOG.info(orjson.dumps(line).decode())


def route_of(scope: Scope) -> str:
    """The route that answered, as it is declared (``/documents/{document_id}``); ``other`` for none, so that addresses that
    somebody makes up do not become counters."""
    path = getattr(scope.get("route"), "path", None)
    if path is None:
        return "/static" if scope["path"].startswith("/static/") else "other"
    return str(path)
