"""How often somebody may ask: so many requests a minute for an address, as many as was agreed for a key.

Counting is that of the library limits (a sliding window in memory). Answers carry ``RateLimit-Policy`` and ``RateLimit``
(IETF draft-ietf-httpapi-ratelimit-headers), refusals ``Retry-After`` (RFC 9110) beside them.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from limits import RateLimitItem, parse
from limits.storage import MemoryStorage
from limits.strategies import SlidingWindowCounterRateLimiter
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.guard.addresses import Network, address_of, limited_by
from api.guard.refusing import refuse
from api.problems import said
from gongwen.errors import SettingsError

_FREE = ("/healthz", "/readyz", "/static/", "/metrics")
_COLUMNS = 3


@dataclass(frozen=True, slots=True)
class KeyHolder:
    """Somebody with a key: a name for the log, and what was agreed."""

    name: str
    rate: RateLimitItem


def read_keys(path: Path) -> dict[str, KeyHolder]:
    """SHA-256 of a key -> its holder, from lines of name, digest and rate (``县图书馆<TAB>9f86d0…<TAB>6000/minute``).

    The file holds no key itself. Raises :class:`~gongwen.errors.SettingsError` with file and line of a wrong one.
    """
    found: dict[str, KeyHolder] = {}
    try:
        lines = path.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path} cannot be read: {error}; WENHAO_KEYS names it") from error
    for number, line in enumerate(lines, 1):
        if not line.strip() or line.startswith("#"):
            continue
        cells = line.split("\t")
        if len(cells) != _COLUMNS or len(cells[1]) != 64:
            raise SettingsError(f"{path}:{number}: expected name, SHA-256 of the key and rate with tabs between them")
        try:
            found[cells[1].lower()] = KeyHolder(cells[0], parse(cells[2]))
        except ValueError as error:
            raise SettingsError(f"{path}:{number}: {cells[2]!r} is no rate; write it like 600/minute") from error
    return found


class Limited:
    """Counts requests and refuses those beyond the rate with 429."""

    def __init__(
        self,
        app: ASGIApp,
        rate: str | None,
        trusted: Sequence[Network] = (),
        keys: Mapping[str, KeyHolder] | None = None,
    ) -> None:
        self._app = app
        self._rate = parse(rate) if rate else None
        self._trusted = trusted
        self._keys = keys or {}
        self._windows = SlidingWindowCounterRateLimiter(MemoryStorage())
        self.refused = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"].startswith(_FREE):
            await self._app(scope, receive, send)
            return
        holder = self._holder(scope)
        rate = holder.rate if holder else self._rate
        if rate is None:
            await self._app(scope, receive, send)
            return
        policy, who = ("key", holder.name) if holder else ("address", limited_by(address_of(scope, self._trusted)))
        allowed = self._windows.hit(rate, policy, who)
        window = self._windows.get_window_stats(rate, policy, who)
        wait = max(1, round(window.reset_time - time.time()))
        told = [
            (b"ratelimit-policy", f'"{policy}";q={rate.amount};w={rate.get_expiry()}'.encode()),
            (b"ratelimit", f'"{policy}";r={max(0, window.remaining)};t={wait}'.encode()),
        ]

        async def send_told(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], *told]
            await send(message)

        if allowed:
            await self._app(scope, receive, send_told)
            return
        self.refused += 1
        seconds = rate.get_expiry()
        problem = said(
            429,
            f"访问过于频繁：每 {seconds} 秒至多 {rate.amount} 次；请稍后再试。",
            f"Too many requests: at most {rate.amount} in {seconds} seconds; try again later.",
        )
        await refuse(scope, receive, send_told, problem, retry_after=str(wait))

    def _holder(self, scope: Scope) -> KeyHolder | None:
        """Whose key a request carries, as ``Authorization: Bearer`` or ``X-API-Key``; unknown keys are no keys."""
        if not self._keys:
            return None
        for name, value in scope["headers"]:
            key = value if name == b"x-api-key" else value[7:] if name == b"authorization" and value[:7].lower() == b"bearer " else None  # fmt: skip
            if key and (holder := self._keys.get(hashlib.sha256(key.strip()).hexdigest())):
                return holder
        return None
