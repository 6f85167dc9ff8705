"""`wenhao crawl` as a process: killed at random points, and what it brings is found by a search."""

from __future__ import annotations

import asyncio
import os
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

from engine.protocol import Query, SearchRequest
from engine.reader import MeiliReader
from engine.server import running_engine
from engine.settings import EngineSettings
from tests.crawler.conftest import Site
from tests.support import index_folder

ROOT = Path(__file__).parents[2]
COMMAND = [sys.executable, "-c", "from wenhao.cli import app; app()", "crawl"]
NOTICE = "<p>各县（市、区）人民政府：</p><p>为做好防汛工作，现就有关事项通知如下，请认真贯彻执行。</p><p>衢州市人民政府办公室</p><p>2020年5月5日</p>"


def started(site: Site, folder: Path) -> subprocess.Popen[bytes]:
    words = [*COMMAND, f"http://127.0.0.1:{site.port}/", "--into", str(folder), "--delay", "0", "--allow-private"]
    return subprocess.Popen(words, cwd=ROOT, env=os.environ, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)


def finished(site: Site, folder: Path) -> int:
    child = started(site, folder)
    child.communicate(timeout=60)
    return child.returncode


def filled(site: Site, pages: int) -> None:
    site.page("/", *(f"/art/{number}.html" for number in range(pages)))
    for number in range(pages):
        title = f"衢州市人民政府办公室关于做好第{number}号防汛工作的通知"
        page = f"<html><head><title>{title}</title></head><body><h1>{title}</h1><p>衢政办发〔2020〕{number + 1}号</p>{NOTICE}</body></html>"
        site.pages[f"/art/{number}.html"] = (200, {"Content-Type": "text/html; charset=utf-8"}, page.encode())


def kept(folder: Path) -> dict[str, bytes]:
    found = {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*.html")}
    rows = (folder / "manifest.tsv").read_text("utf-8").splitlines()
    return found | {"rows": "\n".join(sorted("\t".join(row.split("\t")[:3]) for row in rows)).encode()}


def test_killed_anywhere_the_next_run_ends_with_the_same_files(site: Site, tmp_path: Path) -> None:
    filled(site, 60)
    assert finished(site, tmp_path / "whole") == 0
    site.delay = 0.01
    chance = random.Random(3)
    for _ in range(4):
        child = started(site, tmp_path / "killed")
        before = len(site.asked)
        wanted = before + chance.randrange(2, 15)
        while len(site.asked) < wanted and child.poll() is None:
            time.sleep(0.002)
        child.kill()
        child.communicate()
    last = started(site, tmp_path / "killed")
    _, said = last.communicate(timeout=60)
    assert last.returncode == 0
    assert "接着上次" in said.decode()
    assert kept(tmp_path / "killed") == kept(tmp_path / "whole")
    assert len(kept(tmp_path / "whole")) == 62


def test_two_crawls_of_one_folder_do_not_mix(site: Site, tmp_path: Path) -> None:
    filled(site, 60)
    site.delay = 1.0  # the first has a minute to do, and is at it when the second begins, however slow the machine
    first = started(site, tmp_path)
    while not site.asked:
        time.sleep(0.01)
    second = started(site, tmp_path)
    _, said = second.communicate(timeout=30)
    assert second.returncode == 1
    assert str(first.pid) in said.decode()
    first.terminate()
    first.communicate(timeout=30)
    assert first.returncode == 130, "SIGTERM ends it like Ctrl-C"


def test_what_was_crawled_is_found_with_its_address(site: Site, tmp_path: Path) -> None:
    filled(site, 3)
    assert finished(site, tmp_path / "pages") == 0
    settings = EngineSettings(data_dir=tmp_path / "data")
    with running_engine(settings) as connection:
        index_folder(tmp_path / "pages", "crawled", connection, settings)

        async def ask() -> list[dict[str, object]]:
            reader = MeiliReader(connection, settings)
            page = await reader.search(SearchRequest(queries=(Query(words=("防汛",)),)))
            await reader.aclose()
            return [hit.record for hit in page.hits]

        found = asyncio.run(ask())
    urls = {str(record["url"]) for record in found}
    assert {f"http://127.0.0.1:{site.port}/art/{number}.html" for number in range(3)} <= urls


@pytest.mark.parametrize("start", ["http://127.0.0.1:1/", "http://localhost/"])
def test_a_private_start_is_refused_with_the_option_that_allows_it(start: str, tmp_path: Path) -> None:
    done = subprocess.run([*COMMAND, start, "--into", str(tmp_path)], cwd=ROOT, capture_output=True, text=True, check=False, timeout=30)  # fmt: skip
    assert done.returncode == 1
    assert "--allow-private" in done.stderr


def test_what_is_no_address_is_named_and_nothing_is_made(tmp_path: Path) -> None:
    done = subprocess.run([*COMMAND, "www.qz.gov.cn", "--into", str(tmp_path / "new")], cwd=ROOT, capture_output=True, text=True, check=False, timeout=30)  # fmt: skip
    assert done.returncode == 1
    assert "https://www.example.gov.cn/" in done.stderr
    assert not (tmp_path / "new").exists()
