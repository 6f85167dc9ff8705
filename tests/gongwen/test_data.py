"""The tables of the core are canonical: sorted where order means nothing, without duplicates, with known values."""

from __future__ import annotations

from pathlib import Path

import pytest

from gongwen import data
from gongwen.docnumber import parse
from gongwen.errors import SettingsError
from gongwen.normalize import fold

TABLES = sorted(path.name for path in Path(data.__file__).parent.glob("*.tsv"))
FIELDS = {
    "index_number", "doc_number", "openness", "published", "signed", "dated_by_page", "issuer", "validity", "unified_number", "category",
    "site_genre", "keywords", "title", "site", "summary", "in_force", "expires", "noise",
}  # fmt: skip


@pytest.mark.parametrize("name", TABLES)
def test_tables_are_read(name: str) -> None:
    table = data.rows(name)
    assert table
    assert len({tuple(row.items()) for row in table}) == len(table), "a row stands twice"


@pytest.mark.parametrize("name", [name for name in TABLES if name != "divisions.tsv"])
def test_tables_say_what_they_hold(name: str) -> None:
    text = (Path(data.__file__).parent / name).read_text("utf-8")
    assert text.startswith("# ")
    assert text.endswith("\n")
    assert not [line for line in text.splitlines() if line != line.rstrip(" ")]


@pytest.mark.parametrize(
    ("name", "column"),
    [
        ("central_bodies.tsv", "body"),
        ("number_lead_ins.tsv", "word"),
        ("page_labels.tsv", "label"),
        ("protected_words.tsv", "word"),
        ("body_endings.tsv", "ending"),
        ("genres.tsv", "pattern"),
        ("page_noise.tsv", "pattern"),
    ],
)
def test_no_key_stands_twice(name: str, column: str) -> None:
    keys = [row[column] for row in data.rows(name)]
    assert sorted(key for key in set(keys) if keys.count(key) > 1) == []
    assert all(keys)


@pytest.mark.parametrize(
    ("name", "column"),
    [
        ("issuer_codes.tsv", "code"),
        ("page_labels.tsv", "label"),
        ("number_lead_ins.tsv", "word"),
        ("central_bodies.tsv", "body"),
    ],
)
def test_keys_are_folded(name: str, column: str) -> None:
    assert [row[column] for row in data.rows(name) if fold(row[column]) != row[column]] == []


def test_every_code_is_read_as_a_code() -> None:
    for row in data.rows("issuer_codes.tsv"):
        number = parse(f"{row['code']}〔2016〕6号" if not row["code"].endswith("令") else f"{row['code']}第6号")
        assert number.code == row["code"]


def test_full_names_of_central_bodies_are_bodies_themselves() -> None:
    table = data.rows("central_bodies.tsv")
    bodies = {row["body"] for row in table if not row["full"]}
    assert {row["full"] for row in table if row["full"]} <= bodies


def test_labels_have_known_fields() -> None:
    assert {row["field"] for row in data.rows("page_labels.tsv")} == FIELDS


def test_a_broken_table_is_refused_with_its_place(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "broken.tsv").write_text("# about\ncode\tissuer\n国发\n", "utf-8")
    monkeypatch.setattr(data, "files", lambda _: tmp_path)
    with pytest.raises(SettingsError, match=r"broken\.tsv.*row"):
        data.rows("broken.tsv")
