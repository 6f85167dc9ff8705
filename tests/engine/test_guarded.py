"""A cluster that asks who one is: who may do what with the roles of ``deploy/opensearch``, and what the others are told."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from pydantic import SecretStr

from engine.opening import open_reader, open_writer
from engine.protocol import SearchRequest
from engine.server import cluster_connection, running_engine
from engine.settings import EngineSettings
from engine.status import status
from gongwen.errors import EngineError, EngineUnavailable
from tests.support import serve

_NOTICE = "关于做好防汛工作的通知\n衢政办发〔2024〕{number}号\n各县（市、区）人民政府：\n请认真落实。\n衢州市人民政府办公室\n2024年5月{number}日\n"


def of_index(settings: EngineSettings, name: str) -> EngineSettings:
    """An index of the test's own."""
    return settings.model_copy(update={"index_name": name})


def test_what_is_indexed_by_one_user_is_searched_by_the_other(guarded: EngineSettings, tmp_path: Path) -> None:
    folder = tmp_path / "公文"
    folder.mkdir()
    for number in range(1, 4):
        (folder / f"{number}.txt").write_text(_NOTICE.format(number=number), "utf-8")
    own = of_index(guarded, "wenhao-whole").model_copy(update={"data_dir": tmp_path / "data"})
    with serve(tmp_path, {"公文": folder}, settings=own) as site:
        found = site.search("衢政办发〔2024〕2号")
        assert [hit["doc_number"] for hit in found["hits"]] == ["衢政办发〔2024〕2号"]
        assert [one["count"] for one in site.search("防汛")["facets"]["year"]] == [3]
        document = site.client.get(f"/api/v1/documents/{found['hits'][0]['id']}")
        assert document.status_code == 200, document.text
        assert site.client.get("/api/v1/suggest", params={"q": "防"}).json()["suggestions"]
        assert site.client.get("/health").status_code == 200
    assert status(own).problem is None
    assert status(own).documents == 3


async def test_the_user_of_the_site_may_not_write(guarded: EngineSettings) -> None:
    own = of_index(guarded, "wenhao-mine")
    with running_engine(own) as connection:
        writer = open_writer(connection, own)
        await writer.ensure_index()
        await writer.put([{"id": "a"}])
        other = open_writer(replace(connection, admin_key=connection.search_key), own)
        for refused in (other.put([{"id": "b"}]), other.delete(["a"]), other.drop("wenhao-mine")):
            with pytest.raises(EngineError, match=r"403: no permissions.*check OPENSEARCH_ADMIN and OPENSEARCH_SEARCH"):
                await refused
        reader = open_reader(connection, own)
        assert [hit.id for hit in (await reader.search(SearchRequest())).hits] == ["a"]
        assert await reader.version(), "known, so that answers are kept"
        for one in (writer, other, reader):
            await one.aclose()


async def test_one_user_alone_can_do_all(guarded: EngineSettings) -> None:
    own = of_index(guarded, "wenhao-alone").model_copy(update={"opensearch_search": None})
    with running_engine(own) as connection:
        writer, reader = open_writer(connection, own), open_reader(connection, own)
        await writer.ensure_index()
        await writer.put([{"id": "a"}])
        assert (await reader.search(SearchRequest())).total == 1
        assert await reader.get("a")
        await writer.aclose()
        await reader.aclose()


async def test_nobody_may_touch_what_is_not_ours(guarded: EngineSettings) -> None:
    own = of_index(guarded, "others")
    with running_engine(own) as connection:
        writer, reader = open_writer(connection, own), open_reader(connection, own)
        for refused in (writer.ensure_index(), reader.search(SearchRequest())):
            with pytest.raises(EngineError, match=r"403: no permissions"):
                await refused
        await writer.aclose()
        await reader.aclose()


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"opensearch_search": SecretStr("wenhao-search:no")}, r"401.*check OPENSEARCH_ADMIN and OPENSEARCH_SEARCH"),
        ({"opensearch_search": None, "opensearch_admin": None}, r"401.*check OPENSEARCH_ADMIN and OPENSEARCH_SEARCH"),
        ({"opensearch_ca": None}, r"certificate.*OPENSEARCH_CA"),
    ],
)
async def test_who_is_not_let_in_is_told_what_to_set(
    guarded: EngineSettings, changed: dict[str, object], told: str
) -> None:
    own = guarded.model_copy(update=changed)
    reader = open_reader(cluster_connection(own), own)
    try:
        with pytest.raises((EngineError, EngineUnavailable), match=told):
            await reader.search(SearchRequest())
    finally:
        await reader.aclose()
