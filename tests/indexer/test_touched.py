"""Who saw what was written need not look at every file; what the system reports is all that was written."""

from __future__ import annotations

import os
import random
import shutil
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
import watchfiles

from engine.client import Connection
from engine.server import running_engine
from engine.settings import EngineSettings
from indexer.ledger import Entry, Ledger
from indexer.sources import Listing, discover
from wenhao.indexing import index_folder, sync_folders

_PAGE = '<html><body><h1>关于做好第{number}项工作的通知</h1><p>各县：请认真落实。</p><a href="附件{number}.pdf">附件</a></body></html>'
_TEXT = (
    "关于做好第{number}项工作的通知\n衢政发〔2024〕{number}号\n各县（市、区）人民政府：\n请认真落实{what}，按时报告。\n衢州市人民政府\n2024年5月5日\n"
    * 3
)


def fill(folder: Path, count: int = 6) -> None:
    folder.mkdir(exist_ok=True)
    for number in range(1, count + 1):
        (folder / f"{number}.txt").write_text(_TEXT.format(number=number, what="职责"), "utf-8")


def age(folder: Path) -> None:
    """Makes every file old enough for its appearance to be trusted."""
    long_ago = time.time() - 3600
    for path in folder.rglob("*"):
        os.utime(path, (long_ago, long_ago))


@pytest.mark.parametrize(
    ("touched", "looked_at", "reason"),
    [
        (("一/1.txt",), {"一/1.txt"}, "the file itself"),
        (("一",), {"一/1.txt", "一/2.txt"}, "a folder that was moved here is reported, not what is in it"),
        (("一/9.txt",), set(), "a file that is gone"),
        (("附件1.pdf",), {"页1.html"}, "an attachment belongs to its page"),
        (("二/manifest.tsv",), None, "what a manifest says of others"),
        ((".",), None, "the whole folder"),
        ((), set(), "nothing"),
    ],
)
def test_files_that_have_to_be_looked_at(
    tmp_path: Path, touched: tuple[str, ...], looked_at: set[str] | None, reason: str
) -> None:
    fill(tmp_path / "一", 2)
    fill(tmp_path / "一二", 1)
    (tmp_path / "页1.html").write_text(_PAGE.format(number=1), "utf-8")
    (tmp_path / "附件1.pdf").write_bytes(b"%PDF-1.4")
    listing = discover(tmp_path, "c").having_seen(str((tmp_path / name).resolve()) for name in touched)
    found = {file.source.removeprefix("c/") for file in listing.files if not listing.is_untouched(file)}
    assert found == ({"一/1.txt", "一/2.txt", "一二/1.txt", "页1.html"} if looked_at is None else looked_at), reason


