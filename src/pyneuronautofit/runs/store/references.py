"""Which evaluations an array consists of.

Populations and gathered vectors of a strategy's state are rows of evaluations, which are in the
store already. Only those that the last state referred to, or that are new, can be in the next one,
so only these are kept here.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from pyneuronautofit._types import FloatArray, IntArray
from pyneuronautofit.runs.store.encoding import Rows

KINDS = ("coordinates", "scores", "both")


class RowIndex:
    """The numbers of evaluations by their content.

    Parameters
    ----------
    n_param, n_score
        Lengths of their coordinates and of their scores.
    """

    def __init__(self, n_param: int, n_score: int) -> None:
        widths = (n_param, n_score, n_param + n_score)
        self._tables = {k: _Table(width) for k, width in zip(KINDS, widths, strict=True)}

    def add(
        self,
        rows: IntArray,
        coordinates: FloatArray,
        scores: FloatArray,
        kinds: Sequence[str] = KINDS,
    ) -> None:
        """Take evaluations in.

        Parameters
        ----------
        rows : IntArray, shape (n_row,)
            Their numbers.
        coordinates : FloatArray, shape (n_row, n_param)
        scores : FloatArray, shape (n_row, n_score)
        kinds
            By what they can be found: `coordinates`, `scores`, or `both`.
        """
        both = np.concatenate([coordinates, scores], axis=1)
        contents = dict(zip(KINDS, (coordinates, scores, both), strict=True))
        for kind in kinds:
            self._tables[kind].add(rows, _bits(contents[kind]))

    def find(self, array: FloatArray) -> Rows | None:
        """Return the rows that an array of any shape consists of, or None."""
        if array.dtype != np.float64 or array.ndim != 2 or not len(array):
            return None
        for kind in ("coordinates", "scores"):
            numbers = self._tables[kind].find(_bits(array))
            if numbers is not None:
                return Rows(kind, numbers)
        return None

    def members(self, coordinates: FloatArray, scores: FloatArray) -> IntArray:
        """Return the rows of a population; empty if some of it are no evaluations."""
        nobody = np.empty(0, dtype=np.int64)
        if not len(coordinates):
            return nobody
        both = np.concatenate([coordinates, scores], axis=1)
        numbers = self._tables["both"].find(_bits(both))
        return nobody if numbers is None else numbers

    def forget(self) -> None:
        """Forget all that was not found since the last call."""
        for table in self._tables.values():
            table.forget()


class _Table:
    """Rows of bits, found by a sum that is nearly always another one for other bits."""

    def __init__(self, width: int) -> None:
        self._width = width
        # Odd, so that no bit gets lost in the product.
        draws = np.random.default_rng(0).integers(0, 2**63, width, dtype=np.uint64)
        self._factors = 2 * draws + np.uint64(1)
        self._sums = np.empty(0, dtype=np.uint64)
        self._rows = np.empty(0, dtype=np.int64)
        self._contents = np.empty((0, width), dtype=np.uint64)
        self._used = np.empty(0, dtype=bool)

    def add(self, rows: IntArray, contents: NDArray[np.uint64]) -> None:
        """Take rows in; of equal ones the first is kept."""
        sums = np.concatenate([self._sums, self._sum(contents)])
        self._sums, first = np.unique(sums, return_index=True)
        self._rows = np.concatenate([self._rows, rows])[first]
        self._contents = np.concatenate([self._contents, contents])[first]
        self._used = np.concatenate([self._used, np.zeros(len(rows), dtype=bool)])[first]

    def find(self, contents: NDArray[np.uint64]) -> IntArray | None:
        """Return the numbers of rows, or None unless all of them are known."""
        if contents.shape[1] != self._width or not len(self._sums):
            return None
        places = np.searchsorted(self._sums, self._sum(contents))
        places = np.minimum(places, len(self._sums) - 1)
        if not np.array_equal(self._contents[places], contents):
            return None
        self._used[places] = True
        return self._rows[places]

    def forget(self) -> None:
        """Forget all that was not found since the last call."""
        used = self._used
        self._sums, self._rows = self._sums[used], self._rows[used]
        self._contents = self._contents[used]
        self._used = np.zeros(len(self._sums), dtype=bool)

    def _sum(self, contents: NDArray[np.uint64]) -> NDArray[np.uint64]:
        # A number's high bits hold its sign and exponent: without mixing they would hardly count.
        mixed = contents ^ (contents >> np.uint64(29))
        return np.asarray((mixed * self._factors).sum(axis=1, dtype=np.uint64))


def _bits(array: FloatArray) -> NDArray[np.uint64]:
    """Return the bits of an array of two dimensions."""
    return np.ascontiguousarray(array).view(np.uint64)
