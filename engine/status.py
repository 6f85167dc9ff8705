"""What state the engine is in, for ``wenhao engine status``; starts nothing and changes nothing."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

import httpx2

from engine import keys
from engine.binary import VERSION, find, version_of
from engine.client import check_url, decode, headers, is_loopback
from engine.server import cluster_connection, read_running
from engine.settings import EngineSettings
from gongwen.errors import EngineError, SettingsError

Found = Literal["MEILI_URL", "OPENSEARCH_URL", "private, running", "private, stopped", "missing"]


@dataclass(frozen=True, slots=True)
class EngineStatus:
    """How the engine was found and what it says; None where it cannot be known (away, stopped, or no key for it)."""

    found: Found
    version: str | None = None
    url: str | None = None
    pid: int | None = None
    documents: int | None = None
    database_bytes: int | None = None
    binary: Path | None = None
    problem: str | None = None
    wanted: str = VERSION  # ends with a point: any that begins so

    @property
    def tested(self) -> bool:
        """True when this program was tested with an engine of that version."""
        found, any_of_it = self.version or "", self.wanted.endswith(".")
        return found.startswith(self.wanted) if any_of_it else found == self.wanted


def status(settings: EngineSettings) -> EngineStatus:
    """Return the state of the engine that ``running_engine`` would use; never raises for an engine in a bad state."""
    if settings.opensearch_url is not None:
        return _cluster(settings)
    if settings.meili_url is not None:
        secret = settings.meili_master_key or settings.meili_admin_key
        key = secret.get_secret_value() if secret else ""
        return _asked(EngineStatus("MEILI_URL", url=settings.meili_url), key, settings.index_name)
    program, problem = _program(settings)
    folder = settings.data_dir.absolute()
    running = read_running(folder)
    if running is not None and running.ready:
        try:
            master = keys.master_key(folder) if (folder / "keys.json").exists() else ""
        except SettingsError as error:
            master, problem = "", str(error)
        known = EngineStatus("private, running", url=running.url, pid=running.pid, binary=program, problem=problem)
        return _asked(known, master, settings.index_name)
    size = _size(folder / f"engine-{VERSION}")
    found: Found = "private, stopped" if program else "missing"
    version = version_of(program) if program else None
    return EngineStatus(found, version=version, database_bytes=size, binary=program, problem=problem)


def _cluster(settings: EngineSettings) -> EngineStatus:
    from engine.opensearch.state import TESTED, state  # the extra may be missing

    known = EngineStatus("OPENSEARCH_URL", url=settings.opensearch_url, wanted=TESTED)
    try:
        found = asyncio.run(state(cluster_connection(settings), settings))
    except (EngineError, SettingsError) as error:
        return replace(known, problem=str(error))
    return replace(
        known,
        version=found.version,
        documents=found.documents,
        database_bytes=found.database_bytes,
        problem=found.problem,
    )


def _program(settings: EngineSettings) -> tuple[Path | None, str | None]:
    try:
        return find(settings), None
    except (EngineError, SettingsError) as error:
        return None, str(error)


def _asked(known: EngineStatus, key: str, index_name: str) -> EngineStatus:
    """Return what is known, completed by what the engine says."""
    answers: dict[str, Any] = {}
    problem = known.problem
    try:
        url = check_url(known.url or "")
        with httpx2.Client(base_url=url, headers=headers(key), timeout=5.0, trust_env=not is_loopback(url)) as http:
            for path in ("/health", "/version", "/stats"):
                answers[path] = decode(http.get(path), url)
    except (httpx2.HTTPError, httpx2.InvalidURL) as error:
        problem = problem or f"engine at {known.url} does not answer: {str(error) or type(error).__name__}"
    except (EngineError, SettingsError) as error:
        problem = problem or str(error)
    stats = answers.get("/stats") or {}
    index = (stats.get("indexes") or {}).get(index_name)
    return replace(
        known,
        version=(answers.get("/version") or {}).get("pkgVersion"),
        documents=index["numberOfDocuments"] if index else None,
        database_bytes=stats.get("databaseSize"),
        problem=problem,
    )


def _size(folder: Path) -> int | None:
    if not folder.is_dir():
        return None
    # What is on disk: the database files are sparse.
    return sum(path.stat().st_blocks * 512 for path in folder.rglob("*") if path.is_file())
