"""Pins and changed lists on a running site, with the real engine."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.support import ROOT, Site, serve

QUESTION = "老年助餐怎么申请"
Write = Callable[[str, str], None]
HEADER = "question\tdocument\treason\tuntil\n"


@pytest.fixture(scope="module")
def lists(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("lists") / "synonyms"
    shutil.copytree(ROOT / "synonyms", folder)
    return folder


@pytest.fixture(scope="module")
def own_site(lists: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The sample corpus with lists of its own; looks for changes at every question."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WENHAO_SYNONYMS", str(lists))
        patch.setattr("api.word_lists._LOOK_EVERY", 0.0)
        with serve(tmp_path_factory.mktemp("pins"), {"corpus": ROOT / "corpus"}) as running:
            yield running


@pytest.fixture
def write(lists: Path) -> Iterator[Write]:
    """Writes a list, with a time of its own so that a change in the same instant is seen, and puts the old one back."""
    before = {path: path.read_bytes() for path in lists.iterdir()}
    moment = [2_000_000_000]

    def written(name: str, text: str) -> None:
        (lists / name).write_text(text, "utf-8")
        moment[0] += 1
        os.utime(lists / name, (moment[0], moment[0]))

    yield written
    for path in lists.iterdir():
        path.unlink()
    for path, content in before.items():
        path.write_bytes(content)


def pin(document: str, until: str = "2099-12-31", question: str = QUESTION) -> str:
    return f"{question}\t{document}\t测试\t{until}\n"


def unrelated(site: Site) -> dict[str, object]:
    """A document that the question does not find by itself."""
    found = {hit["id"] for hit in site.search(QUESTION, per_page=100)["hits"]}
    return next(hit for hit in site.search("", per_page=100)["hits"] if hit["doc_number"] and hit["id"] not in found)


@pytest.mark.parametrize("by", ["id", "doc_number"])
def test_a_pinned_document_comes_first_and_is_counted(own_site: Site, write: Write, by: str) -> None:
    target, before = unrelated(own_site), own_site.search(QUESTION)
    write("pins.tsv", HEADER + pin(str(target[by])))
    answer = own_site.search(QUESTION)
    assert answer["hits"][0]["id"] == target["id"]
    assert [hit["pinned"] for hit in answer["hits"]] == [True] + [False] * (len(answer["hits"]) - 1)
    if answer["relaxed"] == before["relaxed"]:
        assert answer["total"] == before["total"] + 1
    assert sum(value["count"] for value in answer["facets"]["genre"]) == answer["total"]


def test_a_pinned_document_that_is_found_anyway_moves_up_and_is_counted_once(own_site: Site, write: Write) -> None:
    before = own_site.search(QUESTION, per_page=100)
    last = before["hits"][-1]
    write("pins.tsv", HEADER + pin(last["id"]))
    answer = own_site.search(QUESTION, per_page=100)
    assert answer["hits"][0]["id"] == last["id"]
    assert answer["total"] == before["total"]
    assert sorted(hit["id"] for hit in answer["hits"]) == sorted(hit["id"] for hit in before["hits"])


def test_several_pins_keep_the_order_of_the_file_and_pages_show_each_once(own_site: Site, write: Write) -> None:
    found = [hit["id"] for hit in own_site.search(QUESTION, per_page=100)["hits"]]
    wanted = [found[-1], found[0], found[-2]]
    write("pins.tsv", HEADER + "".join(map(pin, wanted)))
    pages = own_site.search(QUESTION, per_page=2)["pages"]
    seen = [
        hit["id"] for page in range(1, pages + 1) for hit in own_site.search(QUESTION, per_page=2, page=page)["hits"]
    ]
    assert seen[:3] == wanted
    assert len(seen) == len(set(seen))


def test_a_pin_does_not_break_a_filter(own_site: Site, write: Write) -> None:
    target = unrelated(own_site)
    write("pins.tsv", HEADER + pin(str(target["id"])))
    other_year = 2022 if target["year"] != 2022 else 2023
    answer = own_site.search(QUESTION, year=other_year)
    assert all(hit["year"] == other_year for hit in answer["hits"])
    assert answer["total"] <= own_site.search(QUESTION)["total"]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (("衢政办发〔2022〕37号", "2020-12-31"), "ended"),
        (("衢政办发〔2022〕9999号", "2099-12-31"), "not in the index"),
        (("0" * 20, "2099-12-31"), "no such id"),
    ],
)
def test_a_pin_without_effect_changes_nothing(own_site: Site, write: Write, row: tuple[str, str], reason: str) -> None:
    before = own_site.search(QUESTION)
    write("pins.tsv", HEADER + pin(*row))
    answer = own_site.search(QUESTION)
    assert [hit["id"] for hit in answer["hits"]] == [hit["id"] for hit in before["hits"]], reason
    assert not any(hit["pinned"] for hit in answer["hits"])


def test_another_question_has_no_pin_and_the_page_says_pinned(own_site: Site, write: Write) -> None:
    write("pins.tsv", HEADER + pin(str(unrelated(own_site)["id"])))
    assert not any(hit["pinned"] for hit in own_site.search("老年助餐")["hits"])
    assert "置顶" in own_site.client.get("/", params={"q": QUESTION}).text
    assert "置顶" not in own_site.client.get("/", params={"q": "老年助餐"}).text


def test_changed_lists_hold_at_the_next_question(own_site: Site, write: Write) -> None:
    assert own_site.search("甲乙丙助餐")["understood"]["synonyms"] == []
    write("mine.txt", "[plain]\n甲乙丙助餐 -> 老年助餐\n")
    assert own_site.search("甲乙丙助餐")["understood"]["synonyms"][0]["also"] == "老年助餐"
    write("mine.txt", "[plain]\n甲乙丙助餐\n")
    assert own_site.search("甲乙丙助餐")["understood"]["synonyms"][0]["also"] == "老年助餐"
