"""Personal data is masked before a record leaves the indexer: in every field, with kind and number kept."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.schema import Field
from gongwen.errors import UnreadableDocument
from gongwen.types import Document, Fragment
from indexer import worker
from indexer.pipeline import FileRecords, Pipeline
from indexer.privacy import LONGEST, masked, told
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


@pytest.mark.parametrize("mask", [True, False])
def test_what_the_reject_list_says_of_a_file_is_short_and_masked_too(tmp_path: Path, mask: bool) -> None:
    """A library that cannot read a file may quote it, and so does a fragment; a number at the cut is no less a person's."""
    notice = f"关于印发办法的通知\n衢政发〔2020〕5号\n各单位：\n{'现将办法印发给你们，请认真贯彻执行。' * 20}\n衢州市人民政府\n2020年5月5日"
    quoting = f"名单（当事人：李某某、王某某、张某某，身份证号：{CARD}）"
    (tmp_path / "a.txt").write_text(notice, "utf-8")
    pipeline = Pipeline(IndexerSettings(mask_personal=mask), date(2026, 1, 1))
    (file,) = discover(tmp_path, "c").files
    reasons = []
    for broken in (ValueError(f"no chunk header: '身份证号：{CARD}' " * 1000), UnreadableDocument(f"{PERSON}\n" * 1000, stage="extract")):  # fmt: skip
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(pipeline, "records", _raising(broken))
            reasons.append(worker._answer(pipeline, file)[0].reason)
    with pytest.MonkeyPatch.context() as patched:
        found = FileRecords((), (Fragment(quoting, f"no title: {PERSON * 100}"),))
        patched.setattr(pipeline, "records", lambda *_: found)
        reasons += worker._answer(pipeline, file)[0].fragments
    for reason in reasons:
        assert len(reason) <= 600
        assert (CARD in reason) != mask
        assert (CARD[:10] in reason) != mask


def _raising(error: Exception) -> Callable[..., FileRecords]:
    def records(*_: object) -> FileRecords:
        raise error

    return records


@pytest.mark.parametrize("length", range(LONGEST - 30, LONGEST + 30))
def test_a_number_where_a_reason_is_cut_is_masked(length: int) -> None:
    assert CARD[:8] not in told(f"{'字' * (length - 5)}身份证号：{CARD}。{'字' * 1000}", mask=True)
