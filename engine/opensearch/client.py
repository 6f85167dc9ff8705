"""Connections to the nodes of a cluster, with its refusals turned into our errors.

opensearch-py keeps the list of nodes, goes on to the next when one does not answer, and leaves that one aside for a while.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.util import find_spec
from typing import Any

import orjson

from engine.client import Connection, check_url
from engine.settings import EngineSettings
from gongwen.errors import EngineError, EngineUnavailable, SettingsError

_UNKNOWN_AUTHORITY = "CERTIFICATE_VERIFY_FAILED"
"""OpenSSL's word for a certificate that nobody we know has signed."""


class AnswerError(EngineError):
    """The cluster refused a call; ``reply`` is the HTTP status, ``kind`` its own word for why (``index_not_found_exception``)."""

    def __init__(self, message: str, *, kind: str, reply: int) -> None:
        super().__init__(message)
        self.kind = kind
        self.reply = reply


def nodes(url: str) -> list[str]:
    """Return the addresses of the nodes in a setting: ``"http://a:9200, http://b:9200"`` -> two.

    Raises :class:`SettingsError` for what is no address.
    """
    found = [check_url(one.strip(), "OPENSEARCH_URL") for one in url.split(",") if one.strip()]
    if not found:
        raise SettingsError("OPENSEARCH_URL names no node; expected something like http://10.0.0.1:9200")
    return found


def check_installed() -> None:
    """Raise :class:`SettingsError` when the optional part for clusters is not installed."""
    if find_spec("opensearchpy") is None:
        raise SettingsError("OPENSEARCH_URL needs an optional part; install it: pip install 'wenhao[opensearch]'")


class Cluster:
    """The nodes of a cluster as one: ``with cluster.answering(): await cluster.api.count(...)``.

    ``key`` is ``name:password`` or empty, ``timeout`` in seconds for one node's answer.
    """

    def __init__(self, connection: Connection, settings: EngineSettings, key: str, timeout: float) -> None:
        check_installed()
        from opensearchpy import AsyncOpenSearch

        self.url = connection.url
        self.api = AsyncOpenSearch(
            hosts=nodes(connection.url),
            http_auth=tuple(key.split(":", 1)) if key else None,
            ca_certs=str(settings.opensearch_ca) if settings.opensearch_ca else None,
            timeout=timeout,
            # One more node is tried; what we write may be written twice, for documents have identifiers.
            max_retries=1,
            retry_on_timeout=True,
            retry_on_status=(502, 504),
            serializer=_serializer(),
        )

    @contextmanager
    def answering(self) -> Iterator[None]:
        """Turn the library's errors into ours: :class:`EngineUnavailable` (no answer, overloaded), :class:`AnswerError`."""
        from opensearchpy import ConnectionError as Away
        from opensearchpy import TransportError

        try:
            yield
        except Away as error:
            said = f"no node of the cluster at {self.url} answers ({error.error})"
            if _UNKNOWN_AUTHORITY in str(error.error):
                todo = "give the file of the authority that signed its certificates in OPENSEARCH_CA"
            else:
                todo = "see whether its nodes run"
            raise EngineUnavailable(f"{said}; {todo}") from error
        except TransportError as error:
            raise refusal(self.url, error.status_code, str(error.error), error.info) from error

    async def aclose(self) -> None:
        """Close the connections."""
        # The library forgets those it has put aside because their nodes did not answer.
        for one in getattr(self.api.transport.connection_pool, "orig_connections", ()):
            await one.close()
        await self.api.close()


def incomplete(answer: Mapping[str, Any]) -> bool:
    """Return whether an answer is of some shards only; one that has no copy left is counted as no failure, but missing."""
    shards = answer["_shards"]
    return bool(answer.get("timed_out") or shards["failed"] or shards["successful"] < shards["total"])


def refusal(url: str, status: Any, kind: str, info: Any) -> EngineError:
    """Return the error for an answer that is none: ``kind`` is the cluster's word for it, ``info`` what it said."""
    cause = info.get("error") if isinstance(info, dict) else info
    # The root says what is wrong; above it stands that all shards failed.
    roots = cause.get("root_cause") or [cause] if isinstance(cause, dict) else [{"reason": cause}]
    reason = roots[0].get("reason") or kind
    said = f"cluster at {url} answered {status}: {reason}"
    if not isinstance(status, int) or status >= 500:
        return EngineUnavailable(f"{said}; see its log and `/_cluster/health`")
    if status == 429:
        return EngineUnavailable(f"{said}; it is overloaded")
    if status in (401, 403):
        said += "; check OPENSEARCH_ADMIN and OPENSEARCH_SEARCH"
    return AnswerError(said, kind=kind, reply=status)


def _serializer() -> Any:
    from opensearchpy.serializer import JSONSerializer

    class Serializer(JSONSerializer):  # pages of ten thousand documents take the library's own ten times as long
        def loads(self, s: str) -> Any:
            return orjson.loads(s)

        def dumps(self, data: Any) -> str:
            return data if isinstance(data, str) else orjson.dumps(data, option=orjson.OPT_NON_STR_KEYS).decode()

    return Serializer()
