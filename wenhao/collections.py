"""Which folder each collection of the index comes from: ``collections.json`` in the data folder.

Two folders of the same name must not delete each other's documents, so a name is bound to the first folder that uses it.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

from gongwen.errors import InputError, SettingsError

FILE = "collections.json"


def known(data_dir: Path) -> dict[str, Path]:
    """Every collection's name and folder (which may be gone), in the order in which they came.

    Raises :class:`~gongwen.errors.SettingsError` when the file is broken.
    """
    path = data_dir / FILE
    try:
        table: dict[str, str] = json.loads(path.read_text("utf-8")) if path.exists() else {}
        return {name: Path(folder) for name, folder in table.items()}
    except (ValueError, AttributeError, TypeError) as error:
        raise SettingsError(f"{path} is no JSON any more ({error}); remove it, it will be written again") from error


def claim(data_dir: Path, name: str, folder: Path) -> str:
    """The collection's name, bound to the folder from now on.

    Raises :class:`~gongwen.errors.InputError` when the name has odd characters or belongs to another folder that still
    exists; a folder that has moved takes its name along.
    """
    check_name(name)
    table = known(data_dir)
    owner = table.get(name)
    if owner not in (None, folder) and owner.exists():
        raise InputError(f"the name {name!r} belongs to {owner}; give this folder another one with --name")
    if owner != folder:
        _write(data_dir, {**table, name: folder})
    return name


def check_name(name: str) -> None:
    """Raises :class:`~gongwen.errors.InputError` when this cannot name a collection."""
    if not re.fullmatch(r"[\w.-]{1,64}", name):
        raise InputError(
            f"{name!r} cannot name a collection; use letters, digits, '.', '-' or '_', for example --name zhejiang"
        )


def name_of(data_dir: Path, folder: Path) -> str:
    """The name under which a folder is known, else the folder's own."""
    return next((name for name, known_folder in known(data_dir).items() if known_folder == folder), folder.stem)


def forget(data_dir: Path, name: str) -> None:
    """Removes a name; an unknown one is no error."""
    table = known(data_dir)
    if table.pop(name, None) is not None:
        _write(data_dir, table)


def _write(data_dir: Path, table: dict[str, Path]) -> None:
    data_dir.mkdir(parents=True, exist_ok=True)
    path = data_dir / FILE
    staged = path.with_suffix(".part")
    staged.write_text(
        json.dumps({name: str(folder) for name, folder in table.items()}, ensure_ascii=False, indent=1), "utf-8"
    )
    staged.replace(path)
