"""Compiled iteration of weights: thousands of short steps that depend on each other.

Equations are those of docs/search.md.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from pyneuronautofit._native.compiling import compiled
from pyneuronautofit._types import FloatArray, IntArray


class Variation(NamedTuple):
    """How the components vary.

    Attributes
    ----------
    deviations, correlations : FloatArray, shapes (n,) and (n, n)
        Their standard deviations, and their correlations with each other.
    rounding
        The variance of a scalar that counts as constant, by the square of its deviations' sum.
    """

    deviations: FloatArray
    correlations: FloatArray
    rounding: float


class StepRule(NamedTuple):
    """What one step does to the weights.

    Attributes
    ----------
    rise, fall
        By what the weight of the least correlation is multiplied, and that of the greatest.
    by_sum
        Normalise by the sum, not by the maximum.
    hold
        Do not normalise.
    bounded, bound
        Whether a weight falls only above 1 / bound and rises only below it, and the bound.
    """

    rise: float
    fall: float
    by_sum: bool
    hold: bool
    bounded: bool
    bound: float


class Limits(NamedTuple):
    """When the steps end.

    Attributes
    ----------
    threshold
        Of the ratio: the goal.
    most
        Steps at most.
    patience
        Steps at most without a better ratio.
    """

    threshold: float
    most: int
    patience: int


class Walked(NamedTuple):
    """What the steps came to.

    Attributes
    ----------
    best : FloatArray, shape (n,)
        The best weights that were met.
    ratio
        The best of all, the one known already included.
    better
        Whether it was met here.
    ratios : FloatArray, shape (n_step,)
        The ratio before every step.
    rose, fell : IntArray, shape (n_step,)
        Whose weight rose, and whose fell; -1: nobody's.
    """

    best: FloatArray
    ratio: float
    better: bool
    ratios: FloatArray
    rose: IntArray
    fell: IntArray


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
        add_product(correlations[k], spread[k], pulls)  # eq. 9
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
    variation: Variation,
    rule: StepRule,
    limits: Limits,
    best_ratio: float,
) -> Walked:
    """Step from weights to weights, as `krayzman` describes.

    Parameters
    ----------
    weights : FloatArray, shape (n,)
        To begin with.
    variation
    rule
    limits
    best_ratio
        The best one that is known already.
    """
    deviations, correlations, rounding = variation
    n = len(weights)
    ratios = np.empty(limits.most)
    rose, fell = np.empty(limits.most, dtype=np.int64), np.empty(limits.most, dtype=np.int64)
    now, best = weights.copy(), weights.copy()
    room = np.empty(n), np.empty(n)
    better, n_step, since_best = False, 0, 0
    least, greatest, ratio = -1, -1, -np.inf
    if n > 0:
        least, greatest, ratio = measure(now, deviations, correlations, rounding, room)
    if ratio > best_ratio:
        better, best_ratio = True, ratio
    # A single component cannot be out of balance.
    while (
        n > 1
        and best_ratio < limits.threshold
        and n_step < limits.most
        and since_best < limits.patience
    ):
        rises = not rule.bounded or now[least] < rule.bound
        falls = not rule.bounded or now[greatest] > 1.0 / rule.bound
        ratios[n_step] = ratio
        rose[n_step] = least if rises else -1
        fell[n_step] = greatest if falls else -1
        n_step += 1
        if rises:  # eq. 10
            now[least] *= rule.rise
        if falls:
            now[greatest] *= rule.fall
        if not rule.hold:
            normalise(now, rule.by_sum)
        least, greatest, ratio = measure(now, deviations, correlations, rounding, room)
        since_best += 1
        if ratio > best_ratio:
            better, best_ratio, since_best = True, ratio, 0
            best[:] = now
    return Walked(best, best_ratio, better, ratios[:n_step], rose[:n_step], fell[:n_step])
