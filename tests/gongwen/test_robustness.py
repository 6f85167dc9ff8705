"""Junk for every public function that takes text, and time that grows with the text and not with its square."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gongwen import (
    category,
    citations,
    cited_lists,
    cited_names,
    dates,
    docnumber,
    document,
    figures,
    genre,
    identifiers,
    issuers,
    labels,
    layout,
    lexicon,
    numerals,
    personal,
    regions,
    relations,
    tables,
    titles,
)
from gongwen import normalize as normalizing
from gongwen.errors import NotADocNumber
from gongwen.relations import Cited, Summary
from gongwen.types import CitationKind, Page, Span
from gongwen.words import Segmenter

SEGMENTER = Segmenter()


def parse(text: str) -> None:
    with suppress(NotADocNumber):
        docnumber.parse(text)


def read_page(text: str) -> None:
    document.read(
        Page(
            text,
            title=text[:50],
            metadata=(("文号", text[:50]), ("发布日期", text[:50]), ("发布机构", text[:50]), (text[:50], "值")),
        )
    )


READERS: dict[str, Callable[[str], object]] = {
    "normalize": normalizing.normalize,
    "docnumber.find": docnumber.find,
    "docnumber.parse": parse,
    "dates.find": dates.find,
    "dates.parse": dates.parse,
    "dates.find_years": dates.find_years,
    "genre.of_title": genre.of_title,
    "issuers.of_title": issuers.of_title,
    "issuers.body": issuers.body,
    "issuers.signature": lambda text: issuers.signature([(0, text)]),
    "labels.field_of": labels.field_of,
    "labels.pairs_in": labels.pairs_in,
    "tables.rejoin": lambda text: tables.rejoin(text.split("\n")),
    "tables.cells": tables.cells,
    "layout.read": layout.read,
    "document.read": read_page,
    "citations.find": lambda text: citations.find(text, docnumber.find(text), None),
    "citations.find titled": lambda text: citations.find(text, (), None, title=text, explains=True),
    "category.of_title": category.of_title,
    "category.of_stated": category.of_stated,
    "category.openness_of": category.openness_of,
    "identifiers.region_of_index": identifiers.region_of_index,
    "figures.find": figures.find,
    "personal.find": personal.find,
    "issuers.joint": issuers.joint,
    "issuers.begins_with_central": issuers.begins_with_central,
    "issuers.is_body": issuers.is_body,
    "cited_lists.find": cited_lists.find,
    "cited_names.key": cited_names.key,
    "cited_names.unwrapped": cited_names.unwrapped,
    "cited_names.without_issuer": cited_names.without_issuer,
    "relations.relate": lambda text: relations.relate(
        [Summary("a", text), Summary("b", text, cites=(Cited(CitationKind.REPEALS, None, text),))]
    ),
    "numerals.value": numerals.value,
    "titles.find": lambda text: titles.find(text.split("\n")),
    "titles.bare": titles.bare,
    "regions.find": lambda text: regions.find(text, short=True),
    "regions.resolve": regions.resolve,
    "words.cut": SEGMENTER.cut,
    "words.words": SEGMENTER.words,
    "lexicon.digest": lambda text: lexicon.digest([text]),
}
JUNK = [
    "",
    " ",
    "\n",
    "\x00",
    "\ud800",
    "\udfff〔",
    "⑱",
    "3²",
    "٣",
    "号",
    "〔〕",
    "第号",
    "年月日",
    "《》",
    "|",
    "\t",
    "：",
    "😀国发〔2016〕6号",
    "a" * 500,
]


@pytest.mark.parametrize("name", READERS)
@pytest.mark.parametrize("text", JUNK, ids=map(ascii, JUNK))
def test_junk(name: str, text: str) -> None:
    READERS[name](text)


@settings(deadline=None, max_examples=60)
@given(
    st.text(st.characters(codec=None, exclude_categories=()), max_size=80)
    | st.text(
        alphabet="国发政府办〔〕《》()第令号年月日：:|\t\n 2016一根据通知。浙江省衢州市区\ud800\u200b", max_size=80
    )
)
def test_any_text(text: str) -> None:
    for reader in READERS.values():
        reader(text)


@pytest.mark.parametrize("name", READERS)
def test_a_hundred_thousand_brackets(name: str) -> None:
    READERS[name]("〔" * 100_000)


NASTY = {
    "open brackets": "〔",
    "brackets": "〔〕",
    "parentheses": "（",
    "digits": "1",
    "title marks": "《",
    "titles": "《办法》",
    "unclosed titles": "《公文处理办法",
    "lead-ins": "根据",
    "years": "2016年第",
    "bracketed years": "〔2016〕",
    "serials": "国发〔2016〕1、",
    "numbered": "1、",
    "Chinese numerals": "一",
    "pipes": "|",
    "pipes and lines": "|\n",
    "tabs": "\t",
    "spaces": " ",
    "line breaks": "\n",
    "labels": "文号：",
    "label characters": "索 引 ",
    "governments": "人民政府",
    "endings": "局",
    "places": "衢州市",
    "orders": "令第",
    "reversed orders": "国务院第711号令",
    "second years": "国发〔2016〕5号和〔2017〕6号和",
    "ranges": "国发〔2016〕5-7、",
    "spaced codes": "国 办 发 ",
    "joint bodies": "财政部、",
    "years once": "2016年度",
    "questions": "常见问题解答",
    "related": "相关稿件\n",
    "private use": "\ue000",
    "dates": "2016-",
    "traditional": "關(",
    "numbers in lines": "规章\n0\n",
    "commas": "，",
    "genres": "预算",
    "ends": "的通知",
    "short names": "《办法规定》(以下简称《办法》)",
    "short names used": "《办法》、",
    "lists": "下列文件废止:\n1.关于做好工作的通知\n",
    "numbered lists": "1.《公文处理办法》\n",
    "rows of documents": "| 1 | 关于做好工作的通知 | 国发〔2001〕1号 |\n",
    "terms": "本办法自2020年1月1日起施行,有效期五年",
    "terms in sentences": "有效期五年。",
    "issued": "关于印发",
}
# A quadratic reader takes four times as long for twice the text: 3.5 is the bound, and only times long enough to be
# measured count (a linear reader takes 3 ms for 20,000 characters; a quadratic one of 1 us a step, minutes).
SIZE, BOUND, LEAST = 20_000, 3.5, 0.15


@pytest.mark.parametrize("unit", NASTY.values(), ids=NASTY)
@pytest.mark.parametrize("name", READERS)
def test_time_is_linear(name: str, unit: str) -> None:
    reader = READERS[name]
    text = unit * (SIZE // len(unit))
    once = _time(reader, text)
    if once < LEAST:
        return
    assert min(_time(reader, text * 2) for _ in range(2)) < BOUND * min(once, _time(reader, text)), f"{once:.2f} s"


def _time(reader: Callable[[str], object], text: str) -> float:
    start = time.perf_counter()
    reader(text)
    return time.perf_counter() - start


def test_cutting_with_many_whole_stretches_is_linear() -> None:
    text = "国发〔2016〕6号" * 5_000
    spans = [Span(m.code_span.start, m.code_span.end) for m in docnumber.find(text)]
    assert "".join(SEGMENTER.cut(text, spans)) == text
