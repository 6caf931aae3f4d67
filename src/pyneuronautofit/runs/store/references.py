"""Which evaluations an array consists of.

Populations and gathered vectors of a strategy's state are rows of evaluations, which are in the
store already. Only those that the last state referred to, or that are new, can be in the next one,
so only these are kept here.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

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
        self._width = {"coordinates": n_param, "scores": n_score}
        self._known: dict[str, dict[bytes, int]] = {kind: {} for kind in KINDS}
        self._used: dict[str, set[int]] = {kind: set() for kind in KINDS}

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
        keys = {"coordinates": _keys(coordinates), "scores": _keys(scores)}
        keys["both"] = list(map(bytes.__add__, keys["coordinates"], keys["scores"]))
        for kind in kinds:
            known = self._known[kind]
            for number, content in zip(rows.tolist(), keys[kind], strict=True):
                known.setdefault(content, number)

    def find(self, array: FloatArray) -> Rows | None:
        """Return the rows that an array of any shape consists of, or None."""
        if array.dtype != np.float64 or array.ndim != 2 or not len(array):
            return None
        for kind, width in self._width.items():
            numbers = self._numbers(kind, _keys(array)) if array.shape[1] == width else None
            if numbers is not None:
                return Rows(kind, numbers)
        return None

    def members(self, coordinates: FloatArray, scores: FloatArray) -> IntArray:
        """Return the rows of a population; empty if some of it are no evaluations."""
        keys = list(map(bytes.__add__, _keys(coordinates), _keys(scores)))
        numbers = self._numbers("both", keys)
        return np.empty(0, dtype=np.int64) if numbers is None else numbers

    def _numbers(self, kind: str, keys: Sequence[bytes]) -> IntArray | None:
        numbers = [self._known[kind].get(content) for content in keys]
        found = [number for number in numbers if number is not None]
        if len(found) < len(numbers):
            return None
        self._used[kind].update(found)
        return np.array(found, dtype=np.int64)

    def forget(self) -> None:
        """Forget all that was not found since the last call."""
        for kind, used in self._used.items():
            kept = {c: number for c, number in self._known[kind].items() if number in used}
            self._known[kind] = kept
            self._used[kind] = set()


def _keys(array: FloatArray) -> list[bytes]:
    """Return the bytes of every row."""
    contiguous = np.ascontiguousarray(array)
    return [row.tobytes() for row in contiguous]
