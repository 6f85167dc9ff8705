"""Answers of the guard itself: problem documents (RFC 9457) in both languages, sent without the application."""

from __future__ import annotations

import orjson
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from api.schemas import Problem


async def refuse(scope: Scope, receive: Receive, send: Send, problem: Problem, **headers: str) -> None:
    """Sends a problem; ``headers`` by their names with ``_`` for ``-``."""
    named = {name.replace("_", "-"): value for name, value in headers.items()} | {"cache-control": "no-store"}
    body = orjson.dumps(problem.model_dump())
    await Response(body, problem.status, named, "application/problem+json")(scope, receive, send)
