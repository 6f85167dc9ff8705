"""Relations in the index: written where they changed and nowhere else, taken back when their cause is gone."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from engine.client import Connection
from engine.protocol import Condition, SearchRequest
from engine.reader import MeiliReader
from engine.server import running_engine
from engine.settings import EngineSettings
from tests.support import index_folder

BODY = "为进一步做好全市防汛工作，保障人民群众生命财产安全，现就有关事项通知如下，请认真贯彻执行。" * 5
OLD = f"衢州市人民政府关于做好防汛工作的通知\n衢政发〔2010〕5号\n各县（市、区）人民政府：\n{BODY}\n本通知自2010年6月1日起施行，有效期二十年。\n衢州市人民政府\n2010年5月10日\n"
NEW = f"衢州市人民政府关于加强防汛工作的通知\n衢政发〔2020〕8号\n各县（市、区）人民政府：\n{BODY}\n本通知自2020年6月1日起施行，有效期五年。《衢州市人民政府关于做好防汛工作的通知》（衢政发〔2010〕5号）同时废止。\n衢州市人民政府\n2020年5月10日\n"
OTHER = f"衢州市人民政府关于做好春耕工作的通知\n衢政发〔2011〕6号\n各县（市、区）人民政府：\n{BODY}\n衢州市人民政府\n2011年5月10日\n"
EXPLAINED = f"《衢州市人民政府关于加强防汛工作的通知》政策解读\n近日，市政府印发《关于加强防汛工作的通知》（衢政发〔2020〕8号，以下简称《通知》）。\n{BODY}\n《通知》共五条。\n衢州市应急管理局\n2020年5月12日\n"
TODAY = date(2021, 1, 1)


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Connection]:
    with running_engine(EngineSettings(data_dir=tmp_path_factory.mktemp("relations"))) as connection:
        yield connection


@pytest.fixture
def running(engine: Connection, tmp_path: Path) -> tuple[Connection, EngineSettings]:
    """The engine with an index of the test's own, for relations are those of a whole index."""
    (tmp_path / "data").mkdir()
    return engine, EngineSettings(data_dir=tmp_path / "data", index_name=f"wenhao-{tmp_path.name}")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    found = tmp_path / "documents"
    found.mkdir()
    for name, text in {"old": OLD, "other": OTHER, "new": NEW}.items():
        (found / f"{name}.txt").write_text(text, "utf-8")
    return found


def stored(running: tuple[Connection, EngineSettings], **condition: str) -> dict[str, dict[str, Any]]:
    """Name of the file -> record, of those that pass."""

    async def ask() -> dict[str, dict[str, Any]]:
        reader = MeiliReader(*running)
        conditions = tuple(Condition(field, (value,)) for field, value in condition.items())
        page = await reader.search(SearchRequest(conditions=conditions, limit=100))
        await reader.aclose()
        return {Path(hit.record["source"]).stem: hit.record for hit in page.hits}

    return asyncio.run(ask())


def test_a_repeal_reaches_the_document_that_is_repealed(
    running: tuple[Connection, EngineSettings], folder: Path
) -> None:
    summary = index_folder(folder, "c", *running, today=TODAY)
    found = stored(running)
    assert summary.related == 2, "the two that have to do with each other; the third is right as it was first written"
    assert found["new"]["cited_ids"] == [found["old"]["id"]]
    (effect,) = found["old"]["effects"]
    assert (effect["kind"], effect["day"], effect["id"]) == ("repeals", 20200601, found["new"]["id"])
    assert (effect["title"], effect["number"]) == ("衢州市人民政府关于加强防汛工作的通知", "衢政发〔2020〕8号")
    validity = {name: record["validity"] for name, record in found.items()}
    assert validity == {"old": "repealed", "new": "in_force", "other": "unknown"}
    assert found["old"]["text"], "what is written later leaves the rest as it was"
    assert set(stored(running, cited_ids=found["old"]["id"])) == {"new"}, "cited by is a filter"


def test_a_second_run_writes_no_relation_again(running: tuple[Connection, EngineSettings], folder: Path) -> None:
    index_folder(folder, "c", *running, today=TODAY)
    again = index_folder(folder, "c", *running, today=TODAY)
    assert (again.written, again.related, again.unchanged) == (0, 0, 3)


def test_what_follows_from_a_document_goes_with_it(running: tuple[Connection, EngineSettings], folder: Path) -> None:
    index_folder(folder, "c", *running, today=TODAY)
    (folder / "new.txt").unlink()
    again = index_folder(folder, "c", *running, today=TODAY)
    found = stored(running)
    assert (again.written, again.deleted, again.related) == (0, 1, 1)
    assert (found["old"]["effects"], found["old"]["validity"]) == ([], "in_force")


def test_a_new_document_changes_an_old_one_of_another_collection(
    running: tuple[Connection, EngineSettings], folder: Path, tmp_path: Path
) -> None:
    (folder / "new.txt").unlink()
    assert index_folder(folder, "c", *running, today=TODAY).related == 0
    late = tmp_path / "late"
    late.mkdir()
    (late / "new.txt").write_text(NEW, "utf-8")
    assert index_folder(late, "d", *running, today=TODAY).related == 2
    assert stored(running)["old"]["validity"] == "repealed"


def test_interpretation_and_policy_are_linked_both_ways(
    running: tuple[Connection, EngineSettings], folder: Path
) -> None:
    (folder / "why.txt").write_text(EXPLAINED, "utf-8")
    index_folder(folder, "c", *running, today=TODAY)
    found = stored(running)
    assert found["why"]["explains"] == [found["new"]["id"]]
    assert found["new"]["explained_by"] == [found["why"]["id"]]
    assert found["why"]["validity"] == "unknown", "an interpretation is never in force"


def test_a_day_that_passes_is_a_change(running: tuple[Connection, EngineSettings], folder: Path) -> None:
    index_folder(folder, "c", *running, today=TODAY)
    after = index_folder(folder, "c", *running, today=date(2025, 6, 1))
    assert (after.written, after.related) == (0, 1)
    assert stored(running)["new"]["validity"] == "expired"


def test_a_changed_document_gets_its_relations_again(running: tuple[Connection, EngineSettings], folder: Path) -> None:
    index_folder(folder, "c", *running, today=TODAY)
    (folder / "old.txt").write_text(OLD.replace("现就有关事项", "现将有关事项"), "utf-8")
    again = index_folder(folder, "c", *running, today=TODAY)
    assert (again.written, again.related) == (1, 1)
    assert stored(running)["old"]["validity"] == "repealed"
