"""Documentation that fails: settings, commands and terms are documented; the repository names no outside host in its locks."""

from __future__ import annotations

import re

import pytest
from pydantic_settings import BaseSettings

from api.settings import ApiSettings
from engine.settings import EngineSettings
from indexer.settings import IndexerSettings
from tests.support import ROOT, read_cases

README = (ROOT / "README.md").read_text("utf-8")


@pytest.mark.parametrize("settings", [ApiSettings, EngineSettings, IndexerSettings])
def test_every_setting_is_in_the_readme_and_says_what_it_is(settings: type[BaseSettings]) -> None:
    for name, field in settings.model_fields.items():
        assert field.description, name
        assert str(field.validation_alias) in README, name


def test_the_readme_begins_with_the_two_commands() -> None:
    first_screen = README[:900]
    assert "make run" in first_screen
    assert "make test" in first_screen


def test_every_linked_file_is_there() -> None:
    for path in ROOT.glob("*.md"):
        for target in re.findall(r"\]\((?!https?:)([^)#]+)\)", path.read_text("utf-8")):
            assert (path.parent / target).exists(), f"{path.name} links {target}"


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-cluster.lock", "requirements-dev.lock"])
def test_the_lock_pins_with_hashes_and_names_no_host(name: str) -> None:
    text = (ROOT / name).read_text("utf-8")
    assert "://" not in text
    packages = re.findall(r"^[a-z0-9][\w.-]*==[^\s;\\]+", text, re.MULTILINE)
    assert len(packages) > 40
    assert text.count("--hash=sha256:") >= len(packages)


def test_every_sample_is_in_the_manifest_and_says_that_it_is_fictional() -> None:
    from indexer.decoding import decode
    from indexer.sources import SUFFIXES, read_manifest

    listed = read_manifest(ROOT / "corpus" / "manifest.tsv")
    there = {
        path.relative_to(ROOT / "corpus").as_posix()
        for path in (ROOT / "corpus" / "samples").rglob("*")
        if path.suffix in SUFFIXES
    }
    assert there == listed.keys()
    assert len(there) >= 60
    for name in sorted(there):
        text = re.sub(r"\([a-zà-ǜ]+\)|\s|&nbsp;", "", decode((ROOT / "corpus" / name).read_bytes()))
        assert "本文为检索系统示例文本" in text or "本文為檢索系統示例文本" in text, name
        assert listed[name]["licence"] == "CC0-1.0"
    gold = {row["path"] for row in read_cases(ROOT / "tests" / "cases" / "corpus_gold.tsv")}
    assert gold == there
