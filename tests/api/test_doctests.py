"""The examples in the docstrings of the interface and of the term counts are true."""

from __future__ import annotations

import doctest
import importlib
import pkgutil

import pytest

import api

MODULES = sorted(module.name for module in pkgutil.walk_packages(api.__path__, "api."))


@pytest.mark.parametrize("name", [*MODULES, "indexer.terms"])
def test_examples(name: str) -> None:
    assert doctest.testmod(importlib.import_module(name)).failed == 0
