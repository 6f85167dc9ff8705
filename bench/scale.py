"""How the work grows with the documents: ``python -m bench.scale --docs FILE [--docs FILE] --sizes 1000 10000 [--json OUT]``.

For each size, documents are made as for ``bench.speed search`` (:mod:`bench.speed.official`: pieces of real texts under new
titles, numbers, bodies and places, by a seed), and the product's own commands do what an operator would have them do:

* ``wenhao index``: seconds, disk, most memory (proportional set size) of the commands' processes and of the engine;
* ``wenhao sync`` with nothing changed, and with a hundred files changed, until they can be found;
* the site, asked by one visitor: the first answers after its start (cold), then numbers, keywords, phrases, keywords with
  filters, titles and long questions, and keywords while the hundred files are being indexed.

Built under data/scale and kept; what was built before is not built again, and its figures of building are read back.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote

import httpx
import psutil

from bench.quality.index import CACHE
from bench.quality.site import ROOT, settle, started
from bench.speed.load import Load, Request, load
from bench.speed.official import write_official
from bench.speed.search import questions
from engine.server import read_running, running_engine
from engine.settings import EngineSettings
from gongwen import lexicon

_COMMAND = "from wenhao.cli import app; app()"
_CHANGED = 100
_FILTERS = "&year=2016&genre=%E9%80%9A%E7%9F%A5"
_PHRASE = 4  # words
_FIRST = 20  # answers after the start that count as cold


def _wenhao(data: Path, *words: str) -> dict[str, float]:
    """Runs a command of the product to its end; seconds, and megabytes of its processes and of the engine at the most."""
    environment = os.environ | {"WENHAO_DATA": str(data)}
    began = time.perf_counter()
    child = subprocess.Popen(
        [sys.executable, "-c", _COMMAND, *words], cwd=ROOT, env=environment, stdout=subprocess.DEVNULL
    )
    most = {"indexer": 0, "engine": 0}
    while child.poll() is None:
        for name, size in _memory(child.pid, data).items():
            most[name] = max(most[name], size)
        time.sleep(2)  # to ask what an engine of 20 GB takes, takes a while
    if child.returncode:
        raise SystemExit(f"wenhao {' '.join(words)} ended with {child.returncode}")
    return {"seconds": time.perf_counter() - began} | {name: size / 1e6 for name, size in most.items()}


def _memory(pid: int, data: Path) -> dict[str, int]:
    running = read_running(data)
    sizes = {"indexer": 0, "engine": 0}
    try:
        for process in [psutil.Process(pid), *psutil.Process(pid).children(recursive=True)]:
            engine = running is not None and process.pid == running.pid
            sizes["engine" if engine else "indexer"] += process.memory_full_info().pss
    except psutil.Error:
        pass  # one of them has just ended
    return sizes


def build(folder: Path, sources: list[Path], number: int) -> dict[str, float]:
    """Writes and indexes so many documents; what that took, from the last time if they are there."""
    kept = folder / "built.json"
    if kept.exists():
        found: dict[str, float] = json.loads(kept.read_text("utf-8"))
        return found
    size = write_official(sources, number, folder / "files")
    data = folder / "engine"
    took = _wenhao(data, "index", str(folder / "files"))
    disk = sum(path.stat().st_size for path in data.rglob("*") if path.is_file())
    found = {"documents": number, "megabytes": size / 1e6, "disk": disk / 1e6} | took
    kept.write_text(json.dumps(found), "utf-8")
    return found


def _change(folder: Path, mark: str) -> None:
    paths = sorted((folder / "files").rglob("*.md"))
    for path in paths[:: max(1, len(paths) // _CHANGED)][:_CHANGED]:
        path.write_text(f"{path.read_text('utf-8')}\n\n{mark}。", "utf-8")


def _asked(data: Path) -> dict[str, list[Request]]:
    settings = EngineSettings(data_dir=data, search_timeout=60)  # for the documents that questions are made of
    with running_engine(settings) as connection:
        kinds = questions(connection, settings)
    paths = {kind: [f"/api/v1/search?q={quote(one)}" for one in some] for kind, some in kinds.items()}
    segmenter = lexicon.segmenter(())
    phrases = ["".join(segmenter.words(title)[-_PHRASE:]) for title in kinds["title"]]
    paths["phrase"] = [f"/api/v1/search?q={quote(f'“{one}”')}" for one in phrases]
    paths["filtered"] = [path + _FILTERS for path in paths["keywords"]]
    return {kind: [Request.get(path) for path in some] for kind, some in paths.items()}


def _times(one: Load) -> dict[str, float]:
    wrong = {status: count for status, count in one.statuses.items() if status != 200}
    if wrong:
        raise SystemExit(f"the site answered {wrong}")
    return {"p50": one.at(0.5), "p95": one.at(0.95), "p99": one.at(0.99)}


def measure(folder: Path, seconds: float) -> dict[str, Mapping[str, float]]:
    """Answers cold, warm and while indexing, and what a sync takes; milliseconds and seconds."""
    data = folder / "engine"
    asked = _asked(data)
    found: dict[str, Mapping[str, float]] = {"sync, nothing changed": _wenhao(data, "sync")}
    with started(data, settled=False) as (port, _):
        cold = Load(1, times=asyncio.run(load(port, asked["keywords"], 1, seconds)).times[:_FIRST])
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False, timeout=60.0) as http:
            settle(http)
        found["keywords, the first"] = {"first": cold.times[0], "p50": cold.at(0.5), "p95": cold.at(0.95)}
        for kind, requests in asked.items():
            asyncio.run(load(port, requests, 1, 1.0))
            found[kind] = _times(asyncio.run(load(port, requests, 1, seconds)))
        found |= asyncio.run(_while_indexing(folder, port, asked["keywords"], seconds))
    return found


async def _while_indexing(folder: Path, port: int, requests: list[Request], seconds: float) -> dict[str, dict[str, float]]:  # fmt: skip
    mark = f"附注{time.time_ns()}"
    _change(folder, mark)
    changing = asyncio.create_task(asyncio.to_thread(_wenhao, folder / "engine", "sync"))
    found = asyncio.create_task(_until_found(port, mark, changing))
    during = Load(1)
    while not changing.done():
        part = await load(port, requests, 1, min(1.0, seconds))
        during.times += part.times
        during.statuses |= part.statuses
    took = {"found": await found, **await changing}
    return {"keywords while indexing": _times(during), f"sync, {_CHANGED} changed": took}


async def _until_found(port: int, mark: str, changing: asyncio.Task[dict[str, float]]) -> float:
    """Seconds until a search finds all that was changed; raises SystemExit when it never does."""
    began = time.perf_counter()
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", trust_env=False, timeout=30) as http:
        while True:
            ended = changing.done()
            answer = await http.get("/api/v1/search", params={"q": f"“{mark}”", "per_page": 1})
            page = answer.raise_for_status().json()
            if page["total"] >= _CHANGED and not page["relaxed"]:
                return time.perf_counter() - began
            if ended:
                raise SystemExit(f"what was changed is not found: {answer.text[:200]}")
            await asyncio.sleep(0.5)


def main(arguments: list[str]) -> int:
    """Measures each size and prints it; 2 when a file of documents is absent."""
    parser = argparse.ArgumentParser(prog="python -m bench.scale", description=str(__doc__).split("\n")[0])
    parser.add_argument("--docs", type=Path, required=True, action="append")
    parser.add_argument("--sizes", type=int, nargs="+", default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--seconds", type=float, default=5.0, help="of each load")
    parser.add_argument("--json", type=Path)
    given = parser.parse_args(arguments)
    for source in given.docs:
        if not source.exists():
            print(f"{source} is not there", file=sys.stderr)
            return 2
    found = {}
    for number in given.sizes:
        folder = CACHE.parent / "scale" / str(number)
        built = build(folder, given.docs, number)
        found[number] = {"built": built} | measure(folder, given.seconds)
        for name, figures in found[number].items():
            line = "  ".join(f"{key} {value:.1f}" for key, value in figures.items())
            print(f"{number:8}  {name:26}{line}", flush=True)
        if given.json:
            given.json.write_text(json.dumps(found, indent=1), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
