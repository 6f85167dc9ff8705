"""Personal data is masked before a record leaves the indexer: in every field, with kind and number kept."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.schema import Field
from gongwen.types import Document
from indexer.pipeline import Pipeline
from indexer.privacy import masked, masked_text
from indexer.settings import IndexerSettings
from indexer.sources import discover
from tests.indexer import making

CARD = "11010519491231002X"  # the worked example of GB 11643-1999
PERSON = f"当事人：张三，男，身份证号：{CARD}，电话：13800001111，家庭住址：衢江区樟潭街道府前路12号。"
NOTICE = f"衢州市综合行政执法局行政处罚决定书\n衢综执罚〔2020〕5号\n{PERSON}\n" + "经查，当事人擅自占用城市道路经营，违反有关规定，现决定罚款二百元。\n" * 6 + "咨询电话：13900002222\n衢州市综合行政执法局\n2020年5月5日"  # fmt: skip
SECRETS = (CARD, "13800001111", "府前路12号")


def body(tmp_path: Path, *, mask: bool = True) -> dict[str, object]:
    pipeline = Pipeline(IndexerSettings(mask_personal=mask), date(2026, 1, 1))
    (file,) = discover(tmp_path, "c").files
    (record,) = pipeline.records(file, file.read(), "h").records
    return record


@pytest.mark.parametrize("name", ["a.txt", "a.html", "traditional.txt", "a.zip"])
def test_no_field_of_a_record_holds_what_is_personal(tmp_path: Path, name: str) -> None:
    if name == "a.zip":
        annex = making.xlsx({"附件": [["姓名", "身份证号"], ["张三", CARD]]})
        (tmp_path / name).write_bytes(making.zip_file({"1.txt": NOTICE.encode(), "附件1.xlsx": annex}))
    elif name == "a.html":
        head = f"<html><head><title>关于张三（身份证号{CARD}）的决定</title></head><body>"
        (tmp_path / name).write_text(head + "".join(f"<p>{line}</p>" for line in NOTICE.split("\n")), "utf-8")
    else:
        text = NOTICE.replace("现决定罚款", "現決定(jué)罰款，當事人應當繳納") if "trad" in name else NOTICE
        (tmp_path / name).write_text(text, "utf-8")
    record = body(tmp_path)
    stored = orjson.dumps(record).decode().replace("\u200c", "")
    assert [secret for secret in SECRETS if secret in stored] == []
    assert record[Field.PERSONAL] == {"home_address": 1, "id_card": 1 + (name in ("a.html", "a.zip")), "mobile": 1}
    assert "13900002222" in stored, "a number that an office publishes stays"
    assert "110*************2X" in stored
    if name == "traditional.txt":
        assert "當事人應當" in str(record[Field.ORIGINAL])


def test_it_can_be_switched_off_and_then_the_record_is_another(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(NOTICE, "utf-8")
    record = body(tmp_path, mask=False)
    assert CARD in str(record[Field.TEXT]).replace("\u200c", "")
    assert Field.PERSONAL not in record
    versions = {Pipeline(IndexerSettings(mask_personal=mask), date(2026, 1, 1)).version for mask in (True, False)}
    assert len(versions) == 2


@given(
    st.lists(
        st.sampled_from([PERSON, CARD, "电话：", "13800001111", "關(guān)于", "\u200b", "字", "\n", "|"]), max_size=12
    )
)
def test_masking_keeps_the_length_of_every_text(pieces: list[str]) -> None:
    document = Document("".join(pieces[:3]) or "题", "".join(pieces), original="".join(pieces))
    hidden, counts = masked(document)
    assert (len(hidden.title), len(hidden.text)) == (len(document.title), len(document.text))
    assert bool(counts) == (hidden.text != document.text or hidden.title != document.title)


def test_a_message_is_masked_too() -> None:
    assert masked_text(f"身份证号：{CARD}") == "身份证号：110*************2X"
