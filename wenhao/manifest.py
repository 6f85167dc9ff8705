"""What a backup says of itself: ``manifest.json``, and the sample of questions by which a restored index is checked."""

from __future__ import annotations

import asyncio
import hashlib
import random
import tarfile
from importlib.metadata import version as installed
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from engine.client import Connection
from engine.protocol import Query, SearchRequest
from engine.reader import MeiliReader
from engine.schema import SCHEMA_VERSION, Field
from engine.settings import EngineSettings
from engine.snapshots import contents
from engine.writer import MeiliWriter
from gongwen.errors import InputError

FILE = "manifest.json"
SAMPLE, FIRST, SEED = 20, 5, 20240601


class Question(BaseModel):
    """A question asked of the index (words of a document's title) and the ids of its first answers."""

    model_config = ConfigDict(frozen=True)
    words: tuple[str, ...]
    total: int
    first: tuple[str, ...]


class Manifest(BaseModel):
    """A backup: who wrote it, what the index held, and the snapshot's digest. ``snapshot`` is a file beside it, or (an
    engine run elsewhere) None: then the file is in that engine's own snapshot folder.
    """

    model_config = ConfigDict(frozen=True)
    product: str
    engine: str
    schema_version: int
    made: str
    index: str
    counts: dict[str, int]
    questions: tuple[Question, ...]
    snapshot: str | None = None
    bytes: int = 0
    sha256: str = ""
    verified: bool = False


def describe(connection: Connection, settings: EngineSettings, made: str) -> Manifest:
    """What the engine holds now, without a snapshot yet; the sample is drawn with a fixed seed."""
    held = contents(connection, settings)
    questions = asyncio.run(_questions(connection, settings))
    return Manifest(product=installed("wenhao"), engine=held.version, schema_version=SCHEMA_VERSION, made=made, index=settings.index_name, counts=held.counts, questions=questions)  # fmt: skip


def differences(manifest: Manifest, connection: Connection, settings: EngineSettings) -> list[str]:
    """In what an engine differs from the manifest, a line each; [] when counts and answers are the same."""
    counts = contents(connection, settings).counts
    found = [
        f"索引 {name}：备份时 {manifest.counts.get(name, 0)} 件，现在 {counts.get(name, 0)} 件"
        for name in sorted(manifest.counts.keys() | counts.keys())
        if manifest.counts.get(name) != counts.get(name)
    ]
    asked = asyncio.run(_ask(connection, settings, [one.words for one in manifest.questions]))
    for before, now in zip(manifest.questions, asked, strict=True):
        if before != now:
            found.append(f"问 {' '.join(before.words)}：备份时 {before.total} 件、首件 {before.first[:1]}，现在 {now.total} 件、首件 {now.first[:1]}")  # fmt: skip
    return found


def read(backup: Path) -> Manifest:
    """The manifest of a backup; raises :class:`~gongwen.errors.InputError` when it is none of ours."""
    try:
        return Manifest.model_validate_json((backup / FILE).read_bytes())
    except (OSError, ValidationError) as error:
        raise InputError(f"{backup} is no backup of wenhao: {FILE} cannot be read ({str(error).splitlines()[0]})") from error  # fmt: skip


def digest(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def check_archive(path: Path) -> None:
    """Reads a snapshot to its end; raises :class:`~gongwen.errors.InputError` when it is cut off or broken."""
    try:
        with tarfile.open(path) as archive:
            names = [member.name for member in archive]
    except (OSError, tarfile.TarError, EOFError) as error:
        raise InputError(f"{path} is no whole snapshot: {error}") from error
    if not any(name.endswith("VERSION") for name in names):
        raise InputError(f"{path} is no snapshot of the engine: it has no VERSION")


async def _questions(connection: Connection, settings: EngineSettings) -> tuple[Question, ...]:
    titles: dict[str, tuple[str, ...]] = {}
    writer = MeiliWriter(connection, settings)
    try:
        async for page in writer.scan((Field.ID, Field.TITLE)):
            for row in page:
                words = tuple(word for word in str(row.get(Field.TITLE) or "").split("\u200c") if word.isalnum())
                if words:
                    titles[row["id"]] = words[:8]
    finally:
        await writer.aclose()
    drawn = random.Random(SEED).sample(sorted(titles), min(SAMPLE, len(titles)))  # noqa: S311 - the same every time
    return await _ask(connection, settings, [titles[one] for one in drawn])


async def _ask(
    connection: Connection, settings: EngineSettings, questions: list[tuple[str, ...]]
) -> tuple[Question, ...]:
    reader = MeiliReader(connection, settings)
    try:
        asked = []
        for words in questions:
            page = await reader.search(SearchRequest((Query(words=words),), limit=FIRST, fields=(Field.ID,)))  # fmt: skip
            asked.append(Question(words=words, total=page.total, first=tuple(hit.id for hit in page.hits)))
        return tuple(asked)
    finally:
        await reader.aclose()
