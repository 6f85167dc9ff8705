"""Which folder each collection of the index comes from: ``collections.json`` in the data folder.

Two folders of the same name must not delete each other's documents, so a name is bound to the first folder that uses it.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

from gongwen.errors import InputError, SettingsError

FILE = "collections.json"


def claim(data_dir: Path, name: str, folder: Path) -> str:
    """The collection's name, bound to the folder from now on.

    Raises :class:`~gongwen.errors.InputError` when the name has odd characters or belongs to another folder that still
    exists; a folder that has moved takes its name along.
    """
    if not re.fullmatch(r"[\w.-]{1,64}", name):
        raise InputError(
            f"{name!r} cannot name a collection; use letters, digits, '.', '-' or '_', for example --name zhejiang"
        )
    path = data_dir / FILE
    try:
        known: dict[str, str] = json.loads(path.read_text("utf-8")) if path.exists() else {}
    except ValueError as error:
        raise SettingsError(f"{path} is no JSON any more ({error}); remove it, it will be written again") from error
    owner = known.get(name)
    if owner not in (None, str(folder)) and Path(str(owner)).exists():
        raise InputError(f"the name {name!r} belongs to {owner}; give this folder another one with --name")
    if owner != str(folder):
        data_dir.mkdir(parents=True, exist_ok=True)
        staged = path.with_suffix(".part")
        staged.write_text(json.dumps({**known, name: str(folder)}, ensure_ascii=False, indent=1), "utf-8")
        staged.replace(path)
    return name
