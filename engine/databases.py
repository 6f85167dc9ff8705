"""The databases in a data folder: ``engine-<version>``, one a version of the engine.

The engine opens no database of another version, and an empty one would hide the documents; both are refused here.
"""

from __future__ import annotations

from pathlib import Path

from engine import binary
from gongwen.errors import OtherEngineVersion

ASIDE = ".aside"
"""Ending of a database that is being exchanged for another (:mod:`engine.exchange`)."""


def current(folder: Path) -> Path:
    """Return where the database of our engine is or will be."""
    return folder / f"engine-{binary.VERSION}"


def version_of(database: Path) -> str | None:
    """Return the version the engine wrote into a database (``1.21.0``); None when there is none."""
    try:
        return (database / "VERSION").read_text(encoding="ascii").strip() or None
    except (OSError, UnicodeDecodeError):
        return None


def outdated(folder: Path) -> Path | None:
    """Return the database that must be upgraded before our engine can be used; None when there is nothing to do.

    That is ours when its version is another, or, when ours has no data, the newest of the others.
    """
    ours = version_of(current(folder))
    if ours is not None:
        return None if _numbers(ours) == _numbers(binary.VERSION) else current(folder)
    others = [path for path in folder.glob("engine-[0-9]*") if not path.name.endswith(ASIDE) and version_of(path)]
    return max(others, key=lambda path: _numbers(version_of(path) or ""), default=None)


def mend(folder: Path) -> None:
    """Put back a database that was moved aside when the process that was exchanging it was killed; hold the folder alone."""
    aside = current(folder).with_name(current(folder).name + ASIDE)
    if aside.exists() and not current(folder).exists():
        aside.rename(current(folder))


def check(folder: Path) -> None:
    """Raise :class:`OtherEngineVersion` when the folder holds the data of another version; mend a cut-off exchange."""
    mend(folder)
    found = outdated(folder)
    if found is not None:
        raise OtherEngineVersion(
            f"{found} is the data of engine {version_of(found)}, this program runs engine {binary.VERSION}; "
            "run `wenhao upgrade` (it works on a copy and keeps the old data), or go back to the older program"
        )


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".") if part.isdigit())
