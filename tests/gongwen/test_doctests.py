"""The examples in the docstrings of the core are true."""

from __future__ import annotations

import doctest
import importlib
import pkgutil

import pytest

import gongwen

MODULES = sorted(
    module.name for module in pkgutil.walk_packages(gongwen.__path__, "gongwen.") if "__main__" not in module.name
)


@pytest.mark.parametrize("name", ["gongwen", *MODULES])
def test_examples(name: str) -> None:
    assert doctest.testmod(importlib.import_module(name)).failed == 0
