"""The folders of the collections as an indexing run meets them: listed, or left out with the reason."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from engine.settings import EngineSettings
from gongwen.errors import InputError, SettingsError
from indexer import page_links
from indexer.ledger import Ledger
from indexer.sources import Listing, discover
from wenhao import collections


@dataclass(frozen=True, slots=True)
class Missing:
    """A collection that could not be compared with its folder, and how many documents the index has of it: its folder is gone
    (None: was never known here), or there is a ``fault`` in it.
    """

    name: str
    folder: Path | None
    documents: int
    fault: str = ""

    def __str__(self) -> str:
        if self.fault:
            return f"{self.name}（{self.documents} 件，原样留着）：{self.fault}"
        where = f"文件夹 {self.folder} 已不存在" if self.folder else "不知道来自哪个文件夹"
        return (
            f"{self.name}（{self.documents} 件）：{where}。恢复该文件夹；或者它已移走：wenhao index 新位置 --name {self.name}；"
            f"或者不再需要：wenhao forget {self.name}"
        )


def named(folders: Sequence[Path], settings: EngineSettings) -> list[tuple[str, Path]]:
    """Name and place of the folders given, or of all known ones that are there."""
    if folders:
        return [(collections.name_of(settings.data_dir, root), root) for root in map(Path.resolve, folders)]
    return [(name, root) for name, root in collections.known(settings.data_dir).items() if _is_there(root)]


def _is_there(root: Path) -> bool:
    try:
        return root.exists()
    except OSError:  # above it is a folder that may not be entered
        return False


def listings_of(
    named: Iterable[tuple[str, Path]], settings: EngineSettings, *, given: bool = False
) -> tuple[list[Listing], dict[str, str]]:
    """What the folders hold, and by collection why one could not be listed.

    Raises :class:`~gongwen.errors.InputError` when somebody has ``given`` them and none can be listed.
    """
    listings: list[Listing] = []
    faults: dict[str, str] = {}
    for name, root in named:
        try:
            listings.append(listed(root, name, settings))
        except (InputError, SettingsError) as error:
            faults[name] = str(error)
    if given and not listings:
        raise InputError("；".join(faults.values()))
    return listings, faults


def listed(root: Path, name: str, settings: EngineSettings) -> Listing:
    """What the folder holds; raises as :func:`indexer.sources.discover`."""
    with page_links.opened(settings.data_dir) as links:
        return discover(root, name, links)


def without_emptied(
    listings: list[Listing], faults: Mapping[str, str], entries: Ledger
) -> tuple[list[Listing], dict[str, str]]:
    """The listings but those of folders that are empty now and of which the index holds documents, which become faults: a
    share that is not mounted looks so."""
    held = entries.documents()
    emptied = {
        one.collection: f"文件夹里一件也没有，是不是没有挂载；确实不要了：wenhao forget {one.collection}"
        for one in listings
        if not one.files and held.get(one.collection)
    }
    return [one for one in listings if one.collection not in emptied], dict(faults) | emptied


def left_out(
    faults: Mapping[str, str], entries: Ledger, settings: EngineSettings, *, whole: bool = True
) -> tuple[Missing, ...]:
    """What could not be compared for a fault, and, with ``whole``, every collection whose folder is gone."""
    known, counts = collections.known(settings.data_dir), entries.documents()
    gone = [name for name in dict.fromkeys((*counts, *known)) if name not in known or not _is_there(known[name])]
    reasons = dict.fromkeys(gone, "") | dict(faults) if whole else faults
    return tuple(Missing(name, known.get(name), counts.get(name, 0), fault) for name, fault in reasons.items())
