"""Compiled loops that describe traces: moments and histograms."""

from __future__ import annotations

import numpy as np

from pyneuronautofit._native.compiling import compiled
from pyneuronautofit._types import FloatArray, IntArray

# Points that are looked at together: those of a few milliseconds.
_BLOCK = 64


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
def place_of(value: float, ends: FloatArray, place: int) -> int:
    """Return the place of a value, ends[place] <= value < ends[place + 1], sought from `place` on.

    The next block mostly begins in the bin of the last one, so that the search is over at once.
    """
    last = len(ends) - 2
    while place < last and value >= ends[place + 1]:
        place += 1
    while place > 0 and value < ends[place]:
        place -= 1
    return place


@compiled
def count_between(
    one: FloatArray, other: FloatArray, sums: tuple[float, float], slopes: tuple[float, float]
) -> int:
    """Return how many pairs have a sum and a difference between two ends, the upper ones open."""
    count = 0
    for k in range(len(one)):
        total, difference = one[k] + other[k], other[k] - one[k]
        count += (
            (total >= sums[0])
            & (total < sums[1])
            & (difference >= slopes[0])
            & (difference < slopes[1])
        )
    return count


@compiled
def raise_places(values: FloatArray, end: float, places: IntArray) -> int:
    """Add 1 to the places of values that reach an end, and return how many do."""
    count = 0
    for k in range(len(values)):
        places[k] += values[k] >= end
        count += values[k] >= end
    return count


@compiled
def lower_places(values: FloatArray, end: float, places: IntArray) -> int:
    """Take 1 from the places of values below an end, and return how many are."""
    count = 0
    for k in range(len(values)):
        places[k] -= values[k] < end
        count += values[k] < end
    return count


@compiled
def find_places(values: FloatArray, ends: FloatArray, place: int, places: IntArray) -> None:
    """Write the places of values that are not far from `place`.

    By counting the ends between: noise that goes to and fro over an end could not be foreseen by a
    processor that has to decide for every sample.
    """
    places[:] = place
    higher = place + 1
    while higher < len(ends) - 1 and raise_places(values, ends[higher], places) > 0:
        higher += 1
    while place > 0 and lower_places(values, ends[place], places) > 0:
        place -= 1


@compiled
def add_and_subtract(
    one: FloatArray, other: FloatArray, sums: FloatArray, differences: FloatArray
) -> None:
    """Write the sums and the differences of pairs."""
    for k in range(len(one)):
        sums[k] = one[k] + other[k]
        differences[k] = other[k] - one[k]


@compiled
def count_points(
    window_mV: FloatArray, sum_ends: FloatArray, difference_ends: FloatArray, counts: IntArray
) -> None:
    """Add the points of one window to `counts` (n_bin + 2, n_bin + 2); see `phase_histogram`."""
    sums, differences = np.empty(_BLOCK), np.empty(_BLOCK)
    rows, columns = np.empty(_BLOCK, dtype=np.int64), np.empty(_BLOCK, dtype=np.int64)
    row, column = 0, 0
    n_point = len(window_mV) - 1
    for begin in range(0, n_point, _BLOCK):
        stop = min(begin + _BLOCK, n_point)
        n = stop - begin
        one, other = window_mV[begin:stop], window_mV[begin + 1 : stop + 1]
        row = place_of(one[0] + other[0], sum_ends, row)
        column = place_of(other[0] - one[0], difference_ends, column)
        same = count_between(
            one,
            other,
            (sum_ends[row], sum_ends[row + 1]),
            (difference_ends[column], difference_ends[column + 1]),
        )
        if same == n:
            counts[row, column] += same  # at rest, and on slow slopes
            continue
        add_and_subtract(one, other, sums, differences)
        find_places(sums[:n], sum_ends, row, rows[:n])
        find_places(differences[:n], difference_ends, column, columns[:n])
        for k in range(n):
            counts[rows[k], columns[k]] += 1


@compiled
def phase_histogram(
    voltage_mV: FloatArray, sum_ends: FloatArray, difference_ends: FloatArray
) -> FloatArray:
    """Return the two-dimensional histogram of sums and differences of neighbours.

    Parameters
    ----------
    voltage_mV : FloatArray, shape (n_sample,), mV
    sum_ends, difference_ends : FloatArray, shape (n_bin + 3,), mV
        Where the bins of a sum, and of a difference (later minus earlier), begin; before the first
        bin and after the last one there is one more each, which holds what is outside: ends[0] is
        -inf, and ends[-1] inf.

    Returns
    -------
    FloatArray, shape (n_bin, n_bin)
        Points per bin of the sum, then of the difference. Those outside are left out.
    """
    counts = np.zeros((len(sum_ends) - 1, len(difference_ends) - 1), dtype=np.int64)
    count_points(voltage_mV, sum_ends, difference_ends, counts)
    return counts[1:-1, 1:-1].astype(np.float64)


@compiled
def phase_distance(
    traces_mV: FloatArray,
    window: tuple[int, int],
    ends: tuple[FloatArray, FloatArray],
    wanted: FloatArray,
    weights: FloatArray,
) -> FloatArray:
    """Return sum(w abs(hx - hy)) with the histograms of target and trace, (n_cand, n_sweep).

    Parameters
    ----------
    traces_mV : FloatArray, shape (n_cand, n_sweep, n_sample), mV
    window
        The histogram is of the samples window[0] .. window[1] - 1.
    ends
        Of sums and differences; see `phase_histogram`.
    wanted, weights : FloatArray, shape (n_sweep, n_bin, n_bin)
        hx and w.
    """
    n_cand, n_sweep, _ = traces_mV.shape
    _, n_row, n_column = wanted.shape
    counts = np.empty((n_row + 2, n_column + 2), dtype=np.int64)
    distances = np.zeros((n_cand, n_sweep))
    for candidate in range(n_cand):
        for sweep in range(n_sweep):
            counts[:] = 0
            samples = traces_mV[candidate, sweep][window[0] : window[1]]
            count_points(samples, ends[0], ends[1], counts)
            for i in range(n_row):
                for j in range(n_column):
                    difference = abs(wanted[sweep, i, j] - counts[i + 1, j + 1])
                    distances[candidate, sweep] += difference * weights[sweep, i, j]
    return distances
