"""Bytes to text: what the file says of itself, and what to do when it lies."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongwen.errors import UnreadableDocument
from indexer.decoding import decode

TEXT = "衢州市人民政府办公室关于印发2014年政务公开工作要点的通知\n衢政办发〔2014〕45号\n各县（市、区）人民政府："


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16", "utf-16-le"])
def test_the_common_encodings(encoding: str) -> None:
    data = TEXT.encode(encoding)
    if encoding == "utf-16-le":
        data = b"\xff\xfe" + data
    assert decode(data) == TEXT


def test_traditional_text_in_big5() -> None:
    text = "杭州市人民政府辦公廳關於進一步加強和改進政務公開工作的通知，各區、縣（市）人民政府，市政府各部門：為貫徹落實中央和省的部署"
    assert decode(text.encode("big5")) == text


@pytest.mark.parametrize("declared", ["gb2312", "GBK", "gb18030", "GB2312"])
def test_a_page_that_declares_gb2312_is_read_as_gb18030(declared: str) -> None:
    page = f'<html><head><meta charset="{declared}"></head><body>镕〔2014〕號</body></html>'
    assert decode(page.encode("gb18030")) == page


def test_a_page_that_lies_is_read_as_what_it_is() -> None:
    page = f'<html><head><meta charset="gb2312"></head><body>{TEXT}</body></html>'
    assert decode(page.encode("utf-8")) == page
    page = f'<html><head><meta charset="utf-8"></head><body>{TEXT * 5}</body></html>'
    assert TEXT in decode(page.encode("gbk"))


@pytest.mark.parametrize(
    ("declared", "why"),
    [
        ("iso-8859-1", "reads any bytes"),
        ("windows-1251", "reads nearly any bytes"),
        ("koi8-r", "reads any bytes"),
        ("euc-kr", "reads most of GB2312 as Korean"),
        ("utf-16", "its name could not be read then"),
        ("unicode_escape", "no encoding of texts, but a codec of Python"),
        ("idna", "a codec of Python that fails"),
        ("utf-7", "not of the web"),
        ("no-such", "unknown"),
    ],
)
@pytest.mark.parametrize("real", ["gbk", "utf-8"])
def test_a_page_that_names_a_wrong_encoding_is_read_as_chinese(declared: str, why: str, real: str) -> None:
    page = f'<html><head><meta charset="{declared}"></head><body>{TEXT}{TEXT}</body></html>'
    data = page.encode(real).replace("衢政办".encode(real), "衢政办".encode(real) + b"\xff", 1)
    assert decode(data).replace("\ufffd", "").replace("\xff", "") == page, why


def test_a_western_text_keeps_its_encoding() -> None:
    page = '<html><head><meta charset="iso-8859-1"></head><body>Résumé à Genève, «œuvre»</body></html>'
    assert decode(page.encode("cp1252")) == page


def test_what_is_said_elsewhere_counts_when_the_file_says_nothing() -> None:
    text = "各區縣人民政府辦公廳"
    assert decode(text.encode("big5"), "big5") == text
    assert decode(f"<meta charset=big5>{text}".encode("big5"), "koi8-r").endswith(text)


def test_a_single_nul_is_no_binary_file() -> None:
    assert decode(TEXT.encode() + b"\0") == TEXT


def test_one_broken_byte_costs_one_place() -> None:
    data = (TEXT * 20).encode("gbk")
    broken = data[:101] + data[102:]
    assert decode(broken)[-40:] == TEXT[-40:]


def test_line_ends_become_one_kind() -> None:
    assert decode("一\r\n二\r三\n".encode()) == "一\n二\n三\n"


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "empty"),
        (b" \n\t", "empty"),
        (b"\x00\x01\x02PK\x03\x04" * 40, "binary"),
        (bytes((7 * n * n + 3 * n) % 128 + 128 for n in range(4000)), "cannot be decoded"),
    ],
)
def test_what_is_no_text_is_refused(data: bytes, words: str) -> None:
    with pytest.raises(UnreadableDocument, match=words) as raised:
        decode(data)
    assert raised.value.stage == "decode"


@given(st.binary(max_size=400))
def test_any_bytes_give_text_or_the_one_error(data: bytes) -> None:
    with contextlib.suppress(UnreadableDocument):
        assert isinstance(decode(data), str)
