"""Where part of a cluster does not answer: a search says so and is not kept, everything else refuses."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest
from starlette.testclient import TestClient

from api.app import build_planner, create_app
from api.settings import ApiSettings
from engine.opening import open_reader, open_term_reader
from engine.protocol import Reader, SearchPage, SearchRequest
from gongwen.errors import EngineUnavailable
from tests.support import Site


@dataclass
class Broken:
    """The reader of a site, of which a shard is away as long as ``away`` is set."""

    whole: Reader
    away: bool = True

    async def search(self, request: SearchRequest) -> SearchPage:
        page = await self.whole.search(request)
        if self.away and not request.partial_ok:
            raise EngineUnavailable("part of the cluster does not answer")
        return replace(page, partial=self.away)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.whole, name)


@pytest.fixture
def broken(site: Site) -> Broken:
    return Broken(open_reader(site.connection, site.settings))


@pytest.fixture
def client(site: Site, broken: Broken) -> Iterator[TestClient]:
    settings = ApiSettings(rate="off")
    counts = open_term_reader(site.connection, site.settings)
    with TestClient(create_app(broken, build_planner(settings), settings, counts)) as made:  # type: ignore[arg-type]
        yield made


def test_an_answer_says_that_it_is_partial_and_is_not_kept(client: TestClient, broken: Broken) -> None:
    for _ in range(2):
        assert client.get("/api/v1/search", params={"q": "养老"}).json()["partial"] is True
    broken.away = False
    assert client.get("/api/v1/search", params={"q": "养老"}).json()["partial"] is False


@pytest.mark.parametrize(("question", "some"), [("养老", True), ("养老 年份:1901", False), ("yanglao", False)])
@pytest.mark.parametrize("path", ["/", "/embed"])
def test_the_pages_say_so_whether_something_is_found_or_not(
    client: TestClient, broken: Broken, path: str, question: str, *, some: bool
) -> None:
    said = "有一部分文件暂时检索不到"
    assert bool(client.get("/api/v1/search", params={"q": question}).json()["total"]) == some
    assert said in client.get(path, params={"q": question}).text
    broken.away = False
    assert said not in client.get(path, params={"q": question}).text


@pytest.mark.parametrize("path", ["/api/v1/stats", "/api/v1/regions", "/indexes/wenhao/search?q=养老"])
def test_what_cannot_say_so_refuses(client: TestClient, path: str) -> None:
    assert client.get(path).status_code == 503
