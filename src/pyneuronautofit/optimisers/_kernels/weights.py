"""Compiled iteration of weights: thousands of short steps that depend on each other."""

from __future__ import annotations

import numpy as np

from pyneuronautofit._native.compiling import compiled
from pyneuronautofit._types import FloatArray, IntArray


@compiled
def normalise(weights: FloatArray, by_sum: bool) -> None:
    """Divide weights by their sum or their maximum; all of 0 stay as they are."""
    size = 0.0
    for k in range(len(weights)):
        size = size + weights[k] if by_sum else max(size, weights[k])
    if size > 0.0:
        for k in range(len(weights)):
            weights[k] /= size


@compiled
def add_product(row: FloatArray, factor: float, sums: FloatArray) -> None:
    """Add a multiple of a row to sums."""
    for k in range(len(row)):
        sums[k] += factor * row[k]


@compiled
def measure(
    weights: FloatArray,
    deviations: FloatArray,
    correlations: FloatArray,
    rounding: float,
    room: tuple[FloatArray, FloatArray],
) -> tuple[int, int, float]:
    """Find the components of the least and the greatest correlation with the scalar.

    `room` is for two times n numbers.

    Returns
    -------
    tuple[int, int, float]
        The component of the least correlation, that of the greatest (the last of equals, so that it
        is never the least as well), and the ratio of their correlations. Where the scalar is
        constant but for `rounding`, all are equal and the ratio is -inf.
    """
    n = len(weights)
    spread, pulls = room
    largest = -np.inf
    for k in range(n):
        spread[k] = weights[k] * deviations[k]
        largest = max(largest, spread[k])
    total = 0.0
    for k in range(n):
        spread[k] /= largest
        total += spread[k]
    pulls[:] = 0.0
    for k in range(n):
        add_product(correlations[k], spread[k], pulls)
    variance = 0.0
    for k in range(n):
        variance += spread[k] * pulls[k]
    if not variance > rounding * total * total:
        return 0, n - 1, -np.inf
    least, greatest = 0, 0
    for k in range(n):
        least = k if pulls[k] < pulls[least] else least
        greatest = k if pulls[k] >= pulls[greatest] else greatest
    return least, greatest, pulls[least] / pulls[greatest]


@compiled
def walk(
    weights: FloatArray,
    statistics: tuple[FloatArray, FloatArray],
    steps: tuple[float, float, float],
    rule: tuple[float, bool, bool, bool, float],
    limits: tuple[float, int, int],
) -> tuple[FloatArray, float, bool, FloatArray, IntArray, IntArray]:
    """Step from weights to weights, as `krayzman` describes.

    Parameters
    ----------
    weights : FloatArray, shape (n,)
        To begin with.
    statistics : tuple[FloatArray, FloatArray], shapes (n,) and (n, n)
        The components' standard deviations, and their correlations with each other.
    steps
        By what the weight of the least correlation is multiplied, by what that of the greatest, and
        the variance by which a scalar counts as constant.
    rule
        The threshold, whether weights are normalised by their sum, whether they are not normalised,
        whether they are bound, and the bound.
    limits
        The best ratio that is known already, the most steps, and the most without a better ratio.

    Returns
    -------
    tuple[FloatArray, float, bool, FloatArray, IntArray, IntArray]
        The best weights that were met, the best ratio of all, and whether they are better than what
        was known; then for every step the ratio before it and who rose and fell in it, -1: nobody.
    """
    deviations, correlations = statistics
    rise, fall, rounding = steps
    threshold, by_sum, hold, bounded, bound = rule
    best_ratio, most, patience = limits
    n = len(weights)
    ratios = np.empty(most)
    rose, fell = np.empty(most, dtype=np.int64), np.empty(most, dtype=np.int64)
    now, best = weights.copy(), weights.copy()
    room = np.empty(n), np.empty(n)
    better, n_step, since_best = False, 0, 0
    least, greatest, ratio = -1, -1, -np.inf
    if n > 0:
        least, greatest, ratio = measure(now, deviations, correlations, rounding, room)
    if ratio > best_ratio:
        better, best_ratio = True, ratio
    # A single component cannot be out of balance.
    while n > 1 and best_ratio < threshold and n_step < most and since_best < patience:
        rises = not bounded or now[least] < bound
        falls = not bounded or now[greatest] > 1.0 / bound
        ratios[n_step] = ratio
        rose[n_step] = least if rises else -1
        fell[n_step] = greatest if falls else -1
        n_step += 1
        if rises:
            now[least] *= rise
        if falls:
            now[greatest] *= fall
        if not hold:
            normalise(now, by_sum)
        least, greatest, ratio = measure(now, deviations, correlations, rounding, room)
        since_best += 1
        if ratio > best_ratio:
            better, best_ratio, since_best = True, ratio, 0
            best[:] = now
    return best, best_ratio, better, ratios[:n_step], rose[:n_step], fell[:n_step]
