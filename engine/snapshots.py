"""Snapshots of a whole engine, and what an engine holds; both need its master key."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

import httpx2

from engine import keys
from engine.client import Connection, decode, headers, is_loopback, unreachable
from engine.settings import EngineSettings
from gongwen.errors import EngineError, EngineTaskFailed, SettingsError


@dataclass(frozen=True, slots=True)
class Contents:
    """What an engine holds: its version and the documents of each index of ours."""

    version: str
    counts: dict[str, int]


def contents(connection: Connection, settings: EngineSettings) -> Contents:
    """Return version and counts; raises :class:`SettingsError` without a master key, engine errors."""
    version = _ask(connection, settings, "GET", "/version")["pkgVersion"]
    indexes = _ask(connection, settings, "GET", "/stats")["indexes"]
    ours = {name: one["numberOfDocuments"] for name, one in indexes.items() if name.startswith(settings.index_name)}
    return Contents(str(version), dict(sorted(ours.items())))


def create(connection: Connection, settings: EngineSettings) -> None:
    """Have the engine write a snapshot into its snapshot folder; returns when it is complete.

    Raises :class:`EngineTaskFailed` when it could not, :class:`EngineError` after the write time-out.
    """
    task = _ask(connection, settings, "POST", "/snapshots")["taskUid"]
    finish(connection, settings, f"/tasks/{task}")


def finish(connection: Connection, settings: EngineSettings, path: str) -> None:
    """Return when a task has succeeded; raises as :func:`create`."""
    deadline = time.monotonic() + settings.write_timeout
    while time.monotonic() < deadline:
        answer = _ask(connection, settings, "GET", path)
        if answer["status"] == "succeeded":
            return
        if answer["status"] not in ("enqueued", "processing"):
            raise EngineTaskFailed(f"engine task {path} {answer['status']}: {answer.get('error')}")
        time.sleep(0.1)
    raise EngineError(f"engine at {connection.url} did not finish {path} within {settings.write_timeout:g} s")


def upgraded(connection: Connection, settings: EngineSettings) -> None:
    """Return when the engine has upgraded its database; raises as :func:`create`."""
    for task in _ask(connection, settings, "GET", "/tasks?types=upgradeDatabase&limit=1")["results"]:
        finish(connection, settings, f"/tasks/{task['uid']}")


def _ask(connection: Connection, settings: EngineSettings, method: str, path: str) -> Any:
    if settings.meili_url is None:
        key = keys.master_key(settings.data_dir.absolute())
    elif settings.meili_master_key is not None:
        key = settings.meili_master_key.get_secret_value()
    else:
        raise SettingsError("a backup needs the master key: set MEILI_MASTER_KEY or MEILI_MASTER_KEY_FILE")
    url = connection.url
    try:
        with httpx2.Client(base_url=url, headers=headers(key), timeout=30.0, trust_env=not is_loopback(url)) as http:
            return decode(http.request(method, path), url)
    except (httpx2.HTTPError, httpx2.InvalidURL) as error:
        raise unreachable(error, url) from error
