"""One request: to an address that was checked, within limits of bytes and seconds, following nothing by itself.

The connection goes to the very address that was checked (the URL names the address, ``Host`` and TLS the host), so that
a second DNS answer cannot lead elsewhere. One client a host: connections are never shared between hosts of one address.
"""

from __future__ import annotations

import ssl
import time
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

import httpx2

from crawler.addresses import Refused, Resolve, checked, resolve

AGENT = "Wenhao/0.1"
_TRIED = 3  # addresses of a host that are tried
_CHUNK = 65536


class Failed(Exception):
    """No whole answer came; the message says why. May be tried again."""


@dataclass(frozen=True, slots=True)
class Answer:
    """Status, headers (names in lower case) and the unpacked body."""

    url: str
    status: int
    headers: dict[str, str]
    body: bytes = b""


class Fetcher:
    """Asks sites. ``most_bytes`` an answer, counted after unpacking; ``seconds`` for the whole of it."""

    def __init__(
        self, *, allow_private: bool, most_bytes: int, seconds: float = 60, resolver: Resolve = resolve
    ) -> None:
        self._allow_private = allow_private
        self._most = most_bytes
        self._seconds = seconds
        self._resolver = resolver
        self._tls = ssl.create_default_context()
        self._clients: dict[str, httpx2.Client] = {}

    def close(self) -> None:
        for client in self._clients.values():
            client.close()

    def get(self, url: str, headers: dict[str, str] | None = None) -> Answer:
        """The answer to a GET.

        Raises :class:`~crawler.addresses.Refused` (stages ``address`` and ``limit``), :class:`Failed`.
        """
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
        try:
            addresses = checked(host, port, allow_private=self._allow_private, resolver=self._resolver)
        except (OSError, UnicodeError) as error:
            raise Failed(f"the host {host} is not known: {error}") from error
        client = self._client(parts.netloc)
        for number, address in enumerate(addresses[:_TRIED], 1):
            place = f"[{address}]" if ":" in address else address
            target = httpx2.URL(url).copy_with(netloc=f"{place}:{port}".encode())
            request = client.build_request("GET", target, headers={**(headers or {}), "Host": parts.netloc}, extensions={"sni_hostname": host, "timeout": httpx2.Timeout(20).as_dict()})  # fmt: skip
            try:
                return self._read(client, request, url)
            except (httpx2.ConnectError, httpx2.ConnectTimeout) as error:
                if number == len(addresses[:_TRIED]):
                    raise Failed(f"no connection: {str(error) or type(error).__name__}") from error
            except (httpx2.HTTPError, zlib.error) as error:
                raise Failed(f"no whole answer: {str(error) or type(error).__name__}") from error
        raise Failed(f"the host {host} has no address")

    def _client(self, host: str) -> httpx2.Client:
        if host not in self._clients:
            self._clients[host] = httpx2.Client(
                verify=self._tls,
                trust_env=False,  # a proxy of the environment would connect for us, unchecked
                headers={"User-Agent": AGENT, "Accept": "*/*", "Accept-Encoding": "gzip, deflate"},
            )
        return self._clients[host]

    def _read(self, client: httpx2.Client, request: httpx2.Request, url: str) -> Answer:
        until = time.monotonic() + self._seconds
        answer = client.send(request, stream=True)
        try:
            # A site keeps no state with us: a cookie of one page must not change the next.
            client.cookies.clear()
            headers = {name.lower(): value for name, value in answer.headers.items()}
            body = bytearray()
            for piece in unpacked(answer.iter_raw(_CHUNK), headers.get("content-encoding", "")):
                body += piece
                if len(body) > self._most:
                    raise Refused(f"more than {self._most} bytes (WENHAO_MAX_FILE_BYTES)", stage="limit")
                if time.monotonic() > until:
                    raise Refused(f"not sent within {self._seconds:.0f} seconds", stage="limit")
            return Answer(url, answer.status_code, headers, bytes(body))
        finally:
            answer.close()


def unpacked(chunks: Iterator[bytes], encoding: str) -> Iterator[bytes]:
    """The bytes behind ``Content-Encoding``, in pieces of at most 64 kB however well they were packed.

    Raises :class:`~crawler.addresses.Refused` (stage ``answer``) for an encoding that was not asked for.
    """
    name = encoding.strip().lower()
    if name in ("", "identity"):
        yield from chunks
        return
    if name not in ("gzip", "x-gzip", "deflate"):
        raise Refused(f"packed as {encoding!r}, which was not asked for", stage="answer")
    unpack = zlib.decompressobj(47)  # gzip or zlib, whichever the bytes say
    for chunk in chunks:
        left = chunk
        while left and not unpack.eof:
            yield unpack.decompress(left, _CHUNK)
            left = unpack.unconsumed_tail
    yield unpack.flush()
