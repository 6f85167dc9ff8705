"""A site with nothing but the five real pages."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support import SEEDS, Site, serve


@pytest.fixture(scope="session")
def seeds_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with serve(tmp_path_factory.mktemp("seeds"), {"seeds": SEEDS}) as running:
        yield running
