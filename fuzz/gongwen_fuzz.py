"""Fuzz target: any text through every public reader of the core; what must hold of what they return is checked.

    python -m fuzz.gongwen_fuzz -max_total_time=600 [corpus folder]    with atheris (libFuzzer), which looks for new paths
    python -m fuzz.gongwen_fuzz --plain 600                            without atheris: random texts for so many seconds

A text is made of pieces of official documents and of any characters, so that most of it gets past the first rule. A crash,
a broken promise and a text that takes more than 10 seconds are findings; atheris writes the bytes to ``crash-*``, and
``python -m fuzz.gongwen_fuzz crash-…`` runs them again. Mend what is found and add the text to the tests
of its module.
"""

from __future__ import annotations

import random
import sys
import time
from collections.abc import Iterator
from contextlib import suppress

try:
    import atheris
except ImportError:  # not needed for --plain
    atheris = None

from gongwen import (
    category,
    citations,
    docnumber,
    document,
    identifiers,
    issuer_codes,
    issuers,
    layout,
    lexicon,
    relations,
)
from gongwen.errors import NotADocNumber
from gongwen.normalize import normalize
from gongwen.relations import Cited, Summary
from gongwen.types import CitationKind, Document, Evidence, Page, Span, Where

PIECES = (
    "国发", "国办发", "浙政办发", "财政部", "税务总局", "国务院", "人民政府", "办公厅", "办公室", "浙江省", "衢州市", "衢江区", "鼓楼区",
    "〔2016〕", "（2016）", "2016年", "二〇一六年", "第", "6", "一百零五", "号", "、", "和", "至", "-", "令", "公告", "通告", "关于", "印发",
    "转发", "废止", "修改", "《", "》", "的通知", "的决定", "办法", "条例", "（试行）", "以下简称", "根据", "自", "起施行", "有效期", "五年",
    "同时废止", "：", "。", "，", "；", "\n", "\n\n", " ", "\u3000", "|", "| 1 | 关于做好工作的通知 | 国发〔2001〕1号 |\n", "索引号：", "发文字号：",
    "公开方式：主动公开", "330803/2021-1", "附件1", "各县人民政府：", "特此通知。", "2016年8月17日", "政府信息公开", "年度报告",
    "一、主动公开", "0\n", "总计", "自然人", "件", "關(guān)于", "務", "發", "?己私Y(jié)", "\ue5e5", "\uf0b7", "\ufffd", "〓", "\x00", "\ud800", "\u200c",
    "身份证号330803199001011234", "手机13800138000", "新华社北京2月1日电", "扫一扫", "相关稿件", "现就有关事项通告如下：", "等五部门",
)  # fmt: skip
SLOW = 10.0  # seconds for one text of at most 20,000 characters; a linear reader takes a hundredth of that
SEGMENTER = lexicon.segmenter()


def text_of(data: bytes) -> str:
    """A text that the bytes stand for: each byte a piece, or with the next two any character."""
    pieces, position = [], 0
    while position < len(data):
        byte = data[position]
        if byte < 0xC0:
            pieces.append(PIECES[byte % len(PIECES)])
            position += 1
        else:
            low = int.from_bytes(data[position + 1 : position + 3], "big")
            pieces.append(chr(low if byte < 0xF8 else 0x10000 + (low * 16 + byte) % 0xFFFFF))
            position += 3
    return "".join(pieces)[:20_000]


def check(data: bytes) -> None:
    """Reads the text of the bytes with everything; raises where a promise is broken."""
    text = text_of(data)
    started = time.monotonic()
    for found in _documents(text):
        _check_document(found)
    _read_parts(text)
    taken = time.monotonic() - started
    assert taken < SLOW, f"{taken:.1f} s for {len(text)} characters"


def _documents(text: str) -> Iterator[Document]:
    pages, fragments = layout.read(text)
    assert all(fragment.reason for fragment in fragments)
    for page in pages:
        yield document.read(page)
    metadata = tuple(
        (label, text[:80]) for label in ("文号", "发布日期", "发布机构", "主题分类", "公开方式", "索引号", "有效性")
    )
    yield document.read(Page(text, title=text[:60], metadata=metadata))


def _check_document(found: Document) -> None:
    normal = normalize(found.text)
    assert normal.text == found.text, "the text of a document is not normal"
    named = [getattr(found, name) for name in Document.__dataclass_fields__]
    facts = [
        fact
        for value in named
        for fact in (value if isinstance(value, tuple) else (value,))
        if hasattr(fact, "evidence")
    ]
    for fact in facts:
        _check_evidence(fact.evidence, found)
    spans = [cite.span for cite in found.cites if cite.where is Where.TEXT] + [number.span for number in found.numbers]
    spans += [one.span for one in (*found.figures, *found.contradictions, *found.personal)] + list(found.unreadable)
    assert all(0 <= span.start <= span.end <= len(found.text) for span in spans), "a span outside the text"
    assert "".join(SEGMENTER.cut(found.text)) == found.text, "segmentation lost characters"


def _check_evidence(evidence: Evidence, found: Document) -> None:
    assert evidence.rule
    if evidence.where is Where.TEXT and evidence.span is not None:
        assert evidence.quote == found.text[slice(*evidence.span)], f"{evidence} quotes what is not there"


def _read_parts(text: str) -> None:
    folded = normalize(text).folded
    for each in (text, folded):
        numbers = docnumber.find(each)
        for mention in numbers:
            assert docnumber.parse(str(mention.number)) == mention.number
            issuer_codes.candidates(mention.number.code, mention.number.year)
        citations.find(each, numbers, None, title=each[:200])
        with suppress(NotADocNumber):
            docnumber.parse(each[:100])
        category.of_title(each)
        category.of_stated(each)
        category.openness_of(each)
        identifiers.region_of_index(each)
        issuers.body(each)
        assert all(Span(0, len(each)).end >= span.end for _, span in issuers.of_title(each))
    relations.relate([Summary("a", text), Summary("b", text, cites=(Cited(CitationKind.REPEALS, None, text[:200]),))])


def plain(seconds: float, seed: int) -> int:
    """Random texts for so many seconds; the number of texts read."""
    chance, count, end = random.Random(seed), 0, time.monotonic() + seconds
    while time.monotonic() < end:
        data = chance.randbytes(chance.choice((8, 30, 100, 400, 2000)))
        try:
            check(data)
        except Exception:
            sys.stderr.write(f"found by {data.hex()}\n")
            raise
        count += 1
    return count


def main(arguments: list[str]) -> None:
    """Runs libFuzzer, or random texts with ``--plain SECONDS [SEED]``."""
    if arguments[1:2] == ["--plain"]:
        seconds, seed = float(arguments[2]), int(arguments[3]) if len(arguments) > 3 else int(time.time())
        sys.stdout.write(f"seed {seed}: {plain(seconds, seed)} texts, nothing found\n")
        return
    if atheris is None:
        sys.exit("atheris is not installed: pip install atheris (Linux, Python 3.11-3.13), or use --plain SECONDS")
    atheris.instrument_all()
    atheris.Setup(arguments, check)
    atheris.Fuzz()


if __name__ == "__main__":
    main(sys.argv)
