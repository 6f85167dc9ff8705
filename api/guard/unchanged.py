"""What has not changed is not sent again: ``ETag`` and ``If-None-Match`` (RFC 9110), and how long an answer holds."""

from __future__ import annotations

import hashlib

from starlette.types import ASGIApp, Message, Receive, Scope, Send

_MOST = 1 << 20  # bytes of a body that is digested
_STATIC = b"public, max-age=3600"
_ASK_AGAIN = b"no-cache"  # may be kept, but asked about before each use: a document may be repealed any moment


class Unchanged:
    """Gives answers of one piece a tag, and answers 304 to who has it; files of the site may be kept for an hour."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] not in ("GET", "HEAD"):
            await self._app(scope, receive, send)
            return
        static = scope["path"].startswith("/static/")
        start: Message | None = None

        async def send_tagged(message: Message) -> None:
            nonlocal start
            if message["type"] == "http.response.start":
                names = {name for name, _ in message["headers"]}
                if message["status"] != 200 or b"cache-control" in names or b"set-cookie" in names:
                    await send(message)
                    return
                message["headers"] = [*message["headers"], (b"cache-control", _STATIC if static else _ASK_AGAIN)]
                if static or b"etag" in names:
                    await send(message)
                else:
                    start = message
                return
            if start is None:
                await send(message)
                return
            held, start = start, None
            await self._tagged(scope, send, held, message)

        await self._app(scope, receive, send_tagged)

    async def _tagged(self, scope: Scope, send: Send, start: Message, first: Message) -> None:
        body = first.get("body", b"")
        if first.get("more_body") or len(body) > _MOST or scope["method"] == "HEAD":
            await send(start)
            await send(first)
            return
        # Weak, since compression further out changes the bytes and not what they say.
        tag = b'W/"' + hashlib.blake2b(body, digest_size=12).hexdigest().encode() + b'"'
        start["headers"] = [*start["headers"], (b"etag", tag)]
        asked = next((value for name, value in scope["headers"] if name == b"if-none-match"), b"")
        if asked.strip() == b"*" or tag in [one.strip() for one in asked.split(b",")]:
            kept = [
                (name, value) for name, value in start["headers"] if name not in (b"content-length", b"content-type")
            ]
            await send({"type": "http.response.start", "status": 304, "headers": kept})
            await send({"type": "http.response.body", "body": b""})
            return
        await send(start)
        await send(first)
