"""One HTTP connection to the engine, with its refusals turned into our errors.

Why not meilisearch-python-sdk (8.0), which was planned: it costs the same (CPU-ms a search over two runs: SDK 2.3-2.7
plain and 2.2-2.5 federated, this 2.1-2.4 and 2.5-2.8), and lacks five things needed here. It always obeys
HTTP_PROXY, so calls to our own loopback server would leave by the proxy; it cannot make a key with a uid of our
choice; its wait for a task never ends for a cancelled one; a time-out and a refusal are one error; ``retry-after`` is
lost. The whole replacement is this file. httpx2 is the HTTP library of that SDK.
"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import httpx2
import orjson

from gongwen.errors import EngineError, EngineUnavailable, SettingsError

# `identity`: with gzip over a kept connection, every answer over 2-5 KB waits 40 ms.
_HEADERS = {"Accept-Encoding": "identity", "Content-Type": "application/json"}

# After these two the engine leaves the connection in a state in which the next request hangs.
_CLOSE_AFTER = (413, 415)
# What only reads may be asked twice. A creation, a swap or a batch may not: nobody knows whether it was taken.
_READS = ("search", "multi-search", "fetch")
_HUNG_UP = (httpx2.RemoteProtocolError, httpx2.ReadError, httpx2.WriteError)


@dataclass(frozen=True, slots=True)
class Connection:
    """An engine that can be used: address and keys; ``owned`` when this process started it. Keys stay out of repr.

    A ``cluster`` is OpenSearch: its ``url`` may be several, with commas between them, and a key is ``name:password``.
    """

    url: str
    admin_key: str = field(repr=False)
    search_key: str = field(repr=False)
    owned: bool
    cluster: bool = False

    @property
    def may_write(self) -> bool:
        """True when this process was given what it takes to write (a cluster may ask for no password at all)."""
        return bool(self.admin_key) or (self.cluster and not self.search_key)


class RefusedError(EngineError):
    """The engine answered 4xx; ``code`` is its own word for why (``index_not_found``), ``reply`` the HTTP status."""

    def __init__(self, message: str, *, code: str, reply: int) -> None:
        super().__init__(message)
        self.code = code
        self.reply = reply


class BusyError(EngineUnavailable):
    """The engine answered 503 with ``retry-after``; ``wait`` is that many seconds."""

    def __init__(self, message: str, *, wait: float) -> None:
        super().__init__(message)
        self.wait = wait


def is_loopback(url: str) -> bool:
    """Return whether the address is this machine's own; then no proxy of the environment may stand between."""
    host = urlsplit(url).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def headers(key: str) -> dict[str, str]:
    """Return the headers of every request; an empty key sends none (an engine without a master key)."""
    return {**_HEADERS, "Authorization": f"Bearer {key}"} if key else dict(_HEADERS)


def check_url(url: str, variable: str = "MEILI_URL") -> str:
    """Return the address without a final slash; raises :class:`SettingsError` when it is not http(s)://host."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise SettingsError(f"{variable} is {url!r}; expected something like http://127.0.0.1:7700")
    return url.rstrip("/")


def decode(response: httpx2.Response, url: str) -> Any:
    """Return the JSON of an answer; raises :class:`RefusedError`, :class:`BusyError` or another ``EngineError`` for a refusal."""
    try:
        body = orjson.loads(response.content) if response.content else None
    except orjson.JSONDecodeError:
        body = response.text[:200]
    status = response.status_code
    if status < 300 and not isinstance(body, str):
        return body
    error = body if isinstance(body, dict) else {"message": body}
    reason = f"engine at {url} answered {status}: {error.get('message')}"
    if status == 503 and "retry-after" in response.headers:
        raise BusyError(reason, wait=_seconds(response.headers["retry-after"]))
    if status >= 500:
        raise EngineUnavailable(f"{reason}; see its log and whether its disk is full")
    if status in (401, 403):
        reason += "; check MEILI_MASTER_KEY, MEILI_ADMIN_KEY and MEILI_SEARCH_KEY"
    if status < 400:
        reason += "; is this address a Meilisearch?"
    raise RefusedError(reason, code=str(error.get("code", "")), reply=status)


def unreachable(error: Exception, url: str) -> EngineUnavailable:
    """Return the error for an engine that does not answer: address, cause, and what to do."""
    cause = str(error) or type(error).__name__
    return EngineUnavailable(
        f"engine at {url} does not answer ({cause}); start it, or unset MEILI_URL to use a private one"
    )


class EngineClient:
    """Calls to one engine with one key; ``timeout`` in seconds for the whole of connecting and each read or write."""

    def __init__(self, url: str, key: str, timeout: float) -> None:
        self.url = check_url(url)
        self._key = key
        self._timeout = timeout
        self._http = self._connect()
        self._retired: list[httpx2.AsyncClient] = []

    def _connect(self) -> httpx2.AsyncClient:
        return httpx2.AsyncClient(
            base_url=self.url, headers=headers(self._key), timeout=self._timeout, trust_env=not is_loopback(self.url)
        )

    async def call(self, method: str, path: str, body: Any = None, *, content: bytes | None = None) -> Any:
        """Return the engine's answer, e.g. ``await call("POST", "/indexes/wenhao/search", {"q": "工程"})``.

        ``body`` is sent as JSON, ``content`` (already JSON) as it is.
        Raises :class:`RefusedError` (4xx), :class:`EngineUnavailable` (no answer in time, 5xx).
        """
        if content is None and body is not None:
            content = orjson.dumps(body)
        http = self._http
        try:
            response = await self._answer(http, method, path, content)
        except (httpx2.HTTPError, httpx2.InvalidURL) as error:
            raise unreachable(error, self.url) from error
        if response.status_code in _CLOSE_AFTER and http is self._http:
            # Others may still wait for answers on it, so it is only put aside and closed at the end.
            self._retired.append(http)
            self._http = self._connect()
        return decode(response, self.url)

    async def _answer(self, http: httpx2.AsyncClient, method: str, path: str, content: bytes | None) -> httpx2.Response:
        """The answer of the engine; what only reads is asked once more when the engine hung up without one.

        It closes a connection that was idle for five seconds, and a question on its way just then gets no answer.
        """
        try:
            return await http.request(method, path, content=content)
        except _HUNG_UP:
            if method != "GET" and path.rsplit("/", 1)[-1] not in _READS:
                raise
            return await http.request(method, path, content=content)

    async def aclose(self) -> None:
        """Close all connections."""
        for http in (*self._retired, self._http):
            await http.aclose()


def _seconds(value: str) -> float:
    return float(value) if value.strip().isdigit() else 10.0
