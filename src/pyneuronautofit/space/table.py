"""Parameter values as the model takes them, together with the places they belong to."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from pyneuronautofit._types import FloatArray
from pyneuronautofit.space.paths import ParameterPath


@dataclass(frozen=True)
class ParameterTable:
    """Values of several candidates for the same parameters.

    Attributes
    ----------
    targets
        For every column the paths that get its value.
    whole
        For every column whether the model expects a whole number.
    values : FloatArray, shape (n_cand, n_param)
        Each in the unit of the model. nan leaves the cell's own value as it is.
    """

    targets: tuple[tuple[ParameterPath, ...], ...]
    whole: tuple[bool, ...]
    values: FloatArray

    def __len__(self) -> int:
        """Return the number of candidates."""
        return len(self.values)

    def rows(self, chosen: slice | Sequence[int]) -> ParameterTable:
        """Return the table of some of the candidates."""
        return ParameterTable(self.targets, self.whole, self.values[chosen])

    def settings(self, candidate: int) -> Iterator[tuple[ParameterPath, float]]:
        """Yield every path of one candidate with its value, in the order of declaration."""
        for paths, whole, value in zip(
            self.targets, self.whole, self.values[candidate].tolist(), strict=True
        ):
            if np.isnan(value):
                continue
            for path in paths:
                yield path, int(value) if whole else value
