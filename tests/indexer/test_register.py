"""After any changes, the relations that were worked out of a part of the documents are those of all of them."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from engine.client import Connection
from engine.protocol import Writer
from engine.server import running_engine
from engine.settings import EngineSettings
from engine.writer import MeiliWriter
from gongwen import copies
from gongwen.types import CitationKind, Genre
from indexer import ledger, relations
from indexer.stored_facts import day_number

START = date(2021, 1, 1)
PLACES = ([], ["330000"], ["330000", "330800"], ["330000", "330100"], ["440000"])
BODIES = ("", "衢州市人民政府", "浙江省人民政府", "国务院")
MATTERS = [
    f"{place}{matter}"
    for place in "山水田林湖"
    for matter in ["防汛", "春耕", "防火", "统计", "公开", "安全", "招生", "就业"]
]
TITLES = tuple(f"关于做好{matter}工作的通知" for matter in MATTERS)
LAWS = tuple(f"{matter}条例" for matter in MATTERS)
TEXTS = tuple(
    f"第{n}篇：" + "".join(random.Random(n).choices("工程建设防汛春耕统计公开安全招生就业条例通知", k=400))
    for n in range(300)
)


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Connection]:
    with running_engine(EngineSettings(data_dir=tmp_path_factory.mktemp("register"))) as connection:
        yield connection


def document(number: int, chance: random.Random, today: date) -> dict[str, Any]:
    """A record of so few names and texts that many have copies, and citations that mean one or more of the others."""
    title = chance.choice([chance.choice(BODIES) + chance.choice(TITLES), chance.choice(["", "中华人民共和国", "浙江省"]) + chance.choice(LAWS)])  # fmt: skip
    text = chance.choice(TEXTS)
    days = [day_number(today + timedelta(chance.randint(-600, 6))) for _ in range(3)]
    record = {
        "id": f"d{number}",
        "title": title,
        "collection": "c",
        "source": f"c/{number}.txt",
        "number_key": chance.choice(
            [None, f"衢政发〔2020〕{chance.randint(1, 300)}号", f"公告2020年第{chance.randint(1, 20)}号"]
        ),
        "signed": chance.choice([None, days[0]]),
        "in_force_from": chance.choice([None, None, days[1]]),
        "expires": chance.choice([None, None, days[2]]),
        "region_codes": chance.choice(PLACES),
        "genre": chance.choice([Genre.NOTICE.value, Genre.DECISION.value, Genre.REGULATION.value, None]),
        "stated_validity": chance.choice([None, "in_force"]),
        "issuers": chance.choice([[], ["衢州市人民政府"], ["浙江省人民政府"]]),
        "length": len(text),
        "signature": chance.choice([None, copies.signature(text + "。以下空白。" * chance.randint(0, 1))]),
        "cited": [cited(chance) for _ in range(chance.choice([0, 0, 0, 1, 2]))],
    }
    return {name: value for name, value in record.items() if value not in (None, [])}


def cited(chance: random.Random) -> dict[str, str]:
    named = {
        "kind": chance.choice(list(CitationKind)).value,
        "number": chance.choice([None, f"衢政发〔2020〕{chance.randint(1, 300)}号", f"公告2020年第{chance.randint(1, 20)}号"]),
        "title": chance.choice([None, chance.choice(TITLES), chance.choice(BODIES) + chance.choice(TITLES), chance.choice(LAWS)]),
    }  # fmt: skip
    return {name: value for name, value in named.items() if value}


async def all_again(writer: Writer, today: date, folder: Path) -> int:
    """Works all out by a register of its own; returns how many documents had other relations stored."""
    with ledger.opened(folder) as other:
        return len(await relations.update(writer, other.register, None, None, today))


@pytest.mark.parametrize("seed", range(3))
def test_what_is_worked_out_of_a_part_is_what_is_worked_out_of_all(
    engine: Connection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    chance, parts = random.Random(seed), []
    whole = relations._concerned

    async def watched(writer: Writer, register: Any, changed: set[str], today: date) -> relations._Concerned | None:
        found = await whole(writer, register, changed, today)
        parts.append((found is not None, len(found.decided) if found else 0))
        return found

    monkeypatch.setattr(relations, "_concerned", watched)

    async def run() -> None:
        writer = MeiliWriter(engine, EngineSettings(data_dir=tmp_path, index_name=f"wenhao-register{seed}"))
        await writer.ensure_index()
        today = START
        held = {f"d{number}": document(number, chance, today) for number in range(300)}
        await writer.put(list(held.values()))
        with ledger.opened(tmp_path) as entries:
            await relations.update(writer, entries.register, None, None, today)
            monkeypatch.setattr(relations, "_PART", 40)  # of 300, so that most of what belongs together is in two parts
            assert await all_again(writer, today, tmp_path / "parts") == 0, "in parts as at once"
            for turn in range(25):
                before = today
                today += timedelta(chance.choice([0, 0, 1, 3]))
                changed = [f"d{chance.randrange(310)}" for _ in range(chance.randint(0, 3))]
                gone = {each for each in changed if chance.random() < 0.3}
                new = {each: document(int(each[1:]), chance, today) for each in changed if each not in gone}
                await writer.delete(sorted(gone))
                await writer.put(list(new.values()))
                await relations.update(writer, entries.register, set(changed), before, today)
                wrong = await all_again(writer, today, tmp_path / f"all{turn}")
                assert wrong == 0, f"turn {turn}: {wrong} documents had other relations, after {changed} of {today}"
        await writer.aclose()

    asyncio.run(run())
    followed = [number for was_part, number in parts if was_part]
    assert len(followed) >= 10, "changes are followed, not all worked out anew"
    assert sum(followed) / len(followed) < 100


def test_a_record_that_a_scan_gives_twice_is_registered_once(tmp_path: Path) -> None:
    record = document(1, random.Random(1), START)
    with ledger.opened(tmp_path) as entries:
        entries.register.put([record, record])
        assert entries.register.count() == 1
        assert len(entries.register.of_ids(["d1"])) == 1
