"""How much a residual may be off: the variance that uncertainties are measured by.

The equations are those of docs/certainty.md.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from pyneuronautofit._types import FloatArray
from pyneuronautofit.optimisers.residuals import ResidualRows

# A stretch of fewer residuals does not say how they hang together.
_LEAST_STRETCH = 8


@dataclass(frozen=True)
class Scale:
    """The variance of one weighted residual, as the parameters feel it.

    Attributes
    ----------
    variance
        s of eq. 3: a weighted residual is off by its root.
    source
        What it was found from: `misfit`, `noise` or `given`.
    n_independent
        How many independent residuals it was found from; 0 where that has no meaning.
    """

    variance: float
    source: str
    n_independent: float = 0.0


def misfit_scale(rows: ResidualRows, weighted: FloatArray, n_free: int) -> Scale:
    """Return the scale that a model's own residuals have (eq. 3).

    Parameters
    ----------
    weighted : FloatArray, shape (n_residual,)
        The model's weighted residuals.
    n_free
        How many parameters were fitted.
    """
    n_independent = sum(
        len(stretch) / correlation_length(stretch) for stretch in _stretches(rows, weighted)
    )
    square = float(np.einsum("i,i->", weighted, weighted))
    return Scale(square / max(n_independent - n_free, 1.0), "misfit", float(n_independent))


def correlation_length(values: FloatArray) -> float:
    """Return over how many of its values a series repeats itself; 1: all are independent.

    One and twice the sum of its autocorrelations up to the first that is not above two standard
    errors of those of noise. The mean is not taken off: what misses the recording all along does so
    once.

    Parameters
    ----------
    values : FloatArray, shape (n,)
    """
    n = len(values)
    square = float(np.einsum("i,i->", values, values))
    if n < _LEAST_STRETCH or square <= 0:
        return 1.0
    length, least = 1.0, 2.0 / np.sqrt(n)
    for lag in range(1, n):
        found = float(np.einsum("i,i->", values[lag:], values[:-lag])) / square
        if found <= least:
            break
        length += 2.0 * found
    return min(length, float(n))


def _stretches(rows: ResidualRows, weighted: FloatArray) -> Iterator[FloatArray]:
    """Yield the residuals that count, in stretches: a sweep's voltage, a spike's shape, ..."""
    changes = (np.diff(rows.sweep) != 0) | (np.diff(rows.spike) != 0)
    edges = [0, *(np.flatnonzero(changes) + 1).tolist(), rows.length]
    for begin, end in itertools.pairwise(edges):
        stretch = weighted[begin:end][rows.fine[begin:end] > 0]
        if len(stretch):
            yield stretch
