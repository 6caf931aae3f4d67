"""What trials say of algorithms: medians with quartiles, evaluations until a level, ranks.

Two algorithms are compared on a problem by the test of Mann & Whitney (two-sided) over their seeds:
a seed begins other searches in other algorithms, so there are no pairs. All pairs of a problem are
corrected together by Holm's procedure. An algorithm's rank is one more than there are algorithms
that are better than it by that: who cannot be told apart shares a rank.

Sources: H. B. Mann, D. R. Whitney, Annals of Mathematical Statistics 18 (1947) 50-60; S. Holm,
Scandinavian Journal of Statistics 6 (1979) 65-70.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from pyneuronautofit._types import FloatArray
from pyneuronautofit.benchmarking.problem import BenchmarkProblem
from pyneuronautofit.benchmarking.trials import BenchmarkTrial

#: What the test's corrected probability has to be below.
ALPHA = 0.05


@dataclass(frozen=True)
class LevelReached:
    """How soon a sum was reached.

    Attributes
    ----------
    level
    n_reached
        By how many seeds.
    median
        The median of the evaluations over all seeds, inf for those that never did.
    """

    level: float
    n_reached: int
    median: float


@dataclass(frozen=True)
class AlgorithmResult:
    """What an algorithm found on a problem.

    Attributes
    ----------
    problem, algorithm
    n_seed
    quartiles
        The lower quartile, the median and the upper quartile of the least sums.
    levels
    distance
        The median distance of the best model from the true one, rms of the ranges; None: unknown.
    held_out
        The median V of the sweeps that are held out, mV2; None: there are none.
    seconds
        The median of what a search took.
    rank
        See above.
    worse_than
        Algorithms that are better by the test.
    """

    problem: str
    algorithm: str
    n_seed: int
    quartiles: tuple[float, float, float]
    levels: tuple[LevelReached, ...]
    distance: float | None
    held_out: float | None
    seconds: float
    rank: int
    worse_than: tuple[str, ...]


@dataclass(frozen=True)
class ProblemResult:
    """What all algorithms found on a problem.

    Attributes
    ----------
    problem
    evaluations
        That each search had.
    algorithms
        In the order of their medians.
    seeds_needed
        How many seeds the test needs to tell any two apart; 0: it had them.
    """

    problem: BenchmarkProblem
    evaluations: int
    algorithms: tuple[AlgorithmResult, ...]
    seeds_needed: int


def compare(problem: BenchmarkProblem, trials: Sequence[BenchmarkTrial]) -> ProblemResult:
    """Compare the algorithms that have trials of a problem."""
    grouped: dict[str, list[BenchmarkTrial]] = {}
    for trial in trials:
        grouped.setdefault(trial.algorithm, []).append(trial)
    sums = {
        name: np.array([max(each.at(each.evaluations), problem.solved) for each in group])
        for name, group in grouped.items()
    }
    better = _better(sums)
    found = [_result(problem, name, group, better) for name, group in grouped.items()]
    found.sort(key=lambda each: (max(each.quartiles[1], problem.solved), each.rank))
    fewest = min((len(group) for group in grouped.values()), default=0)
    needed = seeds_needed(len(grouped))
    return ProblemResult(
        problem, trials[0].evaluations, tuple(found), 0 if fewest >= needed else needed
    )


def holm(p: Sequence[float]) -> list[float]:
    """Return probabilities corrected by Holm's procedure, in the same order."""
    order = np.argsort(p, kind="stable")
    corrected = [0.0] * len(p)
    highest = 0.0
    for place, which in enumerate(order.tolist()):
        highest = max(highest, min((len(p) - place) * p[which], 1.0))
        corrected[which] = highest
    return corrected


def seeds_needed(n_algorithm: int) -> int:
    """Return how many seeds the test needs before any two of so many algorithms can differ by it.

    With n seeds each the exact test has no probability below 2 / C(2n, n), and the least of all
    pairs is multiplied by their number.
    """
    n_pair = math.comb(n_algorithm, 2)
    n = 2
    while n_pair and 2.0 * n_pair / math.comb(2 * n, n) >= ALPHA:
        n += 1
    return n


