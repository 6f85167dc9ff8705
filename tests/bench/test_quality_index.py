"""The index of a set: every document of every source goes by the name its questions know it by."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bench.quality.documents import Source
from bench.quality.index import index_of


def test_rows_of_several_sources_are_named_by_their_ids(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bench.quality.index.CACHE", tmp_path / "cache")
    for name, title in (("notices", "关于公布停车收费标准的通知"), ("laws", "湿地保护条例")):
        (tmp_path / name).mkdir()
        row = {"id": f"{name}-7", "title": title, "text": f"{title}。本件自公布之日起施行。"}
        (tmp_path / name / "docs.jsonl").write_text(json.dumps(row, ensure_ascii=False), "utf-8")
    sources = (Source(tmp_path / "notices" / "docs.jsonl"), Source(tmp_path / "laws" / "docs.jsonl"))
    with index_of(sources) as index:
        assert sorted(index.names.values()) == ["laws-7", "notices-7"]
