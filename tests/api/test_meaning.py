"""Candidates by meaning: vectors made by the real model, kept in the real engine, joined to the keyword candidates."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from api.app import build_planner, create_app
from api.meaning import Meaning
from api.settings import ApiSettings
from engine.client import Connection
from engine.opening import open_passage_reader, open_passage_writer, open_term_reader
from engine.reader import MeiliReader
from engine.server import running_engine
from engine.settings import EngineSettings
from engine.writer import MeiliWriter
from gongwen import sentence_vectors
from indexer.embedding import embed
from tests.support import Site, index_folder

# What each is about is said in other words by the questions below.
DOCUMENTS = {
    "fee.md": "# 衢州市义务教育阶段学生收费标准\n\n小学、初中学生免收学费、杂费。住宿生按标准缴纳住宿费。\n\n2016年5月3日",
    "wage.md": "# 衢州市保障农民工工资支付办法\n\n用人单位应当按月足额支付劳动报酬，不得拖欠。\n\n2017年5月3日",
    "marry.md": "# 婚姻登记工作规范\n\n男女双方应当共同到一方户口所在地的婚姻登记机关申请。\n\n2018年5月3日",
    "flood.md": "# 关于做好防汛抗旱工作的通知\n\n各水库要加强值守，及时开闸泄洪。\n\n2019年5月3日",
    "dog.md": "# 城市养犬管理规定\n\n携犬出户应当束犬链，由成年人牵领。\n\n2020年5月3日",
}
QUESTIONS = {"打工者拿不到薪水怎么办": "wage.md", "小孩上学要花多少钱": "fee.md", "两个人怎么领证结婚": "marry.md"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("meaning")
    for name, text in DOCUMENTS.items():
        (made / name).write_text(text, "utf-8")
    return made


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> EngineSettings:
    return EngineSettings(data_dir=tmp_path_factory.mktemp("engine"))


@pytest.fixture(scope="module")
def connection(settings: EngineSettings) -> Iterator[Connection]:
    with running_engine(settings) as running:
        yield running


def vectors(connection: Connection, settings: EngineSettings) -> tuple[int, int]:
    async def run() -> tuple[int, int]:
        writer = MeiliWriter(connection, settings)
        store = open_passage_writer(connection, settings, sentence_vectors.DIMENSIONS)
        try:
            return await embed(writer, store, sentence_vectors.SentenceEncoder(), lambda *_: None)
        finally:
            await store.aclose()
            await writer.aclose()

    return asyncio.run(run())


@pytest.fixture(scope="module")
def sites(folder: Path, settings: EngineSettings, connection: Connection) -> Iterator[dict[str, Site]]:
    """The same documents asked with and without candidates by meaning."""
    index_folder(folder, "meaning", connection, settings)
    assert vectors(connection, settings) == (len(DOCUMENTS), 0)
    api_settings, made = ApiSettings(), {}
    for name in ("words", "meaning"):
        meaning = Meaning(sentence_vectors.SentenceEncoder, open_passage_reader(connection, settings))
        app = create_app(
            MeiliReader(connection, settings),
            build_planner(api_settings),
            api_settings,
            open_term_reader(connection, settings),
            meaning if name == "meaning" else None,
        )
        made[name] = Site(TestClient(app), connection, settings)
    with made["words"].client, made["meaning"].client:
        yield made


def found(answer: dict[str, object]) -> list[str]:
    by_title = {text.split("\n")[0].removeprefix("# "): name for name, text in DOCUMENTS.items()}
    return [by_title[hit["title"]] for hit in answer["hits"]]  # type: ignore[index, union-attr]


@pytest.mark.parametrize(("question", "wanted"), QUESTIONS.items())
def test_a_question_finds_what_means_the_same(sites: dict[str, Site], question: str, wanted: str) -> None:
    answer = sites["meaning"].search(question, debug=True, synonyms=False)
    assert found(answer)[0] == wanted
    features = {one["name"]: one["adds"] for one in answer["hits"][0]["explain"]["features"]}  # type: ignore[index]
    assert features["meaning"] > 0


@pytest.mark.parametrize("keywords", ["防汛", "养犬管理", "婚姻登记工作规范", '"农民工"'])
def test_keywords_have_no_other_candidates(sites: dict[str, Site], keywords: str) -> None:
    with_meaning, without = (sites[name].search(keywords) for name in ("meaning", "words"))
    assert found(with_meaning) == found(without)
    assert with_meaning["total"] == without["total"]


@pytest.mark.parametrize("question", QUESTIONS)
def test_totals_facets_and_pages_count_candidates_by_meaning(sites: dict[str, Site], question: str) -> None:
    whole = sites["meaning"].search(question, per_page=100)
    assert whole["total"] == len(whole["hits"])  # type: ignore[arg-type]
    paged = [name for page in (1, 2, 3) for name in found(sites["meaning"].search(question, per_page=2, page=page))]
    assert paged == found(whole)
    by_year = {value["value"]: value["count"] for value in whole["facets"]["year"]}  # type: ignore[index]
    assert sum(by_year.values()) == whole["total"]
    for year, count in by_year.items():
        assert sites["meaning"].search(question, year=year)["total"] == count


class Noting:
    """Passages that note the vector that is sought."""

    def __init__(self) -> None:
        self.sought: list[float] = []
        self.limit = 0

    async def any(self) -> bool:
        return True

    async def nearest(self, vector: Sequence[float], limit: int) -> dict[str, float]:
        self.sought, self.limit = list(vector), limit
        return dict([("near", 0.75), ("far", 0.25)][:limit])

    async def aclose(self) -> None:
        pass


async def test_what_is_sought_lies_between_the_question_and_its_words() -> None:
    vectors = {"请问加班费怎么算": [1.0, 0.0], "加班费算": [0.0, 1.0]}
    passages = Noting()
    meaning = Meaning(lambda: lambda texts: [vectors[text] for text in texts], passages)
    assert await meaning.near("请问加班费怎么算", ["加班费", "算"]) == {"near": 0.5, "far": 0.0}
    assert passages.sought == pytest.approx([0.5**0.5, 0.5**0.5])
    await meaning.near("请问加班费怎么算")
    assert passages.sought == [1.0, 0.0], "of a question without such words itself"


@pytest.mark.parametrize(("mean_words", "sought"), [(0.0, 400), (80.0, 400), (300.0, 200), (2300.0, 50)])
async def test_of_long_documents_fewer_are_sought(mean_words: float, sought: int) -> None:
    passages = Noting()
    meaning = Meaning(lambda: lambda texts: [[1.0, 0.0] for _ in texts], passages)
    await meaning.near("加班费怎么算", mean_words=mean_words)
    assert passages.limit == sought


def test_vectors_follow_the_documents(
    sites: dict[str, Site], folder: Path, settings: EngineSettings, connection: Connection
) -> None:
    assert vectors(connection, settings) == (0, 0), "nothing changed"
    (folder / "dog.md").write_text("# 城市养犬管理规定\n\n犬只应当接种狂犬病疫苗。\n\n2020年5月3日", "utf-8")
    (folder / "flood.md").unlink()
    index_folder(folder, "meaning", connection, settings)
    assert vectors(connection, settings) == (1, 1)
    assert "flood.md" not in found(sites["meaning"].search("下大雨发洪水谁来管"))
