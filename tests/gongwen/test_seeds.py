"""The seed documents, each fact a careful reader finds in them (../shared/data/seeds_gold.json) a test of its own."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from gongwen import document, layout
from gongwen.types import Document, Fragment, Page, Where

SHARED = Path(__file__).resolve().parents[3] / "shared"
GOLD = SHARED / "data" / "seeds_gold.json"
pytestmark = pytest.mark.skipif(
    not GOLD.is_file(), reason="the seeds are not here (../shared); they are not part of the repository"
)
WANTED: list[dict[str, Any]] = json.loads(GOLD.read_text("utf-8"))["documents"] if GOLD.is_file() else []
KEYS = [(i, key) for i, wanted in enumerate(WANTED) for key in wanted if key not in ("file", "part", "figures")]


@cache
def pages_of(file: str) -> tuple[tuple[Page, ...], tuple[Fragment, ...]]:
    return layout.read((SHARED / "seeds" / file).read_text("utf-8"))


@cache
def documents_of(file: str) -> tuple[Document, ...]:
    return tuple(document.read(page) for page in pages_of(file)[0])


def the_document(wanted: dict[str, Any]) -> Document:
    found = [d for d in documents_of(wanted["file"]) if wanted.get("part") in (None, d.title)]
    assert len(found) == 1, [d.title for d in documents_of(wanted["file"])]
    return found[0]


def said(found: Document, key: str) -> object:
    """What the document says under a key of the gold file, as that file writes it."""
    if key == "title":
        return found.title
    if key == "cites":
        return {str(cite.number) for cite in found.cites if cite.number}
    if key == "issuer":
        return "；".join(fact.value.name for fact in found.issuers)
    if key == "region":
        return list(found.region.value.names) if found.region else None
    if key == "region_code":
        return found.region.value.code if found.region else None
    fact = getattr(found, key)
    return fact and (fact.value if isinstance(fact.value, int) else str(fact.value))


@pytest.mark.parametrize(("index", "key"), KEYS, ids=[f"{WANTED[i]['file'][:3]}-{i}-{key}" for i, key in KEYS])
def test_fact(index: int, key: str) -> None:
    wanted = WANTED[index]
    expected = set(wanted[key]) if key == "cites" else wanted[key]
    assert said(the_document(wanted), key) == expected


@pytest.mark.parametrize("wanted", WANTED, ids=[f"{w['file'][:3]}-{i}" for i, w in enumerate(WANTED)])
def test_evidence_is_in_its_place(wanted: dict[str, Any]) -> None:
    found = the_document(wanted)
    facts = [found.doc_number, *found.issuers, found.region, found.year, found.signed, found.published, found.genre]
    places = {Where.TEXT: found.text, Where.TITLE: found.title}
    for fact in facts:
        if fact and fact.evidence.span and fact.evidence.where in places:
            span = fact.evidence.span
            assert places[fact.evidence.where][span.start : span.end] == fact.evidence.quote


@pytest.mark.parametrize("file", sorted({wanted["file"] for wanted in WANTED}))
def test_as_many_documents_as_the_reader_found(file: str) -> None:
    assert len(pages_of(file)[0]) == sum(wanted["file"] == file for wanted in WANTED)


def file(number: str) -> str:
    return next(wanted["file"] for wanted in WANTED if wanted["file"].startswith(number))


def test_000_holds_four_reports_and_stray_fragments() -> None:
    pages, fragments = pages_of(file("000"))
    assert [page.title for page in pages] == [wanted["part"] for wanted in WANTED if wanted["file"] == file("000")]
    assert fragments
    assert all(fragment.text and fragment.reason for fragment in fragments)
    assert not any(fragment.text in page.text for fragment in fragments for page in pages)
    assert not any("请输入搜索" in page.text for page in pages)


def test_001_has_its_tables_again() -> None:
    (page,), _ = pages_of(file("001"))
    lines = page.text.splitlines()
    assert "| 规范性文件 | 6 | 6 | 136 |" in lines
    assert "| 规章 | 0 | 0 | 0 |" in lines
    assert "| 行政许可 | 124956 | 增43571 | 168707 |" in lines
    assert "| 信息内容 | 本年新制作数量 | 本年新公开数量 | 对外公开总数量 |" in lines


def test_001_reads_its_header_as_metadata() -> None:
    (page,), _ = pages_of(file("001"))
    metadata = dict(page.metadata)
    assert metadata["索引号"] == "330803/2021-46933"
    assert metadata["发布单位"] == "衢江区"
    assert "索引号" not in page.text
    assert "当前位置" not in page.text


def test_004_has_no_pinyin_and_keeps_its_original() -> None:
    (page,), _ = pages_of(file("004"))
    # After a Chinese character: 到y(tǒng) in the source is 系統 damaged by an encoding, which nothing can undo.
    assert not re.search(r"[\u4e00-\u9fff]\([a-zāáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜ]+\)", page.text)
    assert "關(guān)于" not in page.text
    assert page.original is not None
    assert "關(guān)于進一步加強" in page.original
    assert "关于进一步加强和改进政务公开工作的通知" in page.text
