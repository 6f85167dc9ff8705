"""The next page of a list whose page links are written by a script, as many government site systems do.

What the scripts look like stands as data in ``data/list_scripts.toml``. Pure.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

_LONGEST = 20_000  # characters of one script that are looked at: the templates of these systems have hundreds
_EXTENSIONS = frozenset({"html", "htm", "shtml", "shtm", "jhtml", "jsp"})


@dataclass(frozen=True, slots=True)
class _Script:
    """How the script of one system looks: what must all be in it, and the number of the first page."""

    patterns: tuple[re.Pattern[str], ...]
    first: int


def next_page(script: str) -> str | None:
    """The next page of the list that a script's text pages through, relative to the page it stands in; None for the last
    page and for other scripts.

    >>> next_page('createPageHTML(66, 0, "index", "html");')
    'index_1.html'
    >>> next_page("createPageHTML('page_div', 124, 1, 'index', 'shtml', 1860);")
    'index_2.shtml'
    """
    if "Page" not in script:
        return None
    text = script[:_LONGEST]
    for one in _scripts():
        found = [pattern.search(text) for pattern in one.patterns]
        said = {name: value for match in found if match for name, value in match.groupdict().items()}
        if not all(found) or said["ext"].lower() not in _EXTENSIONS:
            continue
        following = int(said["current"]) + 1
        return f"{said['name']}_{following}.{said['ext']}" if following - one.first < int(said["pages"]) else None
    return None


@cache
def _scripts() -> Sequence[_Script]:
    data = tomllib.loads(files("crawler").joinpath("data/list_scripts.toml").read_text("utf-8"))
    return [_Script(tuple(map(re.compile, one["patterns"])), one["first"]) for one in data["list"]]
