"""The site most tests ask: sample corpus and, where they are, the real pages."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support import ROOT, SEEDS, Site, serve


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The sample corpus, and the real pages when they are there, indexed and served by the real engine."""
    folders = {"corpus": ROOT / "corpus"} | ({"seeds": SEEDS} if SEEDS.is_dir() else {})
    with serve(tmp_path_factory.mktemp("site"), folders) as running:
        yield running
