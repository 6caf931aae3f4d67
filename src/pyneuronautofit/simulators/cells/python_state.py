"""What a cell remembers in Python: set back, so that a candidate finds what the class had made."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

# Of cells that hold more than that, all of it is not gone through.
_MOST_OBJECTS = 20_000
# Modules, functions and classes are no part of a cell, and what NEURON has is set back as numbers.
_OTHERS = frozenset({"builtins", "hoc", "nrn", "neuron", "numpy"})


class PythonState:
    """The attributes of a cell, and of all that it holds, as they are now.

    NEURON's own objects are left alone: they are set back as numbers.

    Parameters
    ----------
    cell
        As its class has made it.
    """

    def __init__(self, cell: Any) -> None:
        self._restore: list[Callable[[], None]] = []
        self._seen: dict[int, Any] = {}
        pending = [cell]
        while pending and len(self._seen) < _MOST_OBJECTS:
            found = pending.pop()
            if id(found) in self._seen:
                continue
            # Kept, so that no other object gets its number.
            self._seen[id(found)] = found
            pending += self._take(found)

    def set_back(self) -> None:
        """Let everything be as it was."""
        for restore in self._restore:
            restore()

    def _take(self, found: Any) -> list[Any]:
        """Take note of an object; return what it holds."""
        restore: Callable[[], None] | None = None
        held: list[Any] = []
        if isinstance(found, list):
            elements = held = list(found)
            restore = partial(found.__setitem__, slice(None), elements)
        elif isinstance(found, dict):
            held, restore = list(found.values()), _setting_back(found)
        elif isinstance(found, set):
            restore = partial(_replace, found, set(found))
        elif isinstance(found, tuple):
            held = list(found)
        elif isinstance(found, np.ndarray) and found.flags.writeable:
            restore = partial(found.__setitem__, ..., found.copy())
        elif type(found).__module__.partition(".")[0] not in _OTHERS:
            own = getattr(found, "__dict__", None)
            if isinstance(own, dict):
                held, restore = list(own.values()), _setting_back(own)
        if restore is not None:
            self._restore.append(restore)
        return held


def _setting_back(found: dict[Any, Any]) -> Callable[[], None]:
    items = dict(found)

    def set_back() -> None:
        if found.keys() != items.keys() or any(found[key] is not items[key] for key in items):
            found.clear()
            found.update(items)

    return set_back


def _replace(found: set[Any], members: set[Any]) -> None:
    found.clear()
    found.update(members)
