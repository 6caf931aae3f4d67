"""Compiled helpers: numba functions, and how they are imported only when they are needed.

Importing numba takes the better part of a second, which `--help` should not wait for. Functions
for it live in modules of their own; the others reach such a module through `deferred`.
"""

from __future__ import annotations

import importlib
from typing import Any


class _Deferred:
    def __init__(self, name: str):
        self._name = name

    def __getattr__(self, attribute: str) -> Any:
        return getattr(importlib.import_module(self._name), attribute)


def deferred(name: str) -> Any:
    """Return a stand-in for the module `name`, which is imported when it is first used."""
    return _Deferred(name)
