"""How much one request may be, and how many are worked on at once."""

from __future__ import annotations

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.guard.refusing import refuse
from api.problems import said

_MOST_TARGET = 8192  # bytes of a path with its query
_MOST_BODY = 1_100_000  # bytes; above what the routes of Meilisearch accept, which refuse it in their own words
_LONG_TARGET = said(414, f"地址最多 {_MOST_TARGET} 字节。", f"An address has at most {_MOST_TARGET} bytes.")
_LONG_BODY = said(413, f"请求最多 {_MOST_BODY} 字节。", f"A body has at most {_MOST_BODY} bytes.")
_BUSY = said(503, "访问过多，请稍后再试。", "Too many requests at once; try again shortly.")
_FREE = ("/healthz", "/readyz", "/static/", "/metrics")


class Bounded:
    """Refuses what is too long: 414 for an address, 413 for a body, also one that does not say its length."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        if len(scope.get("raw_path") or b"") + len(scope["query_string"]) > _MOST_TARGET:
            await refuse(scope, receive, send, _LONG_TARGET)
            return
        length = next((value for name, value in scope["headers"] if name == b"content-length"), b"0")
        if not length.isdigit() or int(length) > _MOST_BODY:
            await refuse(scope, receive, send, _LONG_BODY)
            return
        await self._counted(scope, receive, send)

    async def _counted(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The body is read here, whole and counted, before the application begins to answer."""
        parts: list[bytes] = []
        size, more = 0, scope["method"] not in ("GET", "HEAD", "OPTIONS")
        while more:
            message = await receive()
            if message["type"] != "http.request":
                return  # the client went away
            parts.append(message.get("body", b""))
            size += len(parts[-1])
            more = message.get("more_body", False)
            if size > _MOST_BODY:
                await refuse(scope, receive, send, _LONG_BODY)
                return
        if not parts:
            await self._app(scope, receive, send)
            return
        first = True

        async def replayed() -> Message:
            nonlocal first
            if first:
                first = False
                return {"type": "http.request", "body": b"".join(parts), "more_body": False}
            return await receive()

        await self._app(scope, replayed, send)


class Shedding:
    """Works on so many requests at once; what comes beyond is told at once to come again, before a queue grows.

    One process answers some 70 searches a second (100,000 documents, two cores), so 64 at once wait a second at most.
    """

    def __init__(self, app: ASGIApp, most: int) -> None:
        self._app = app
        self._most = most
        self.under_way = 0
        self.shed = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"].startswith(_FREE):
            await self._app(scope, receive, send)
            return
        if self.under_way >= self._most:
            self.shed += 1
            await refuse(scope, receive, send, _BUSY, retry_after="1")
            return
        self.under_way += 1
        try:
            await self._app(scope, receive, send)
        finally:
            self.under_way -= 1