def mean_ranks(results: Sequence[ProblemResult]) -> dict[str, float]:
    """Return the mean of every algorithm's ranks over the problems.

    An algorithm that lacks on one of them is left out.
    """
    ranks: dict[str, list[int]] = {}
    for result in results:
        for each in result.algorithms:
            ranks.setdefault(each.algorithm, []).append(each.rank)
    means = {
        name: float(np.mean(group)) for name, group in ranks.items() if len(group) == len(results)
    }
    return dict(sorted(means.items(), key=lambda item: item[1]))


def median_curve(trials: Sequence[BenchmarkTrial]) -> tuple[FloatArray, FloatArray]:
    """Return how the least sums of an algorithm go down.

    Returns
    -------
    evaluations : FloatArray, shape (n_point,)
    quartiles : FloatArray, shape (3, n_point)
        The lower quartile, the median and the upper one; inf before there is any.
    """
    most = trials[0].evaluations
    points = np.unique(np.geomspace(10, most, 120).astype(int))
    curves = np.array([[trial.at(n) for n in points.tolist()] for trial in trials])
    return points.astype(float), np.stack([quantile(curves, q) for q in (0.25, 0.5, 0.75)])


def quantile(values: FloatArray, share: float) -> FloatArray:
    """Return a quantile over the first axis; between a number and inf lies inf."""
    ordered = np.sort(values, axis=0)
    place = share * (len(ordered) - 1)
    low, high = ordered[math.floor(place)], ordered[math.ceil(place)]
    part = place - math.floor(place)
    if not part:
        return np.asarray(low)
    with np.errstate(invalid="ignore"):
        return np.asarray(np.where(np.isfinite(high), low + part * (high - low), np.inf))


def _better(sums: Mapping[str, FloatArray]) -> dict[str, tuple[str, ...]]:
    """Return for every algorithm those that are better than it by the test."""
    # It is slow to import, which no other command should wait for.
    from scipy.stats import mannwhitneyu  # noqa: PLC0415

    pairs = list(itertools.combinations(sums, 2))
    raw = []
    for one, other in pairs:
        a, b = sums[one], sums[other]
        same = len({*a.tolist(), *b.tolist()}) == 1
        raw.append(1.0 if same else float(mannwhitneyu(a, b, alternative="two-sided").pvalue))
    better: dict[str, list[str]] = {name: [] for name in sums}
    for (one, other), p in zip(pairs, holm(raw), strict=True):
        if p < ALPHA:
            # The sum of ranks decides, not the medians, which may be equal.
            is_lower = np.sum(sums[one][:, None] < sums[other]) > np.sum(
                sums[one][:, None] > sums[other]
            )
            winner, loser = (one, other) if is_lower else (other, one)
            better[loser].append(winner)
    return {name: tuple(names) for name, names in better.items()}


def _result(
    problem: BenchmarkProblem,
    name: str,
    trials: Sequence[BenchmarkTrial],
    better: Mapping[str, tuple[str, ...]],
) -> AlgorithmResult:
    sums = np.array([each.at(each.evaluations) for each in trials])
    low, middle, high = (float(quantile(sums, q)) for q in (0.25, 0.5, 0.75))
    return AlgorithmResult(
        problem.name,
        name,
        len(trials),
        (low, middle, high),
        tuple(_level(trials, level) for level in problem.levels),
        _median([each.distance for each in trials]),
        _median([each.held_out for each in trials]),
        float(np.median([each.seconds for each in trials])),
        1 + len(better[name]),
        better[name],
    )


def _level(trials: Sequence[BenchmarkTrial], level: float) -> LevelReached:
    needed = np.array([each.until(level) for each in trials])
    n_reached = int(np.isfinite(needed).sum())
    return LevelReached(level, n_reached, float(quantile(needed, 0.5)))


def _median(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return float(np.median(known)) if known else None
