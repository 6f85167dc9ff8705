"""Whether a set-up is well, in plain words: ``wenhao doctor``."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from api.settings import ApiSettings
from engine import space
from engine.client import Connection
from engine.opening import open_passage_reader, open_word_writer, open_writer
from engine.schema import SCHEMA_VERSION
from engine.settings import EngineSettings
from engine.status import status
from engine.word_index import WordIndexReader
from gongwen import dates, sentence_vectors
from gongwen.errors import SettingsError
from indexer import rejects
from indexer.rejects import Reject
from wenhao import collections, list_check
from wenhao.indexing import plan_folders

_LEAST_FREE = 1 << 30  # bytes; a rebuild needs as much as the index has beside it


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at: its name, what was found, and whether that is well."""

    name: str
    said: str
    well: bool = True


def examine(connection: Connection) -> Iterator[Finding]:
    """Everything that can be said of the set-up of the environment's settings; changes nothing."""
    settings = EngineSettings()
    yield from _engine(settings)
    yield from _keys(settings.data_dir)
    yield from _index(connection, settings)
    try:
        told, fault = rejects.read(settings.data_dir), None
    except SettingsError as error:
        told, fault = [], Finding("未编入", str(error), well=False)
    yield from _folders(connection, settings, told)
    yield from [fault] if fault else _rejected(settings.data_dir, told)
    yield _lists()
    yield _disk(settings)


def _engine(settings: EngineSettings) -> Iterator[Finding]:
    found = status(settings)
    yield Finding("引擎", found.problem or f"{found.found}，{found.url}", found.problem is None)
    if found.version:
        advice = "" if found.tested else f"；本程序用 {found.wanted} 测过，请换用它"
        yield Finding("引擎版本", f"{found.version}{advice}", found.tested)


def _keys(folder: Path) -> Iterator[Finding]:
    path = folder / "keys.json"
    if path.exists():
        mode = path.stat().st_mode & 0o777
        yield Finding("密钥", f"{path}，权限 {mode:o}" + ("" if mode == 0o600 else "；应为 600"), mode == 0o600)


def _index(connection: Connection, settings: EngineSettings) -> Iterator[Finding]:
    async def ask() -> tuple[int | None, int, str]:
        writer = open_writer(connection, settings)
        try:
            version = await writer.schema_version()
            return (None, 0, "") if version is None else (version, await writer.count(), await writer.version())
        finally:
            await writer.aclose()

    version, documents, last = asyncio.run(ask())
    if version is None:
        yield Finding("索引", "还没有；请用 wenhao index 文件夹", well=False)
        return
    current = version == SCHEMA_VERSION
    yield Finding(
        "版式", f"{version}" + ("" if current else f"；本程序为 {SCHEMA_VERSION}，请运行 wenhao sync"), current
    )
    yield Finding("索引", f"{documents} 件", documents > 0)
    words = open_word_writer(connection, settings)
    if words is not None and documents:
        well = words.is_of(last)
        said = f"{WordIndexReader(settings.words).documents()} 件（副本除外）"
        yield Finding("词索引", said + ("" if well else "；与索引不一致，长句查得差一些；请运行 wenhao sync"), well)
    if documents and ApiSettings().semantic != "off" and sentence_vectors.available():
        made = asyncio.run(_has_vectors(connection, settings))
        yield Finding(
            "按意思找", "有向量" if made else "装了 wenhao[semantic]，还没有向量；运行 wenhao embed 之后才起作用"
        )


async def _has_vectors(connection: Connection, settings: EngineSettings) -> bool:
    reader = open_passage_reader(connection, settings)
    try:
        return await reader.any()
    finally:
        await reader.aclose()


def _folders(connection: Connection, settings: EngineSettings, told: Sequence[Reject]) -> Iterator[Finding]:
    known = collections.known(settings.data_dir)
    planned = plan_folders([], connection)
    # A file that could not be read is told as such, and would be new for ever.
    refused = {reject.path for reject in told}
    for name, plan in planned.plans.items():
        new = [path for path in plan.added if path not in refused]
        differing = len(new) + len(plan.changed) + len(plan.gone) + len(plan.moved)
        said = f"{known[name]}，{plan.unchanged} 个文件与索引一致"
        said += f"，{differing} 个不同；请运行 wenhao sync" if differing else ""
        yield Finding(f"文件夹 {name}", said, not differing)
    for missing in planned.missing:
        yield Finding(f"文件夹 {missing.name}", str(missing), well=False)
    path = settings.data_dir / rejects.FILE
    if path.exists():
        at = datetime.fromtimestamp(path.stat().st_mtime, dates.CHINA)
        yield Finding("最近一次编入", f"{at:%Y-%m-%d %H:%M}")


def _rejected(folder: Path, told: Sequence[Reject]) -> Iterator[Finding]:
    stages = Counter(reject.stage for reject in told)
    if stages:
        counted = "，".join(f"{stage} {count}" for stage, count in stages.items())
        yield Finding("未编入", f"{counted}；原因见 {folder / rejects.FILE}")


def _lists() -> Finding:
    checked = list_check.check(ApiSettings().synonyms_dir, datetime.now(dates.CHINA).date())
    if checked.faults:
        return Finding("词表", f"{len(checked.faults)} 处有错，见 wenhao synonyms check", well=False)
    return Finding("词表", "，".join(f"{name} {count}" for name, count in checked.counts))


def _disk(settings: EngineSettings) -> Finding:
    folder = settings.data_dir.absolute()
    free = space.free_bytes(folder)
    low = space.problem(folder) if settings.private else None
    if low:
        return Finding("磁盘", f"{low}；已停止编入，检索照常；请腾出空间", well=False)
    needed = max(_LEAST_FREE, status(settings).database_bytes or 0)
    said = f"余 {free / 1e9:.1f} GB"
    return Finding("磁盘", said + ("" if free > needed else f"；重建索引需要 {needed / 1e9:.1f} GB"), free > needed)
