"""The code in docs/ runs: SDKs and agents against a live site, front ends through the bundler; fields are those there are."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from api.agents import build
from api.app import build_planner
from api.compat import public
from api.settings import ApiSettings
from engine.reader import MeiliReader
from engine.schema import MAX_TOTAL
from tests.support import ROOT, Site

DOCS = ROOT / "docs"
FRONTENDS = ROOT / "tests" / "frontends"
TEXT = (DOCS / "frontends.md").read_text("utf-8")


def blocks(text: str, language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", text, re.DOTALL)


def run(command: list[str], cwd: Path, code: str | None = None) -> str:
    done = subprocess.run(command, cwd=cwd, input=code, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_python_client(address: str) -> None:
    (code,) = blocks(TEXT, "python")
    total, _, title = run([sys.executable, "-"], ROOT, code.replace("http://127.0.0.1:8000", address)).partition(" ")
    assert int(total) > 1
    assert "老年助餐" in title


def test_the_javascript_client(address: str, tmp_path: Path) -> None:
    code = next(block for block in blocks(TEXT, "js") if 'from "meilisearch"' in block)
    bundled = tmp_path / "client.mjs"
    build_it = ["node_modules/.bin/esbuild", "--bundle", "--platform=node", "--format=esm", f"--outfile={bundled}", "--log-level=error"]  # fmt: skip
    run(build_it, FRONTENDS, code.replace("http://127.0.0.1:8000", address))
    total, _, number = run(["node", str(bundled)], tmp_path).partition(" ")
    assert int(total) >= 1
    assert number.strip() == "衢政办发〔2022〕37号"


def test_the_front_end_is_the_one_tested_in_the_browser() -> None:
    """Widget by widget; that one runs in tests/site/test_frontends.py."""
    documented = next(block for block in blocks(TEXT, "js") if "instantsearch" in block)
    tested = (FRONTENDS / "app.js").read_text("utf-8")
    widgets = re.compile(r"^  (\w+)\(\{", re.MULTILINE)
    assert widgets.findall(documented) == widgets.findall(tested)
    imports = re.compile(r"^import .*?;$", re.MULTILINE | re.DOTALL)
    assert imports.findall(documented) == imports.findall(tested)
    run(["node_modules/.bin/esbuild", "--bundle", "--log-level=error", "--outfile=/dev/null"], FRONTENDS, documented)


def test_the_request_without_a_client(site: Site) -> None:
    (command,) = re.findall(r"^curl .*$", TEXT, re.MULTILINE)
    path, body = re.search(r"8000(/\S+)", command), re.search(r"-d '(.*)'", command)
    assert path is not None
    assert body is not None
    answer = site.client.post(path[1], content=body[1].encode(), headers={"Content-Type": "application/json"})
    assert answer.status_code == 200
    assert answer.json()["hits"]


def named(line: str) -> set[str]:
    """The fields of one item of the list, up to the next item."""
    found = re.search(rf"- {re.escape(line)}.*?：(.*?)(?=\n- |\n\n)", TEXT, re.DOTALL)
    assert found is not None, line
    return set(re.findall(r"`([\w.]+)`", found[1]))


def test_the_fields_are_those_there_are() -> None:
    assert named("可筛选、可作分面") == set(public.FILTERABLE)
    assert named("可排序") == set(public.SORTABLE)
    assert named("可限定在其中检索") == set(public.SEARCHABLE)
    assert named("文件还带有") | set(public.FILTERABLE) >= set(public.SHOWN)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        *(({name: value}, "feature_not_enabled") for name, value in {"distinct": "year", "rankingScoreThreshold": 0.5, "retrieveVectors": True, "showRankingScoreDetails": True}.items()),
        ({"filter": "title CONTAINS 养老"}, "feature_not_enabled"),
        ({"filter": "_geoRadius(1, 2, 3)"}, "invalid_search_filter"),
        ({"hybrid": {"embedder": "x"}}, "invalid_search_embedder"),
        ({"limit": 1001}, "invalid_search_limit"),
    ],
)  # fmt: skip
def test_what_is_said_to_be_refused_is(site: Site, body: dict[str, object], code: str) -> None:
    answer = site.client.post("/indexes/wenhao/search", json=body)
    assert answer.status_code == 400
    assert answer.json()["code"] == code


def test_queries_are_not_merged(site: Site) -> None:
    answer = site.client.post("/multi-search", json={"federation": {}, "queries": []})
    assert (answer.status_code, answer.json()["code"]) == (400, "feature_not_enabled")
    assert site.client.post("/indexes", json={"uid": "x"}).status_code == 403


@pytest.mark.parametrize("query", ["year > 2020", "doc_number = '衢政办發[2022]第37號'", "signed 20220101 TO 20221231", 'region.lvl1 = "浙江省 > 衢州市"'])  # fmt: skip
def test_filters_as_they_are_described(site: Site, query: str) -> None:
    answer = site.client.post("/indexes/wenhao/search", json={"filter": query})
    assert answer.json()["estimatedTotalHits"] >= 1


async def test_the_agent_of_the_documentation(site: Site) -> None:
    """Its Python, over the server in this process in place of the address."""
    from mcp.client.client import Client

    from api.agent_server import build_server

    text = (DOCS / "agents.md").read_text("utf-8")
    (code,) = blocks(text, "python")
    settings = ApiSettings()
    answers = build(MeiliReader(site.connection, site.settings), build_planner(settings), settings, None, None)
    server = build_server(answers)
    said: list[str] = []
    body = "\n".join(f"    {line}" for line in code.replace('"http://127.0.0.1:8001/mcp"', "server").splitlines())
    names = {"server": server, "print": said.append}
    exec(f"async def documented():\n{body}\n", names)  # noqa: S102 - our own documentation
    await names["documented"]()  # type: ignore[operator]
    await answers.aclose()
    assert said[0].startswith("http://127.0.0.1:8000/documents/")
    assert said[1] == "exact"
    async with Client(server) as client:
        tools = {tool.name: tool for tool in (await client.list_tools()).tools}
    for name, tool in tools.items():
        row = next(line for line in text.splitlines() if line.startswith(f"| `{name}` |"))
        given = row.split("|")[2]
        assert set(tool.input_schema["properties"]) == set(re.findall(r"`(\w+)`", given)), name


def test_limits_as_they_are_described() -> None:
    from api.compat import filters, requests
    from gongwen import quotes

    assert f"一次至多 {requests.MAX_HITS} 件" in TEXT
    assert f"一次至多 {requests.MAX_QUERIES} 个查询" in TEXT
    assert f"{filters.MAX_CONDITIONS} 个条件、{filters.MAX_LENGTH} 字" in TEXT
    assert f"至多 {quotes.LONGEST} 字" in (DOCS / "agents.md").read_text("utf-8")
    assert MAX_TOTAL > requests.MAX_HITS
