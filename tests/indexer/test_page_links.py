"""To list a folder again, only pages that look otherwise are read, and what is listed is the same."""

from __future__ import annotations

import os
import random
import time
from pathlib import Path

import pytest

from gongwen.errors import SettingsError
from indexer import attachments, looks, page_links
from indexer.sources import discover


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "公文"
    for name in ("甲", "乙"):
        (made / name).mkdir(parents=True)
        for number in range(3):
            page(made / name / f"{number}.html", f"附件{number}.pdf", "../乙/共用.docx")
            (made / name / f"附件{number}.pdf").write_bytes(b"%PDF")
    (made / "乙" / "共用.docx").write_bytes(b"PK")
    age(made)
    return made


def page(path: Path, *names: str) -> None:
    path.write_text("".join(f'<a href="{name}">附件</a>' for name in names), "utf-8")


def age(folder: Path) -> None:
    """Makes the times of files old enough to be trusted, but for when they were changed, which nobody can set."""
    long_ago = time.time() - 3600
    for path in folder.rglob("*"):
        os.utime(path, (long_ago, long_ago))
    time.sleep(2.1)


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The pages that are read, by name."""
    names: list[str] = []
    targets_of = attachments.targets_of

    def reading(location: str) -> tuple[str, ...]:
        names.append(location.rpartition("公文/")[2])
        return targets_of(location)

    monkeypatch.setattr(attachments, "targets_of", reading)
    return names


def listed(folder: Path, data: Path) -> dict[str, list[str]]:
    with page_links.opened(data) as links:
        found = discover(folder, "c", links)
    assert found == discover(folder, "c"), "the same without knowing links"
    return {file.source: [path.name for path in file.attached] for file in found.files}


def test_a_page_that_looks_as_it_did_is_not_read(
    folder: Path, tmp_path: Path, read: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def again() -> set[str]:
        read.clear()
        with page_links.opened(tmp_path) as links:
            discover(folder, "c", links)
        return set(read)

    assert len(again()) == 6
    assert again() == set()
    page(folder / "甲" / "1.html", "附件2.pdf")
    assert again() == {"甲/1.html"}
    with monkeypatch.context() as coarse:
        coarse.setattr(looks, "_SETTLED_NS", 7200 * 10**9)
        for _ in range(2):
            assert len(again()) == 6, "what was written just now could be written again without another time on it"
    age(folder / "甲")
    again()
    assert again() == set()
    os.utime(folder / "乙" / "1.html")
    (folder / "乙" / "0.html").unlink()
    assert again() == {"乙/1.html"}


@pytest.mark.parametrize("seed", range(3))
def test_the_listing_is_that_of_the_folder_whatever_happened_to_it(folder: Path, tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    listed(folder, tmp_path)
    for _ in range(6):
        name = chance.choice(("甲", "乙"))
        match chance.randrange(4):
            case 0:
                page(folder / name / f"{chance.randrange(4)}.html", f"附件{chance.randrange(4)}.pdf", "../甲/附件1.pdf")
            case 1:
                (folder / name / f"附件{chance.randrange(4)}.pdf").unlink(missing_ok=True)
            case 2:
                (folder / name / f"附件{chance.randrange(4)}.pdf").write_bytes(b"%PDF")
            case 3:
                (folder / name / f"{chance.randrange(4)}.html").unlink(missing_ok=True)
        listed(folder, tmp_path)


def test_what_is_gone_is_forgotten_and_other_folders_stay(folder: Path, tmp_path: Path) -> None:
    def known() -> int:
        with page_links.opened(tmp_path) as links:
            assert links is not None
            return int(links._database.execute("SELECT COUNT(*) FROM links").fetchone()[0])

    listed(folder / "甲", tmp_path)
    listed(folder / "乙", tmp_path)
    assert known() == 6
    for path in (folder / "甲").glob("*.html"):
        path.unlink()
    listed(folder / "甲", tmp_path)
    assert known() == 3


def test_the_version_follows_the_rules(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    other = tmp_path / "attachments.py"
    other.write_text(Path(str(attachments.__file__)).read_text("utf-8") + "\n", "utf-8")
    before = page_links._version.__wrapped__()
    monkeypatch.setattr(attachments, "__file__", str(other))
    assert page_links._version.__wrapped__() != before


def test_while_another_process_lists_every_page_is_read(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(page_links, "_SECONDS", 0.05)
    with page_links.opened(tmp_path) as first, page_links.opened(tmp_path) as second:
        assert first is not None
        assert second is None
        assert discover(folder, "c", first) == discover(folder, "c", second)


def test_a_file_of_other_rules_is_made_anew_and_a_broken_one_is_named(
    folder: Path, tmp_path: Path, read: list[str]
) -> None:
    listed(folder, tmp_path)
    with page_links.opened(tmp_path) as links:
        assert links is not None
        links._database.execute("PRAGMA user_version = 99")
    read.clear()
    with page_links.opened(tmp_path) as links:
        discover(folder, "c", links)
    assert len(read) == 6, "what other rules read is read again"
    (tmp_path / page_links.FILE).write_bytes(b"no database" * 1000)
    with pytest.raises(SettingsError, match=r"links\.sqlite.*removed"):
        listed(folder, tmp_path)
    (tmp_path / page_links.FILE).unlink()
    assert len(listed(folder, tmp_path)) == 6
    with page_links.opened(tmp_path / "none") as links:
        assert links is None
