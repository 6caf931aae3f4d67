"""Compiled loops that describe traces: moments, histograms, whether all samples are numbers."""

from __future__ import annotations

import numpy as np

from pyneuronautofit._native.compiling import compiled
from pyneuronautofit._types import BoolArray, FloatArray, IntArray

_LARGEST = np.finfo(np.float64).max
# Points that are sorted into bins at a time: what is kept of them fits the nearest cache.
_BLOCK = 512


@compiled
def all_finite(traces_mV: FloatArray) -> BoolArray:
    """Return for every trace whether all of its samples are numbers, (n_cand, n_sweep)."""
    n_cand, n_sweep, _ = traces_mV.shape
    finite = np.empty((n_cand, n_sweep), dtype=np.bool_)
    for candidate in range(n_cand):
        for sweep in range(n_sweep):
            voltage = traces_mV[candidate, sweep]
            n_bad = 0
            for k in range(len(voltage)):
                n_bad += not abs(voltage[k]) <= _LARGEST
            finite[candidate, sweep] = n_bad == 0
    return finite


@compiled
def deviations_from(window_mV: FloatArray, origin_mV: float) -> float:
    """Return the sum of (x - origin) over a window."""
    total = 0.0
    for k in range(len(window_mV)):
        total += window_mV[k] - origin_mV
    return total


@compiled
def central_sums(window_mV: FloatArray, mean_mV: float) -> tuple[float, float, float]:
    """Return the sums of the second, third and fourth powers of (x - mean) over a window."""
    second, third, fourth = 0.0, 0.0, 0.0
    for k in range(len(window_mV)):
        deviation = window_mV[k] - mean_mV
        square = deviation * deviation
        second += square
        third += square * deviation
        fourth += square * square
    return second, third, fourth


@compiled
def moments(traces_mV: FloatArray, start: int, stop: int) -> FloatArray:
    """Return mean, standard deviation, skewness and kurtosis of samples start .. stop - 1.

    A window without a sample has 0 for all four; one without variance has skewness and kurtosis 0.

    Returns
    -------
    FloatArray, shape (n_cand, n_sweep, 4), mV, mV, 1, 1
    """
    n_cand, n_sweep, _ = traces_mV.shape
    found = np.zeros((n_cand, n_sweep, 4))
    for candidate in range(n_cand):
        for sweep in range(n_sweep):
            window = traces_mV[candidate, sweep][start:stop]
            n = len(window)
            if n == 0:
                continue
            # Counted from the first sample, the mean of a constant is exact, and its std is 0.
            mean = window[0] + deviations_from(window, window[0]) / n
            second, third, fourth = central_sums(window, mean)
            std = np.sqrt(second / n)
            found[candidate, sweep, 0] = mean
            found[candidate, sweep, 1] = std
            if std != 0.0:
                # One division after the other: std^4 may be too small for a float.
                found[candidate, sweep, 2] = third / n / std / std / std
                found[candidate, sweep, 3] = fourth / n / std / std / std / std
    return found


@compiled
def pooled_mean_and_std(traces_mV: FloatArray, stop: int) -> FloatArray:
    """Return mean and standard deviation of all sweeps' samples before `stop`, (n_cand, 2), mV.

    Both are 0 where there is no such sample.
    """
    n_cand, n_sweep, n_sample = traces_mV.shape
    found = np.zeros((n_cand, 2))
    n = n_sweep * min(stop, n_sample)
    if n <= 0:
        return found
    for candidate in range(n_cand):
        origin = traces_mV[candidate, 0, 0]
        total = 0.0
        for sweep in range(n_sweep):
            total += deviations_from(traces_mV[candidate, sweep][:stop], origin)
        mean = origin + total / n
        squares = 0.0
        for sweep in range(n_sweep):
            squares += central_sums(traces_mV[candidate, sweep][:stop], mean)[0]
        found[candidate, 0] = mean
        found[candidate, 1] = np.sqrt(squares / n)
    return found


@compiled
def bins_of(values: FloatArray, edges: FloatArray, bins: IntArray) -> None:
    """Write the bin of every value to `bins`, or n_bin for a value outside all edges.

    Bin i holds edges[i] <= value < edges[i + 1], the last one both its edges. It is found by
    counting the inner edges that a value has reached: exact, and for some ten bins much faster than
    dividing, as the compiler makes vector instructions of it.
    """
    n_bin = len(edges) - 1
    for k in range(len(values)):
        bins[k] = 0
    for inner in range(1, n_bin):
        edge = edges[inner]
        for k in range(len(values)):
            bins[k] += values[k] >= edge
    lowest, highest = edges[0], edges[n_bin]
    for k in range(len(values)):
        inside = (values[k] >= lowest) & (values[k] <= highest)
        bins[k] = bins[k] if inside else n_bin


@compiled
def count_points(
    window_mV: FloatArray,
    step_ms: float,
    v_edges_mV: FloatArray,
    slope_edges: FloatArray,
    counts: IntArray,
) -> None:
    """Count the points of one window, `counts` (n_bin + 1, n_bin + 1): the last are outside."""
    v = np.empty(_BLOCK)
    slope = np.empty(_BLOCK)
    rows = np.empty(_BLOCK, dtype=np.int64)
    columns = np.empty(_BLOCK, dtype=np.int64)
    for begin in range(0, len(window_mV) - 1, _BLOCK):
        one = window_mV[begin : begin + _BLOCK]
        other = window_mV[begin + 1 : begin + 1 + _BLOCK]
        n_point = len(other)
        for k in range(n_point):
            v[k] = (one[k] + other[k]) / 2
            slope[k] = (other[k] - one[k]) / step_ms
        bins_of(v[:n_point], v_edges_mV, rows)
        bins_of(slope[:n_point], slope_edges, columns)
        for k in range(n_point):
            counts[rows[k], columns[k]] += 1


@compiled
def phase_histogram(
    traces_mV: FloatArray,
    window: tuple[int, int],
    step_ms: float,
    v_edges_mV: FloatArray,
    slope_edges: FloatArray,
) -> FloatArray:
    """Return the histogram of (v, dv/dt) over pairs of neighbours.

    Parameters
    ----------
    traces_mV : FloatArray, shape (n_cand, n_sweep, n_sample), mV
    window
        Of the samples window[0] .. window[1] - 1.
    step_ms
    v_edges_mV : FloatArray, shape (n_bin + 1,), mV
        Of v, the mid-point between two neighbours.
    slope_edges : FloatArray, shape (n_bin + 1,), mV/ms
        Of dv/dt, their difference divided by the step.

    Returns
    -------
    FloatArray, shape (n_cand, n_sweep, n_bin, n_bin)
        Points per bin of v, then of dv/dt. Points outside the edges are left out.
    """
    n_cand, n_sweep, _ = traces_mV.shape
    n_bin = len(v_edges_mV) - 1
    histograms = np.empty((n_cand, n_sweep, n_bin, n_bin))
    for candidate in range(n_cand):
        for sweep in range(n_sweep):
            samples = traces_mV[candidate, sweep][window[0] : window[1]]
            counts = np.zeros((n_bin + 1, n_bin + 1), dtype=np.int64)
            count_points(samples, step_ms, v_edges_mV, slope_edges, counts)
            for i in range(n_bin):
                for j in range(n_bin):
                    histograms[candidate, sweep, i, j] = counts[i, j]
    return histograms
