"""How much a residual may be off: the variance that uncertainties are measured by.

The equations are those of docs/certainty.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pyneuronautofit._types import BoolArray, FloatArray, IntArray
from pyneuronautofit.optimisers.residuals import ResidualRows

# Fewer residuals do not say how they hang together.
_LEAST_VALUES = 8


@dataclass(frozen=True)
class ResidualScale:
    """The variance of one weighted residual, as the parameters feel it.

    Attributes
    ----------
    variance
        s of eq. 4: a weighted residual is off by its root.
    source
        What it was found from: `misfit`, `noise` or `given`.
    n_independent
        How many independent residuals it was found from; 0 where that has no meaning.
    """

    variance: float
    source: str
    n_independent: float = 0.0


def misfit_scale(rows: ResidualRows, weighted: FloatArray, n_free: int) -> ResidualScale:
    """Return the scale that a model's own residuals have (eq. 4).

    Parameters
    ----------
    weighted : FloatArray, shape (n_residual,)
        The model's weighted residuals.
    n_free
        How many parameters were fitted.
    """
    n_independent = _n_independent(rows, np.where(rows.fine > 0, weighted, 0.0))
    square = float(np.einsum("i,i->", weighted, weighted))
    return ResidualScale(square / max(n_independent - n_free, 1.0), "misfit", n_independent)


def _n_independent(rows: ResidualRows, weighted: FloatArray) -> float:
    """Return how many independent residuals there are: those that count, but not again and again.

    A voltage that is too high stays so for a while; spikes that are too late or too thin are so one
    after the other. Each kind is looked at along its own order.
    """
    counted = rows.fine > 0
    voltage = [weighted[part] for part in _sweeps(rows, counted & (rows.spike == -1))]
    found = sum(map(len, voltage)) / correlation_length(voltage)
    spikes = _spikes(rows, weighted, counted)
    if spikes is None:
        return found
    times, peaks, shapes = spikes[:, 0], spikes[:, 1], spikes[:, 2:]
    for of_spikes in (times, peaks):
        found += len(of_spikes) / correlation_length([of_spikes])
    if shapes.any():
        along, across = correlation_length(list(shapes)), correlation_length(list(shapes.T))
        found += shapes.size / (along * across)
    return float(found)


def correlation_length(series: Sequence[FloatArray]) -> float:
    """Return over how many of their values series repeat themselves; 1: all are independent.

    One and twice the sum of their autocorrelations up to the first that is not above two standard
    errors of those of noise. The mean is not taken off: what misses the recording all along does so
    once.

    Parameters
    ----------
    series
        Each of shape (n,); they are looked at together.
    """
    n_value = sum(map(len, series))
    square = sum(float(np.einsum("i,i->", each, each)) for each in series)
    if n_value < _LEAST_VALUES or square <= 0:
        return 1.0
    longest, mean = max(map(len, series)), n_value / len(series)
    length = 1.0
    for lag in range(1, longest):
        pairs = [(each[lag:], each[:-lag]) for each in series if len(each) > lag]
        n_pair = sum(len(one) for one, _other in pairs)
        product = sum(float(np.einsum("i,i->", one, other)) for one, other in pairs)
        found = product / n_pair / (square / n_value)
        if found <= 2.0 / np.sqrt(n_pair):
            break
        length += 2.0 * min(found, 1.0) * max(1.0 - lag / mean, 0.0)
    return float(min(length, mean))


def _sweeps(rows: ResidualRows, chosen: BoolArray) -> list[IntArray]:
    """Return the places of chosen residuals, sweep by sweep."""
    return [
        np.flatnonzero(chosen & (rows.sweep == sweep)) for sweep in np.unique(rows.sweep[chosen])
    ]


def _spikes(rows: ResidualRows, weighted: FloatArray, counted: BoolArray) -> FloatArray | None:
    """Return time, peak and shape of every spike (n_spike, 2 + n_point); None without any."""
    places = np.flatnonzero(counted & (rows.spike >= 0))
    if not len(places):
        return None
    order = places[np.lexsort((places, rows.spike[places], rows.sweep[places]))]
    labels = np.stack([rows.sweep[order], rows.spike[order]])
    n_spike = 1 + int((np.diff(labels, axis=1) != 0).any(axis=0).sum())
    if len(order) % n_spike or len(order) < 2 * n_spike:
        return None
    return weighted[order].reshape(n_spike, -1)
