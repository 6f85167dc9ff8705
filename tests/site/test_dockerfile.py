"""Dockerfile: from the locks, without root, and what it copies is all that the package needs."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.support import ROOT

TEXT = re.sub(r"\\\n", " ", (ROOT / "Dockerfile").read_text("utf-8"))
LINES = [line.strip() for line in TEXT.splitlines() if line.strip() and not line.startswith("#")]
STAGES = [f"FROM {stage}".splitlines() for stage in "\n".join(LINES).split("FROM ")[1:]]


def instructions(stage: int, name: str) -> list[str]:
    return [line.removeprefix(f"{name} ") for line in STAGES[stage] if line.startswith(f"{name} ")]


def test_what_is_installed_is_what_the_locks_say() -> None:
    assert next(command for command in instructions(0, "RUN") if "npm" in command) == "npm ci"
    installs = [command for command in instructions(1, "RUN") if "pip install" in command]
    assert len(installs) == 2
    assert '--require-hashes -r "${LOCK}"' in installs[0]
    assert instructions(1, "ARG") == ["LOCK=requirements.lock"]
    assert "--no-deps --no-build-isolation ." in installs[1]
    assert not [command for command in instructions(2, "RUN") if re.search(r"\b(pip|npm|apt-get|curl)\b", command)]


def test_it_runs_without_root_as_the_user_of_the_compose_file() -> None:
    assert instructions(2, "USER") == ["10001:10001"]
    assert instructions(2, "ENTRYPOINT") == ['["wenhao"]']
    assert '"10001:10001"' in (ROOT / "docker-compose.yml").read_text("utf-8")


def test_bases_have_a_version_and_can_be_given_by_digest() -> None:
    bases = dict(
        line.removeprefix("ARG ").split("=", 1) for line in LINES if line.startswith(("ARG PYTHON", "ARG NODE"))
    )
    assert {stage[0] for stage in STAGES} == {"FROM ${NODE} AS charts", "FROM ${PYTHON} AS build", "FROM ${PYTHON}"}
    assert all(re.search(r":\d[\w.-]+$", base) for base in bases.values()), bases


def copied() -> list[tuple[str, str]]:
    """What the build stage copies from the repository, and where to."""
    found = []
    for line in instructions(1, "COPY"):
        if not line.startswith("--from"):
            *sources, target = line.split()
            found += [(source, target) for source in sources]
    return found


def test_nothing_that_it_copies_is_ignored() -> None:
    lines = (ROOT / ".dockerignore").read_text("utf-8").splitlines()
    assert lines[0] == "*", "only what is named gets into the build"
    sources = {source.split("/")[0] for source, _ in copied()} | {"web"}
    assert sources == {line.removeprefix("!") for line in lines if line.startswith("!")}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """The names in the wheel that is built from what the Dockerfile copies."""
    folder: Path = tmp_path_factory.mktemp("image")
    for source, target in copied():
        if (ROOT / source).is_dir():
            ignored = shutil.ignore_patterns("__pycache__", "built")
            shutil.copytree(ROOT / source, folder / target, ignore=ignored)
        else:
            shutil.copy(ROOT / source, folder / target)
    (folder / "api/static/built").mkdir()
    (folder / "api/static/built/charts.js").write_text("")
    subprocess.run([sys.executable, "-m", "hatchling", "build", "-t", "wheel"], cwd=folder, check=True, capture_output=True, timeout=120)  # fmt: skip
    with zipfile.ZipFile(next((folder / "dist").glob("*.whl"))) as built:
        return built.namelist()


def test_the_package_has_all_its_data(wheel: list[str]) -> None:
    tracked = subprocess.run(["git", "ls-files", "gongwen", "engine", "indexer", "crawler", "api", "wenhao", "synonyms"], cwd=ROOT, capture_output=True, text=True, check=False, timeout=30)  # fmt: skip
    there = tracked.stdout.splitlines() or [
        path.relative_to(ROOT).as_posix()
        for name in ("gongwen", "engine", "indexer", "crawler", "api", "wenhao", "synonyms")
        for path in (ROOT / name).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    ]
    assert set(there) <= set(wheel), set(there) - set(wheel)
    assert "api/static/built/charts.js" in wheel
