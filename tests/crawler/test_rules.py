"""Tables of the crawl: which addresses are public, one form of a URL, names of files."""

from __future__ import annotations

import csv
import fnmatch
from pathlib import Path

import pytest

from crawler import addresses, urls
from crawler.addresses import Refused
from crawler.naming import file_of

CASES = Path(__file__).parent / "cases"


def rows(name: str) -> list[dict[str, str]]:
    with (CASES / name).open(encoding="utf-8", newline="") as table:
        return list(csv.DictReader(table, delimiter="\t", quoting=csv.QUOTE_NONE))


@pytest.mark.parametrize("row", rows("addresses.tsv"), ids=lambda row: row["address"])
def test_address(row: dict[str, str]) -> None:
    assert (addresses.fault(row["address"]) is None) == (row["public"] == "yes"), row["reason"]


@pytest.mark.parametrize("row", rows("urls.tsv"), ids=lambda row: row["url"])
def test_url(row: dict[str, str]) -> None:
    if row["normal"] == "-":
        with pytest.raises(Refused):
            urls.normal(row["url"], row["base"])
        return
    assert urls.normal(row["url"], row["base"]) == row["normal"], row["reason"]
    assert urls.normal(row["normal"]) == row["normal"], "it is one form: it stays"


@pytest.mark.parametrize("row", rows("names.tsv"), ids=lambda row: row["url"])
def test_name(row: dict[str, str]) -> None:
    found = str(file_of(row["url"], row["suffix"]))
    assert fnmatch.fnmatchcase(found, row["name"]), f"{found}: {row['reason']}"
    assert not {"..", ""} & set(found.split("/"))


def test_one_private_address_among_public_ones_condemns_the_host() -> None:
    with pytest.raises(Refused, match="--allow-private"):
        addresses.checked("a.cn", 80, allow_private=False, resolver=lambda *_: ["202.106.0.20", "10.0.0.1"])
