"""The index of a set: real files, through the real pipeline, into a real engine; kept between runs.

One folder a set of documents, ``data/bench/<digest of the documents>``. It is built anew when the documents or the
reading rules (``indexer.pipeline.Pipeline.version``) have changed.
"""

from __future__ import annotations

import asyncio
import fcntl
import json
import shutil
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.quality.documents import Source, digest
from engine.client import Connection
from engine.opening import open_term_writer, open_word_writer, open_writer
from engine.schema import Field
from engine.server import running_engine
from engine.settings import EngineSettings
from engine.terms import terms_index
from indexer.pipeline import Pipeline
from indexer.records import document_id
from indexer.settings import IndexerSettings
from indexer.sources import Listing, discover
from indexer.sync import sync

CACHE = Path(__file__).parents[2] / "data" / "bench"


@dataclass(frozen=True, slots=True)
class Index:
    """A built index: the engine's data folder, our document ids -> the set's names, and how it was built.

    ``same``: the names of copies by the name of the document that stands for them.
    """

    data_dir: Path
    names: dict[str, str]
    same: dict[str, str]
    version: str
    current: bool
    files: int
    rejected: int
    seconds: float


@contextmanager
def index_of(sources: tuple[Source, ...], *, fresh: bool = False, keep: bool = False) -> Iterator[Index]:
    """The index of these documents, for this process alone as long as the block lasts; a second run waits.

    ``fresh`` builds it again in any case; ``keep`` takes it as it is, whatever rules it was read with.
    Raises what the indexer raises.
    """
    cluster = EngineSettings().opensearch_url
    folder = CACHE / "cluster" / digest(sources) if cluster else CACHE / digest(sources)
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        _wait_for(lock.fileno(), folder)
        pipeline = Pipeline(IndexerSettings())
        built = folder / "built.json"
        known = json.loads(built.read_text("utf-8")) if built.exists() else None
        if known is None or fresh or cluster or (known["version"] != pipeline.version and not keep):
            built.unlink(missing_ok=True)
            known = _build(folder, sources, pipeline)
            built.write_text(json.dumps(known), "utf-8")
        yield Index(folder / "engine", current=known["version"] == pipeline.version, **known)


def _wait_for(lock: int, folder: Path) -> None:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        print(f"waiting: another run uses {folder}", file=sys.stderr)
        fcntl.flock(lock, fcntl.LOCK_EX)


def _build(folder: Path, sources: tuple[Source, ...], pipeline: Pipeline) -> dict[str, object]:
    shutil.rmtree(folder / "engine", ignore_errors=True)
    (folder / "engine").mkdir()
    started = time.perf_counter()
    settings = EngineSettings(data_dir=folder / "engine")
    names: dict[str, str] = {}
    files = rejected = 0
    with running_engine(settings) as connection:
        asyncio.run(_emptied(connection, settings))
        for source in sources:
            listing, given = _listing(source, folder / "files")
            lost, stored = asyncio.run(_synced(listing, pipeline, connection, settings))
            files, rejected = files + len(listing.files), rejected + lost
            names |= _names(stored, given)
        copies = asyncio.run(_copies(connection, settings))
    seconds = time.perf_counter() - started
    print(f"indexed {files} files in {seconds:.0f} s, {rejected} of them rejected", file=sys.stderr)
    same = {names[one]: names[of] for one, of in copies.items() if one in names and of in names}
    return {
        "names": names,
        "same": same,
        "version": pipeline.version,
        "files": files,
        "rejected": rejected,
        "seconds": seconds,
    }


async def _emptied(connection: Connection, settings: EngineSettings) -> None:
    """Removes what another set left in an engine that several sets share."""
    writer = open_writer(connection, settings)
    try:
        for name in (settings.index_name, terms_index(settings)):
            await writer.drop(name)
    finally:
        await writer.aclose()


def _listing(source: Source, folder: Path) -> tuple[Listing, dict[str, str]]:
    """The files to index, and path -> name of the row for files written from rows.

    Files are numbered, so that nothing of the set's own ids reaches the product. A row with a title becomes Markdown
    with the title as its heading.
    """
    if source.is_folder:
        return discover(source.path, source.collection), {}
    target = folder / source.collection
    done, given = target / ".names.json", {}
    if done.exists():
        given = json.loads(done.read_text("utf-8"))
    else:
        target.mkdir(parents=True, exist_ok=True)
        for number, one in enumerate(source.texts()):
            name = f"{number // 1000:03}/{number:06}{'.md' if one.title else '.txt'}"
            (target / name).parent.mkdir(exist_ok=True)
            (target / name).write_text(f"# {one.title}\n\n{one.text}" if one.title else one.text, "utf-8")
            given[f"{source.collection}/{name}"] = one.id
        done.write_text(json.dumps(given), "utf-8")
    return discover(target, source.collection), given


async def _synced(
    listing: Listing, pipeline: Pipeline, connection: Connection, settings: EngineSettings
) -> tuple[int, dict[str, str]]:
    """The number of rejected files, and document id -> path of all documents stored."""
    writer, counts = open_writer(connection, settings), open_term_writer(connection, settings)
    last = 0.0

    def show(done: int, number: int, _path: str) -> None:
        nonlocal last
        if time.monotonic() > last + 10:
            last = time.monotonic()
            print(f"indexing {listing.collection}: {done} of {number}", file=sys.stderr)

    try:
        words = open_word_writer(connection, settings)
        summary = await sync(listing, pipeline, writer, settings.data_dir, show, term_counts=counts, words=words)
        pages = writer.scan((Field.ID, Field.SOURCE, Field.COLLECTION))
        rows = [row async for page in pages for row in page]
    finally:
        await counts.aclose()
        await writer.aclose()
    lost = sum(reject.stage not in ("fragment", "skipped") for reject in summary.rejected)
    # Of this collection alone: the names of the others' documents are another source's.
    return lost, {row["id"]: row.get(Field.SOURCE, "") for row in rows if row[Field.COLLECTION] == listing.collection}


async def _copies(connection: Connection, settings: EngineSettings) -> dict[str, str]:
    writer = open_writer(connection, settings)
    try:
        pages = writer.scan((Field.ID, Field.COPY_OF))
        return {row["id"]: row[Field.COPY_OF] async for page in pages for row in page if row.get(Field.COPY_OF)}
    finally:
        await writer.aclose()


def _names(stored: dict[str, str], given: dict[str, str]) -> dict[str, str]:
    """Our document id -> the set's name: the row's id, or ``path#part`` for a file of a folder."""
    parts: dict[str, list[str]] = {}
    for found, path in stored.items():
        parts.setdefault(path, []).append(found)
    names = {}
    for path, ids in parts.items():
        for part in range(len(ids)):
            inner = path.partition("/")[2]
            names[document_id(path, part)] = given.get(path) or f"{inner}#{part + 1}"
    return names
