"""The tools of agents, asked by the SDK's own client, over the sample corpus and the real engine."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from mcp.client.client import Client

from api.agent_server import build_server
from api.agents import Agents, build
from api.app import build_planner
from api.plan import Planner
from api.settings import ApiSettings
from engine.opening import open_term_reader
from engine.reader import MeiliReader
from tests.support import Site, read_cases

SITE = "https://wenhao.example/gov"
SETTINGS = ApiSettings(public_url=SITE)
QUOTES = read_cases(Path(__file__).parent / "cases" / "agent_quotes.tsv")


@cache
def planner() -> Planner:
    return build_planner(SETTINGS)


class Asked:
    """An agent that connects for each question."""

    def __init__(self, answers: Agents) -> None:
        self.answers = answers

    def client(self) -> Client:
        return Client(build_server(self.answers))

    async def told(self, tool: str, **arguments: Any) -> dict[str, Any]:
        async with self.client() as client:
            answer = await client.call_tool(tool, arguments)
        assert not answer.is_error, answer.content
        assert answer.structured_content is not None
        return answer.structured_content

    async def refused(self, tool: str, **arguments: Any) -> str:
        async with self.client() as client:
            answer = await client.call_tool(tool, arguments)
        assert answer.is_error, answer.structured_content
        return str(answer.content[0].text)  # type: ignore[union-attr]


@pytest.fixture
async def agent(site: Site) -> AsyncIterator[Asked]:
    reader, counts = MeiliReader(site.connection, site.settings), open_term_reader(site.connection, site.settings)
    answers = build(reader, planner(), SETTINGS, counts, None)
    yield Asked(answers)
    await answers.aclose()


async def test_the_tools_only_read_and_say_how_to_use_them(agent: Asked) -> None:
    async with agent.client() as client:
        tools = (await client.list_tools()).tools
        instructions = client.instructions or ""
    assert {tool.name for tool in tools} == {"search", "document", "number", "verify_quote", "figures"}
    for tool in tools:
        assert tool.annotations is not None
        assert tool.annotations.read_only_hint
        assert re.search(r"[\u4e00-\u9fff]", tool.description or "")
        assert re.search(r"[a-z]{4}", tool.description or "")
        assert tool.output_schema
        assert tool.input_schema["additionalProperties"] is False
    assert "verify_quote" in instructions


async def test_a_search_finds_what_the_site_finds(agent: Asked, site: Site) -> None:
    told = await agent.told("search", q="老年助餐", region=["浙江省"], year=[2021, 2022])
    there = site.search("老年助餐", region="浙江省", year=[2021, 2022], per_page=8)
    assert told["total"] == there["total"]
    assert [one["id"] for one in told["documents"]] == [hit["id"] for hit in there["hits"]]  # type: ignore[attr-defined]
    first = told["documents"][0]
    assert first["url"] == f"{SITE}/documents/{first['id']}"
    assert "老年助餐" in first["passage"]
    assert "<" not in first["passage"]
    assert told["notes"] == []
    assert unquote(told["url"]).startswith(f"{SITE}/?q=老年助餐&region=浙江省&year=2021&year=2022")


async def test_what_was_read_otherwise_is_said(agent: Asked) -> None:
    assert "laonianzhucan" in (await agent.told("search", q="laonianzhucan"))["notes"][0]
    nothing = await agent.told("search", q="魑魅魍魉")
    assert (nothing["total"], nothing["documents"]) == (0, [])


async def test_a_document_comes_in_parts_with_its_evidence(agent: Asked, site: Site) -> None:
    whole = site.client.get(f"/api/v1/documents/{await identifier(agent, '衢政办发〔2022〕37号')}").json()
    text, start = "", 0
    while start is not None:
        part = await agent.told("document", document="衢政办发[2022]第37号", start=start, length=500)
        text += part["text"]
        start = part["next_start"]
    assert text == whole["text"]
    assert part["characters"] == len(text)
    assert part["url"] == f"{SITE}/documents/{part['id']}"
    assert f"{whole['title']}: 衢政办发〔2022〕37号[A/OL]" in part["citation"]
    assert [one["fact"] for one in part["evidence"]] == [one["fact"] for one in whole["evidence"]]
    for one in part["evidence"]:
        if one["where"] == "text" and one["span"]:
            assert text[slice(*one["span"])] == one["quote"]
    assert part["validity"] == whole["validity"]
    assert part["cites_total"] == len(whole["cites"])


async def test_only_the_facts_of_a_document(agent: Asked) -> None:
    told = await agent.told("document", document="衢政办发〔2022〕37号", length=0)
    assert (told["text"], told["next_start"]) == ("", 0)


async def test_a_number_in_any_writing(agent: Asked) -> None:
    told = await agent.told("number", writing="衢政办發[2022]第37號")
    assert told["canonical"] == "衢政办发〔2022〕37号"
    assert told["issuer"]["name"] == "衢州市人民政府办公室"
    assert [one["url"] for one in told["documents"]] == [f"{SITE}/documents/{told['documents'][0]['id']}"]
    assert told["cited_by_total"] >= len(told["cited_by"]) > 1
    unknown = await agent.told("number", writing="国办发〔1999〕1号")
    assert (unknown["documents"], unknown["issuer"]["name"]) == ([], "国务院办公厅")


@pytest.mark.parametrize("case", QUOTES, ids=[case["reason"] for case in QUOTES])
async def test_quotations(agent: Asked, site: Site, case: dict[str, str]) -> None:
    told = await agent.told("verify_quote", quotation=case["quotation"], document=case["document"])
    assert told["verdict"] == case["verdict"], case["reason"]
    assert (told["where"] or "") == case["where"]
    assert ";".join(f"{one['quoted']}>{one['found']}" for one in told["differences"]) == case["differences"]
    if told["span"] is None:
        assert told["url"] == f"{SITE}/documents/{told['document']}"
        return
    text = site.client.get(f"/api/v1/documents/{told['document']}").json()[told["where"]]
    assert text[slice(*told["span"])] == told["found"]
    assert told["before"] + told["found"] + told["after"] in text
    if told["where"] == "title":
        assert told["url"] == f"{SITE}/documents/{told['document']}"
        return
    page, _, place = told["url"].partition("#")
    line, _, words = place.partition(":~:text=")
    assert page == f"{SITE}/documents/{told['document']}"
    assert told["found"].startswith(unquote(words))
    shown = site.client.get(f"/documents/{told['document']}").text
    assert f'id="{line}"' in shown


async def test_every_title_stands_in_its_document(agent: Asked, site: Site) -> None:
    for hit in site.search("", per_page=100)["hits"]:  # type: ignore[attr-defined]
        told = await agent.told("verify_quote", quotation=hit["title"], document=hit["id"])
        assert told["verdict"] == "exact", hit["title"]
        assert told["where"] in ("text", "title")


async def test_figures_of_an_indicator(agent: Asked, site: Site) -> None:
    told = (await agent.told("figures", indicator="收到申请", region=["浙江省"], limit=2))["indicator"]
    there = site.client.get("/api/v1/figures", params={"indicator": "received", "region": "浙江省"}).json()
    assert len(told["cells"]) == 2
    assert told["total"] == there["total"] > 2
    assert told["sums"] == there["sums"], "sums are of all reports, not of those listed"
    assert told["cells"][0]["url"] == SITE + there["cells"][0]["url"]


async def test_figures_of_a_report_stand_in_their_rows(agent: Asked) -> None:
    cells = (await agent.told("figures", indicator="received", region=["安顺市"], year=[2020]))["indicator"]["cells"]
    report = (await agent.told("figures", document=cells[0]["document"]))["report"]
    assert len(report["rows"]) > 20
    for row in report["rows"]:
        assert row["url"].startswith(f"{SITE}/documents/{report['id']}#at")
        assert all(written(cell["value"]) in row["row"].replace(",", "") for cell in row["cells"])
    totals = [cell["value"] for row in report["rows"] for cell in row["cells"] if cell["indicator"] == ["本年新收政府信息公开申请数量"] and cell["party"] == "总计"]  # fmt: skip
    assert totals == [cells[0]["value"]]
    assert (await agent.told("figures", document="衢政办发〔2022〕37号"))["report"]["rows"] == []


async def test_which_indicators_there_are(agent: Asked) -> None:
    told = await agent.told("figures")
    assert "收到申请" in [one["name"] for one in told["indicators"]]
    assert told["indicator"] is told["report"] is None


REFUSED = [
    ("search", {"colour": "red"}, "colour"),
    ("search", {"region": ["无此地"]}, "no region is named 无此地"),
    ("search", {"genre": ["小说"]}, "小说"),
    ("search", {"q": "长" * 301}, "300"),
    ("search", {"per_page": 21}, "per_page"),
    ("document", {"document": "nothing"}, "there is no document nothing"),
    ("document", {"document": "国办发〔1999〕1号"}, "国办发〔1999〕1号"),
    ("document", {"document": "湿地保护"}, "湿地保护"),
    ("document", {"document": "a", "start": -1}, "start"),
    ("number", {"writing": "湿地保护"}, "杭政办发电〔2016〕6号"),
    ("verify_quote", {"quotation": " ", "document": "衢政办发〔2022〕37号"}, "quotation is empty"),
    ("verify_quote", {"quotation": "长" * 501, "document": "衢政办发〔2022〕37号"}, "at most 500"),
    ("figures", {"indicator": "湿地面积"}, "no indicator 湿地面积"),
    ("figures", {"region": ["浙江省"]}, "indicator"),
    ("figures", {"document": "衢政办发〔2022〕37号", "indicator": "received"}, "cannot be given with indicator"),
]


@pytest.mark.parametrize(("tool", "arguments", "named"), REFUSED)
async def test_what_cannot_be_asked_is_named(agent: Asked, tool: str, arguments: dict[str, Any], named: str) -> None:
    said = await agent.refused(tool, **arguments)
    assert named in said
    assert "Traceback" not in said


async def test_when_the_engine_is_away_it_is_said_without_its_address(site: Site) -> None:
    from dataclasses import replace

    away = replace(site.connection, url="http://127.0.0.1:9")
    answers = build(MeiliReader(away, site.settings), planner(), SETTINGS, None, None)
    said = await Asked(answers).refused("search", q="湿地")
    await answers.aclose()
    assert "Not available at the moment" in said
    assert "127.0.0.1" not in said


def written(value: float) -> str:
    """A value as a table prints it but for its sign, which may be a word: 减14."""
    return f"{abs(value):.8f}".rstrip("0").rstrip(".")


async def identifier(agent: Asked, number: str) -> str:
    return str((await agent.told("number", writing=number))["documents"][0]["id"])
