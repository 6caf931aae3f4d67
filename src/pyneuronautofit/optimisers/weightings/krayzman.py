"""Krayzman's adaptive weighting: weights under which no component is forgotten.

The scalar that a search minimises is a weighted sum of the components of the objective vector. If
it hardly follows one of them, that one is not fitted. So the correlation of every component with
the scalar is looked at, over the vectors that the search met lately: as long as the least of them
is too small beside the greatest, the component of the least correlation gains weight and that of
the greatest loses some.

The correlations need no pass over the vectors (eq. 9): they follow from those of the components
with each other, and the scalar's own variance is the same for all and cancels in the ratio. One
step costs n_score² operations, and is compiled.

Source: the method (KAMOGA) is that of the program that this one replaces, rat-h/pyneuronautofit on
GitHub, which names it after Krayzman, describes it in its documentation, and cites no publication.
Other than there, an iteration has a largest number of steps instead of a time, and starts once
again at the most. Equations are those of docs/search.md.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np

from pyneuronautofit._options import FITTING, at_least, between, option, taken
from pyneuronautofit._types import BoolArray, FloatArray, IntArray
from pyneuronautofit._words import real
from pyneuronautofit.errors import UsageError
from pyneuronautofit.optimisers._kernels import weights as loops
from pyneuronautofit.optimisers.algorithm import SearchTask
from pyneuronautofit.optimisers.genetic import GeneticAlgorithm, GeneticOptions, genetic_algorithm
from pyneuronautofit.optimisers.weighting import (
    Adaptation,
    Weights,
    no_weights,
)

#: Steps of one update, and steps without a better ratio before the one restart.
MOST_STEPS = 2000
PATIENCE = 300

#: A component that varies less than this does not take part in the first weights.
_SMALLEST_VARIANCE = 1e-9
#: The variance of a scalar that is constant but for rounding, by what it could be at most.
_ROUNDING = 1e-14
#: Vectors that a correlation needs.
_FEWEST_VECTORS = 2
#: Components that can be out of balance.
_FEWEST_COMPONENTS = 2


@dataclass(frozen=True, kw_only=True)
class AdaptationOptions:
    """What the user decides about the iteration, but its goal.

    Attributes
    ----------
    norm_space
        Normalise the weights to sum 1 instead of maximum 1.
    hold_normalization
        Normalise after the iteration only, not after every step.
    weight_bound
        X: a weight falls only while it is above 1/X and rises only while it is below X; None: no
        bound.
    """

    norm_space: bool = option(
        False,
        "-y",
        "--norm-space",
        group=FITTING,
        help="normalize space under the curve: weights sum up to 1 (default: the largest is 1)",
    )
    hold_normalization: bool = option(
        False,
        "-H",
        "--hold-weights-normalization",
        group=FITTING,
        help="hold weights without normalization in iteration procedure (default disable)",
    )
    weight_bound: float | None = option(
        None,
        "-b",
        "--bound-Krayzman-weights",
        group=FITTING,
        metavar="BOUNDKGA",
        parse=real,
        check=at_least(1),
        help="bound weights by [1/x,x] (default disable)",
    )


@dataclass(frozen=True, kw_only=True)
class KrayzmanOptions(AdaptationOptions):
    """What the user decides about the iteration.

    Attributes
    ----------
    krayzman_threshold
        Of the ratio of the least to the greatest correlation: the goal.
    """

    krayzman_threshold: float = option(
        0.05,
        "-N",
        "--Krayzman-threshould",
        group=FITTING,
        metavar="KRTHR",
        parse=real,
        check=between(-1, 1),
        help="the threshold for Krayzman's iteration procedure of weights adaptation",
    )


@dataclass(frozen=True, kw_only=True)
class AdaptationRule(KrayzmanOptions):
    """How the iteration goes."""

    def __post_init__(self) -> None:
        bound = self.weight_bound
        if bound is not None and not bound >= 1:
            raise UsageError(
                f"-b {bound:g}: expected X of 1 or more; weights are kept between 1/X and X"
            )

    def normalised(self, values: FloatArray) -> FloatArray:
        """Return the weights (n_score,) by their sum or maximum; all of 0 stay as they are."""
        size = values.sum() if self.norm_space else values.max(initial=0.0)
        return values / size if size > 0 else values


@dataclass(frozen=True)
class KrayzmanWeights:
    """Weights under which the least correlation is not too small beside the greatest.

    Attributes
    ----------
    rule
        How the iteration goes.
    """

    rule: AdaptationRule

    def first(self, vectors: FloatArray) -> Weights:
        """Return 1/variance of vectors (n_vector, n_score)."""
        return first_weights(vectors, self.rule)

    def update(
        self, vectors: FloatArray, weights: Weights, rng: np.random.Generator
    ) -> tuple[Weights, Adaptation | None]:
        """Adapt the weights until the threshold is reached, or nothing helps any more."""
        return adapt(vectors, weights, self.rule, rng)


@dataclass(frozen=True, kw_only=True)
class KrayzmanSettings(KrayzmanOptions, GeneticOptions):
    """A genetic algorithm with these weights: KAMOGA."""

    code: ClassVar[str] = "K"
    name: ClassVar[str] = "Krayzman"
    about: ClassVar[str] = "Krayzman's fitness weighting: a weighted sum whose weights adapt"
    leaves_trace: ClassVar[bool] = True

    def strategy(self, task: SearchTask) -> GeneticAlgorithm:
        """Return the strategy that searches."""
        return genetic_algorithm(self, task, KrayzmanWeights(taken(AdaptationRule, self)))


def first_weights(vectors: FloatArray, rule: AdaptationRule) -> Weights:
    """Return 1/variance of every component, normalised.

    Parameters
    ----------
    vectors : FloatArray, shape (n_vector, n_score)
        Rows that are not finite do not count.

    Returns
    -------
    Weights
        A component that hardly varies, or so much that its variance is not finite, is not active.
    """
    vectors = _finite(vectors)
    if len(vectors) < _FEWEST_VECTORS:
        return no_weights(vectors.shape[1])
    return _by_variance(_statistics(vectors), rule)


def adapt(
    vectors: FloatArray, weights: Weights, rule: AdaptationRule, rng: np.random.Generator
) -> tuple[Weights, Adaptation | None]:
    """Adapt weights to the vectors that were gathered.

    Parameters
    ----------
    vectors : FloatArray, shape (n_vector, n_score)
        Rows that are not finite do not count.
    weights
        To begin with. Components that are not active come back with half the smallest weight, give
        or take a half; one that is still constant becomes inactive again.
    rule
        How the iteration goes.
    rng
        For the weights that come back.

    Returns
    -------
    Weights
        Those of the best ratio that was seen, normalised.
    Adaptation or None
        The trace; None where there are fewer than two finite vectors: then the weights stay.
    """
    vectors = _finite(vectors)
    if len(vectors) < _FEWEST_VECTORS:
        return weights, None
    statistics = _statistics(vectors)
    begin = weights if weights.active.any() else _by_variance(statistics, rule)
    with np.errstate(all="ignore"):
        walk = _iterate(_revived(begin, rng), statistics, rule)
    trace = walk.as_adaptation(weights, len(vectors), rule)
    return trace.after, trace


@dataclass(frozen=True)
class _Statistics:
    """Deviations (n_score,) of the components and their correlations (n_score, n_score)."""

    deviations: FloatArray
    correlations: FloatArray

    @property
    def varying(self) -> BoolArray:
        """Which components have finite correlations, shape (n_score,)."""
        return np.asarray(np.isfinite(self.deviations) & (self.deviations > 0))


@dataclass(frozen=True)
class _Field:
    """The components that take part in the iteration, `chosen` out of `n_score`."""

    chosen: IntArray
    n_score: int
    weights: FloatArray
    deviations: FloatArray
    correlations: FloatArray


@dataclass(frozen=True)
class _Way:
    """Steps from one beginning: the ratios before them, who rose and fell; -1: nobody."""

    ratios: FloatArray
    rose: IntArray
    fell: IntArray


@dataclass(frozen=True)
class _Walk:
    """What an iteration found: the best weights of the chosen components, and the ways there."""

    chosen: IntArray
    best: FloatArray
    ratio: float
    ways: list[_Way]

    def as_adaptation(self, before: Weights, n_vector: int, rule: AdaptationRule) -> Adaptation:
        """Return what it leaves: the best weights, normalised, and how they were found."""
        after = no_weights(len(before.values))
        after.values[self.chosen] = rule.normalised(self.best)
        after.active[self.chosen] = True
        return Adaptation(
            before,
            after,
            n_vector,
            np.concatenate([way.ratios for way in self.ways]),
            np.concatenate([way.rose for way in self.ways]),
            np.concatenate([way.fell for way in self.ways]),
            self.ratio,
            len(self.ways[0].ratios) if len(self.ways) > 1 else None,
            self.ratio >= rule.krayzman_threshold,
        )


def _iterate(begin: Weights, statistics: _Statistics, rule: AdaptationRule) -> _Walk:
    """Step from weights to weights until the goal is reached or the steps are used."""
    field = _entered(begin, statistics, rule)
    best, ratio, _, way = _step(field, rule, -np.inf, MOST_STEPS, PATIENCE)
    first = _Walk(field.chosen, best, ratio, [way])
    left = MOST_STEPS - len(way.ratios)
    if ratio >= rule.krayzman_threshold or left == 0 or len(field.weights) < _FEWEST_COMPONENTS:
        return first
    # So many steps without a better ratio: once more, from weights that know nothing of the way.
    field = _entered(_by_variance(statistics, rule), statistics, rule)
    best, ratio, better, more = _step(field, rule, ratio, left, MOST_STEPS)
    if better:
        return _Walk(field.chosen, best, ratio, [way, more])
    return replace(first, ways=[way, more])


def _step(
    field: _Field, rule: AdaptationRule, best_ratio: float, most: int, patience: int
) -> tuple[FloatArray, float, bool, _Way]:
    """Walk over one field; see `loops.walk`."""
    step_rule = loops.StepRule(  # eq. 10
        rise=1.0 + 2.0 / field.n_score,
        fall=1.0 - 1.0 / field.n_score,
        by_sum=rule.norm_space,
        hold=rule.hold_normalization,
        bounded=rule.weight_bound is not None,
        bound=np.inf if rule.weight_bound is None else rule.weight_bound,
    )
    walked = loops.walk(
        field.weights,
        loops.Variation(field.deviations, field.correlations, _ROUNDING),
        step_rule,
        loops.Limits(rule.krayzman_threshold, most, patience),
        best_ratio,
    )
    rose, fell = (np.where(who < 0, -1, field.chosen[who]) for who in (walked.rose, walked.fell))
    return walked.best, walked.ratio, walked.better, _Way(walked.ratios, rose, fell)


def _entered(weights: Weights, statistics: _Statistics, rule: AdaptationRule) -> _Field:
    """Return the field of those active components whose correlations are finite."""
    chosen = np.flatnonzero(weights.active & statistics.varying)
    values = weights.values[chosen]
    return _Field(
        chosen,
        len(weights.values),
        values if rule.hold_normalization else rule.normalised(values),
        statistics.deviations[chosen],
        statistics.correlations[np.ix_(chosen, chosen)],
    )


def _statistics(vectors: FloatArray) -> _Statistics:
    with np.errstate(all="ignore"):
        # From the first vector on, so that a constant component is exactly constant.
        centred = vectors - vectors[0]
        centred = centred - centred.mean(axis=0)
        deviations = np.sqrt((centred**2).mean(axis=0))
        standard = centred / deviations
        correlations = standard.T @ standard / len(vectors)
    return _Statistics(deviations, correlations)


def _by_variance(statistics: _Statistics, rule: AdaptationRule) -> Weights:
    with np.errstate(over="ignore"):
        variances = statistics.deviations**2
    active = np.isfinite(variances) & (variances > _SMALLEST_VARIANCE)
    values = np.zeros(len(variances))
    values[active] = 1.0 / variances[active]  # eq. 8
    return Weights(rule.normalised(values), active)


def _revived(weights: Weights, rng: np.random.Generator) -> Weights:
    """Return the weights with every component active."""
    values = weights.values.copy()
    positive = values[values > 0]
    smallest = positive.min() if len(positive) else 1.0
    drawn = rng.uniform(0.5, 1.5, int(np.count_nonzero(~weights.active)))
    values[~weights.active] = 0.5 * smallest * drawn
    return Weights(values, np.ones(len(values), dtype=bool))


def _finite(vectors: FloatArray) -> FloatArray:
    return vectors[np.isfinite(vectors).all(axis=1)]
