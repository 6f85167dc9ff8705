"""`wenhao backup`, `restore`, `upgrade`: the engine's snapshot with a manifest, and databases exchanged after a check."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from engine import binary, databases, exchange, snapshots, space
from engine.client import Connection
from engine.opening import open_word_writer, open_writer
from engine.server import running_engine
from engine.settings import EngineSettings
from gongwen.errors import EngineError, InputError, OtherEngineVersion, SettingsError
from indexer import word_indexing
from wenhao import collections, lock, manifest

_NAME = re.compile(r"wenhao-\d{8}T\d{6}Z")
_PART = ".part"


class RestoreDiffers(EngineError):
    """A restored or upgraded index is not what it was; the message lists the differences."""


@dataclass(frozen=True, slots=True)
class Backup:
    """A backup made: its folder, manifest, and the older ones that ``keep`` removed."""

    folder: Path
    manifest: manifest.Manifest
    removed: tuple[Path, ...]


def back_up(connection: Connection, parent: Path | None, keep: int | None, mounted: Path | None) -> Backup:
    """Makes a backup in ``parent`` (default: ``backups`` in the data folder), then removes all but the ``keep`` newest.

    ``mounted``: the snapshot folder of an engine run elsewhere, where it can be reached; without it the snapshot stays there.
    Nothing is written to the index meanwhile, so counts and snapshot agree. Raises :class:`wenhao.lock.AlreadyIndexing`,
    :class:`~gongwen.errors.SettingsError` (space, keys), engine errors.
    """
    settings = EngineSettings()
    if connection.cluster:
        raise SettingsError("a cluster is backed up by its own snapshots, to a repository of yours: see docs/scale.md")
    parent = (parent or settings.data_dir / "backups").absolute()
    own = settings.data_dir.absolute() if settings.private else None
    with lock.indexing(settings.data_dir), lock.indexing(settings.data_dir, lock.EMBEDDING_FILE):
        parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if own is not None:
            _check_room(exchange.bytes_of(databases.current(own)), parent, own)
        for cut_off in parent.glob(f"wenhao-*{_PART}"):
            shutil.rmtree(cut_off)
        now = datetime.now(UTC)
        final = parent / f"wenhao-{now:%Y%m%dT%H%M%SZ}"
        work = final.with_name(final.name + _PART)
        work.mkdir(mode=0o700)
        try:
            made = _write(work, connection, settings, now, own / "snapshots" if own else mounted)
            work.rename(final)
        finally:
            shutil.rmtree(work, ignore_errors=True)
    return Backup(final, made, _retain(parent, keep))


def restore(backup: Path, *, replace: bool) -> manifest.Manifest:
    """Puts the index of a backup in place, once its counts and answers were found to be those of the manifest, and derives the
    word index from it, which no backup holds.

    The index in use is not touched before. Raises :class:`~gongwen.errors.InputError` (no backup of ours, broken, data there
    and not ``replace``), :class:`~gongwen.errors.OtherEngineVersion`, :class:`RestoreDiffers`, engine errors.
    """
    settings = EngineSettings()
    told = manifest.read(backup)
    snapshot = _whole(backup.absolute(), told)
    if told.engine != binary.VERSION:
        raise OtherEngineVersion(
            f"{backup} was made by engine {told.engine}, this program runs engine {binary.VERSION}; restore it with the program "
            "of that time and then run `wenhao upgrade` with this one, or build the index anew with `wenhao sync`"
        )
    if not replace and not exchange.is_empty(exchange.settled(settings)):
        raise InputError(f"{settings.data_dir} holds an index already; to put the backup in its place: wenhao restore {backup} --replace")  # fmt: skip
    # A snapshot is packed; a database of texts takes about three times as much.
    with exchange.beside(settings, 4 * told.bytes) as made:
        with running_engine(made.model_copy(update={"index_name": told.index}), "--import-snapshot", str(snapshot), "--ignore-snapshot-if-db-exists") as connection:  # fmt: skip
            _same(told, connection, made)
        exchange.put_in_place(made, settings)
        kept = backup / collections.FILE
        if kept.exists() and (replace or not (settings.data_dir / collections.FILE).exists()):
            shutil.copyfile(kept, settings.data_dir / collections.FILE)
    with running_engine(settings) as connection:
        asyncio.run(_index_words(connection, settings))
    return told


async def _index_words(connection: Connection, settings: EngineSettings) -> None:
    writer, words = open_writer(connection, settings), open_word_writer(connection, settings)
    try:
        if words is not None:
            await word_indexing.update(writer, words, None, "", await writer.version())
    finally:
        await writer.aclose()


def upgrade() -> tuple[str, Path, dict[str, int]] | None:
    """Upgrades the data of an older engine on a copy; the old data are kept beside it.

    Returns the old version, where its data are kept, and the documents of each index; None when there is nothing to do.
    """
    settings = EngineSettings()
    folder = exchange.settled(settings)
    old = databases.outdated(folder)
    if old is None:
        return None
    version = databases.version_of(old) or ""
    kept = folder / f"engine-{version}"
    if old != kept and kept.exists():
        raise SettingsError(f"{kept} is in the way: the old data are to be kept there; move it elsewhere")
    with exchange.beside(settings, 2 * exchange.bytes_of(old)) as made:
        shutil.copytree(old, databases.current(made.data_dir))
        with running_engine(made, "--experimental-dumpless-upgrade") as connection:
            snapshots.upgraded(connection, made)
            held = manifest.describe(connection, made, "")
            if not held.counts.get(settings.index_name) or not held.questions:
                raise RestoreDiffers(f"升级后的索引里没有文件（{held.counts}）；原数据未动，仍在 {old}")
            wrong = [one for one in held.questions if not one.total]
            if wrong:
                raise RestoreDiffers(f"升级后有 {len(wrong)} 个问题找不到文件，如 {' '.join(wrong[0].words)}；原数据未动，仍在 {old}")  # fmt: skip
        exchange.put_in_place(made, settings, keep_as=kept)
    return version, kept, held.counts


def _write(work: Path, connection: Connection, settings: EngineSettings, now: datetime, where: Path | None) -> manifest.Manifest:  # fmt: skip
    made = manifest.describe(connection, settings, now.isoformat(timespec="seconds"))
    before = {path: path.stat().st_mtime_ns for path in where.glob("*.snapshot")} if where else {}
    snapshots.create(connection, settings)
    if where is not None:
        fresh = [path for path in where.glob("*.snapshot") if before.get(path) != path.stat().st_mtime_ns]
        if len(fresh) != 1:
            raise SettingsError(f"the engine wrote its snapshot, but {where} holds {len(fresh)} new ones; is it the engine's snapshot folder?")  # fmt: skip
        target = work / "engine.snapshot"
        shutil.copyfile(fresh[0], target)
        if settings.meili_url is None:
            fresh[0].unlink()
        sha256 = manifest.digest(target)
        manifest.check_archive(target)
        made = made.model_copy(update={"snapshot": target.name, "bytes": target.stat().st_size, "sha256": sha256, "verified": True})  # fmt: skip
    known = settings.data_dir / collections.FILE
    if known.exists():
        shutil.copyfile(known, work / collections.FILE)
    (work / manifest.FILE).write_text(made.model_dump_json(indent=1) + "\n", "utf-8")
    for path in work.iterdir():
        path.chmod(0o600)
        with path.open("rb") as file:
            os.fsync(file.fileno())
    return made


def _check_room(size: int, parent: Path, own: Path) -> None:
    """The engine compacts a copy of its database and packs it; then the snapshot is copied to the backup folder."""
    for place, needed in ((own, 2 * size), (parent, size)):
        free = space.free_bytes(place)
        if free < needed + space.LEAST_FREE:
            raise SettingsError(f"only {free / 1e6:.0f} MB free for {place}, a backup needs {(needed + space.LEAST_FREE) / 1e6:.0f} MB; free space, or name another folder")  # fmt: skip


def _retain(parent: Path, keep: int | None) -> tuple[Path, ...]:
    """Removes all but the newest ``keep`` complete backups; what is not one of ours is left alone."""
    ours = []
    for path in sorted(parent.iterdir(), reverse=True):
        if _NAME.fullmatch(path.name):
            with suppress(InputError):
                manifest.read(path)
                ours.append(path)
    gone = ours[max(1, keep) :] if keep is not None else []
    for path in gone:
        # Renamed first: a removal cut off leaves nothing that looks whole.
        part = path.rename(path.with_name(path.name + _PART))
        shutil.rmtree(part)
    return tuple(gone)


def _whole(backup: Path, told: manifest.Manifest) -> Path:
    if told.snapshot is None:
        raise InputError(f"{backup} has no snapshot of its own: it is in the engine's snapshot folder; see docs/operations.md")  # fmt: skip
    path = backup / Path(told.snapshot).name
    if not path.is_file():
        raise InputError(f"{path} is missing; this backup is not whole")
    if path.stat().st_size != told.bytes or manifest.digest(path) != told.sha256:
        raise InputError(f"{path} is not what was written (its SHA-256 differs from the manifest); use another backup")
    return path


def _same(told: manifest.Manifest, connection: Connection, made: EngineSettings) -> None:
    found = manifest.differences(told, connection, made.model_copy(update={"index_name": told.index}))
    if found:
        raise RestoreDiffers("恢复出来的索引与备份时不同，没有换上，原数据未动：" + "；".join(found[:10]))