def test_what_was_written_is_taken_first(tmp_path: Path, running: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    """So that the engine is at work on it while a million others are gone through."""
    folder = tmp_path / "公文"
    fill(folder)
    index_folder(folder, "c", running)
    (folder / "4.txt").write_text(_TEXT.format(number=4, what="新职责"), "utf-8")
    taken: list[str] = []
    take = Ledger.take

    def noting(self: Ledger, source: str) -> Entry | None:
        taken.append(source.rpartition("/")[2])
        return take(self, source)

    monkeypatch.setattr(Ledger, "take", noting)
    told = sync_folders([folder], running, touched=[str((folder / "4.txt").resolve())]).summaries["c"]
    assert told.read == 1
    assert taken[0] == "4.txt"
    assert sorted(taken) == sorted(path.name for path in folder.iterdir())


def test_where_files_are_links_all_are_looked_at(tmp_path: Path) -> None:
    fill(tmp_path, 2)
    (tmp_path / "3.txt").symlink_to(tmp_path / "1.txt")
    assert discover(tmp_path, "c").having_seen([str(tmp_path / "1.txt")]).touched is None


def test_a_page_without_its_former_attachment_is_looked_at(tmp_path: Path) -> None:
    (tmp_path / "页1.html").write_text(_PAGE.format(number=1), "utf-8")
    (tmp_path / "附件1.pdf").write_bytes(b"%PDF-1.4")
    age(tmp_path)
    time.sleep(2.1)  # the change of their times, too, must be no news
    (before,) = discover(tmp_path, "c").files
    appearance = before.appearance("v")
    assert before.is_known_by(appearance, "v")
    assert not before.is_known_by(appearance, "w"), "read by other rules"
    (tmp_path / "附件1.pdf").unlink()
    (after,) = discover(tmp_path, "c").files
    assert not after.is_known_by(appearance, "v"), "nobody wrote the page, but what was part of it is gone"


@contextmanager
def watching(folder: Path) -> Iterator[set[str]]:
    """Yield the places that the system reports; it is asked before this begins."""
    touched: set[str] = set()
    stop, begun = threading.Event(), threading.Event()

    def follow() -> None:
        for found in watchfiles.watch(
            folder, watch_filter=None, step=50, rust_timeout=50, yield_on_timeout=True, stop_event=stop
        ):
            begun.set()
            touched.update(os.path.realpath(path) for _, path in found)

    thread = threading.Thread(target=follow)
    thread.start()
    assert begun.wait(10)
    try:
        yield touched
        last = folder / "last"  # reports come in order
        last.touch()
        for _ in range(500):
            if str(last.resolve()) in touched:
                break
            time.sleep(0.02)
        last.unlink()
    finally:
        stop.set()
        thread.join()


def change(folder: Path, chance: random.Random) -> None:
    """One thing that happens to folders of documents."""
    files = sorted(path for path in folder.rglob("*.txt") if path.is_file())
    folders = sorted(path for path in folder.iterdir() if path.is_dir())
    one = chance.choice(files)
    match chance.randrange(7):
        case 0:
            one.write_text(_TEXT.format(number=chance.randrange(99), what="新职责"), "utf-8")
        case 1:
            one.unlink()
        case 2:
            one.rename(one.with_name(f"{chance.randrange(1000)}.txt"))
        case 3:
            fill(folder / f"新{chance.randrange(99)}", 2)
        case 4:  # written aside and put in place
            aside = folder.parent / "aside"
            aside.write_text(_TEXT.format(number=7, what="另写"), "utf-8")
            aside.replace(one)
        case 5:  # a folder in place of another of the same name, files of the same names in it
            other, place = folder.parent / "other", chance.choice(folders)
            fill(other)
            age(other)
            shutil.rmtree(place)
            other.rename(place)
        case 6:
            chance.choice(folders).rename(folder / f"改名{chance.randrange(1000)}")


@pytest.mark.parametrize("seed", range(4))
def test_all_that_changed_was_reported(tmp_path: Path, seed: int) -> None:
    folder, chance = tmp_path / "公文", random.Random(seed)
    folder.mkdir()
    for name in ("甲", "乙", "丙"):
        fill(folder / name)
    age(folder)
    before = looks(discover(folder, "c"))
    with watching(folder) as touched:
        for _ in range(8):
            change(folder, chance)
            time.sleep(chance.choice((0, 0.12)))
    after = discover(folder, "c").having_seen(touched)
    now = looks(replace(after, touched=None))
    changed = {source for source, look in now.items() if look != before.get(source)}
    unseen = {file.source for file in after.files if after.is_untouched(file)} & changed & set(before)
    assert changed & set(before), "some files of before were written again"
    assert not unseen


def looks(listing: Listing) -> dict[str, tuple[int, int, int]]:
    found = ((file.source, file.path.stat()) for file in listing.files)
    return {source: (stat.st_ino, stat.st_mtime_ns, stat.st_ctime_ns) for source, stat in found}


@pytest.fixture
def running(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Connection]:
    monkeypatch.setenv("WENHAO_DATA", str(tmp_path / "data"))
    with running_engine(EngineSettings()) as connection:
        yield connection


def test_a_sync_that_is_told_what_was_written_looks_at_nothing_else(
    tmp_path: Path, running: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "公文"
    fill(folder)
    age(folder)
    time.sleep(2.1)  # the change of their times, too, must be no news
    index_folder(folder, "c", running)
    for number in (1, 2):
        (folder / f"{number}.txt").write_text(_TEXT.format(number=number, what="新职责"), "utf-8")
    (folder / "3.txt").unlink()
    (folder / "7.txt").write_text(_TEXT.format(number=7, what="职责"), "utf-8")
    told = sync_folders([folder], running, touched=[str(folder / "1.txt")]).summaries["c"]
    assert (told.read, told.deleted, told.unchanged) == (2, 1, 4), (
        "one that was told, one that is new, one that is gone"
    )
    rest = sync_folders([folder], running).summaries["c"]
    assert (rest.read, rest.unchanged) == (1, 5), "what was not told waits for who looks at all"
    monkeypatch.setenv("WENHAO_MASK_PERSONAL", "0")
    masked = sync_folders([folder], running, touched=[]).summaries["c"]
    assert (masked.read, masked.unchanged) == (6, 0), "read by other rules, nobody wrote it and it is read again"
