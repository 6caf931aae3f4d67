"""FInitializeHandlers that cells make: they must not outlive their cell.

NEURON calls them whenever it initialises. A handler that calls a method of its cell keeps the cell,
as the cell keeps the handler, and neither Python nor NEURON sees that nobody else needs them: the
handler of a cell that is gone would be called for the cells that follow.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from typing import Any

from pyneuronautofit.errors import ModelError

_NAME = "FInitializeHandler"
_LEFT = (
    "a FInitializeHandler that a cell has made is still there when its cell is gone, and would be "
    "called for the cells that follow: let the cell alone refer to it, by an attribute (a list "
    "outside of the cell keeps it)"
)


class Handlers:
    """The handlers of a process's NEURON, and the cells that have made them.

    Parameters
    ----------
    h
        NEURON's interpreter; what handlers there are now are nobody's here.
    """

    def __init__(self, h: Any) -> None:
        self._there = h.List(_NAME)
        self._n_foreign = self._count()
        self._n_before = self._n_foreign
        self._cells: list[Any] = []
        self._spared: list[Any] = []
        self._n_spared = 0

    def begin(self) -> None:
        """Take note that a cell is about to be made.

        Raises
        ------
        ModelError
            If one that is gone would still be initialised.
        """
        self.release()
        if self._count() > self._n_foreign + self._n_spared:
            gc.collect()
            if self._count() > self._n_foreign + self._n_spared:
                raise ModelError(_LEFT)
        self._n_before = self._count()

    def made(self, cell: Any) -> None:
        """Take note of a cell that was made."""
        if self._count() > self._n_before:
            self._cells.append(cell)

    def spare(self, *, kept: bool) -> None:
        """Let those of the present cells stay, or let go those that stayed."""
        if kept:
            self._spared, self._cells = self._cells, []
        else:
            self._cells, self._spared = [*self._cells, *self._spared], []
        self._n_spared = self._count() - self._n_foreign if kept else 0

    def release(self) -> None:
        """Take the handlers from the cells that are not spared, which ends them."""
        while self._cells:
            _take_handlers(self._cells.pop())

    def _count(self) -> int:
        return int(self._there.count())


def _take_handlers(cell: Any) -> None:
    attributes = getattr(cell, "__dict__", {})
    for name, value in list(attributes.items()):
        if any(map(_is_handler, _elements(value))):
            del attributes[name]


def _elements(value: Any) -> Iterator[Any]:
    if isinstance(value, list | tuple | set):
        yield from value
    elif isinstance(value, dict):
        yield from value.values()
    else:
        yield value


def _is_handler(value: Any) -> bool:
    # NEURON 9 has a class of Python's for each of hoc's.
    if "hoc" not in type(value).__module__:
        return False
    named = getattr(value, "hname", None)
    return named is not None and str(named()).startswith(_NAME)
