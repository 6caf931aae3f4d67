"""A. Krayzman's adaptive weighting: weights under which no component is forgotten.

The scalar that a search minimises is a weighted sum of the components of the objective vector. If
it hardly follows one of them, that one is not fitted. So the correlation of every component with
the scalar is looked at, over the vectors that the search met lately: as long as the least of them
is too small beside the greatest, the component of the least correlation gains weight and that of
the greatest loses some.

The correlations need no pass over the vectors: with R the matrix of the components' correlations
with each other, d their standard deviations and w the weights, the covariance of the scalar with
component i, divided by d_i, is (R (w d))_i; the scalar's own variance is the same for all and
cancels in the ratio. One step costs n_score² operations.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from pyneuronautofit._types import BoolArray, FloatArray, IntArray
from pyneuronautofit.optimisers.weighting import Adaptation, Weights, no_weights

#: Steps of one update, and steps without a better ratio before the one restart.
MOST_STEPS = 2000
PATIENCE = 300

#: A component that varies less than this does not take part in the first weights.
_SMALLEST_VARIANCE = 1e-9
#: The variance of a scalar that is constant but for rounding, by what it could be at most.
_ROUNDING = 1e-14
#: Vectors that a correlation needs.
_FEWEST_VECTORS = 2


@dataclass(frozen=True)
class AdaptationRule:
    """How the iteration goes.

    Attributes
    ----------
    threshold
        Of the ratio of the least to the greatest correlation: the goal.
    normalise_sum
        Normalise the weights to sum 1 instead of maximum 1.
    hold
        Normalise after the iteration only, not after every step.
    bound
        X: a weight falls only while it is above 1/X and rises only while it is below X.
    """

    threshold: float = 0.05
    normalise_sum: bool = False
    hold: bool = False
    bound: float | None = None

    def normalised(self, values: FloatArray) -> FloatArray:
        """Return the weights (n_score,) by their sum or maximum; all of 0 stay as they are."""
        size = values.sum() if self.normalise_sum else values.max(initial=0.0)
        return values / size if size > 0 else values


@dataclass(frozen=True)
class KrayzmanWeights:
    """Weights under which the least correlation is not too small beside the greatest.

    Attributes
    ----------
    rule
        How the iteration goes.
    """

    code: ClassVar[str] = "K"

    rule: AdaptationRule

    def first(self, vectors: FloatArray) -> Weights:
        """Return 1/variance of vectors (n_vector, n_score)."""
        return first_weights(vectors, self.rule)

    def update(
        self, vectors: FloatArray, weights: Weights, rng: np.random.Generator
    ) -> tuple[Weights, Adaptation | None]:
        """Adapt the weights until the threshold is reached, or nothing helps any more."""
        return adapt(vectors, weights, self.rule, rng)


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
    trace = _trace(walk, weights, len(vectors), rule)
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
class _Trial:
    """Weights of the components that take part, what they pull the scalar by, and their ratio."""

    weights: FloatArray
    pulls: FloatArray
    ratio: float


@dataclass(frozen=True)
class _Step:
    """The ratio before a step, and the components that rose and fell; -1: nobody."""

    ratio: float
    rose: int
    fell: int


@dataclass(frozen=True)
class _Field:
    """The components that take part in the iteration, `chosen` out of `n_score`."""

    chosen: IntArray
    n_score: int
    deviations: FloatArray
    correlations: FloatArray
    rule: AdaptationRule

    def trial(self, weights: FloatArray) -> _Trial:
        """Measure weights, shape (n_chosen,)."""
        if not len(weights):
            return _Trial(weights, weights, -np.inf)
        spread = weights * self.deviations
        spread = spread / spread.max()
        pulls = self.correlations @ spread
        if not spread @ pulls > _ROUNDING * spread.sum() ** 2:
            # The scalar is constant: it is correlated with nothing.
            return _Trial(weights, np.zeros_like(pulls), -np.inf)
        return _Trial(weights, pulls, float(pulls.min() / pulls.max()))

    def stepped(self, trial: _Trial) -> tuple[_Trial, _Step]:
        """Raise the weight of the least correlation, lower that of the greatest."""
        weights, bound = trial.weights.copy(), self.rule.bound
        least = int(trial.pulls.argmin())
        # The last of equals, so that it is never the least as well.
        greatest = len(weights) - 1 - int(trial.pulls[::-1].argmax())
        rises = bound is None or bool(weights[least] < bound)
        falls = bound is None or bool(weights[greatest] > 1.0 / bound)
        if rises:
            weights[least] *= 1.0 + 2.0 / self.n_score
        if falls:
            weights[greatest] *= 1.0 - 1.0 / self.n_score
        if not self.rule.hold:
            weights = self.rule.normalised(weights)
        rose = int(self.chosen[least]) if rises else -1
        fell = int(self.chosen[greatest]) if falls else -1
        return self.trial(weights), _Step(trial.ratio, rose, fell)


@dataclass(frozen=True)
class _Walk:
    """What an iteration found: the best trial, the field that it stands in, and the way there."""

    field: _Field
    best: _Trial
    steps: list[_Step]
    restarted: int | None


def _iterate(begin: Weights, statistics: _Statistics, rule: AdaptationRule) -> _Walk:
    """Step from weights to weights until the goal is reached or the steps are used."""
    field, trial = _entered(begin, statistics, rule)
    best, best_field, since_best = trial, field, 0
    steps: list[_Step] = []
    restarted: int | None = None
    while best.ratio < rule.threshold and len(steps) < MOST_STEPS:
        if restarted is None and since_best >= PATIENCE:
            field, trial = _entered(_by_variance(statistics, rule), statistics, rule)
            restarted = len(steps)
        elif len(trial.weights) < 2:  # a single component cannot be out of balance
            break
        else:
            trial, step = field.stepped(trial)
            steps.append(step)
        since_best += 1
        if trial.ratio > best.ratio:
            best, best_field, since_best = trial, field, 0
    return _Walk(best_field, best, steps, restarted)


def _trace(walk: _Walk, before: Weights, n_vector: int, rule: AdaptationRule) -> Adaptation:
    """Return what an iteration leaves: the best weights, normalised, and how they were found."""
    chosen = walk.field.chosen
    after = no_weights(len(before.values))
    after.values[chosen] = rule.normalised(walk.best.weights)
    after.active[chosen] = True
    return Adaptation(
        before,
        after,
        n_vector,
        np.array([step.ratio for step in walk.steps], dtype=np.float64),
        np.array([step.rose for step in walk.steps], dtype=np.int64),
        np.array([step.fell for step in walk.steps], dtype=np.int64),
        walk.best.ratio,
        walk.restarted,
        walk.best.ratio >= rule.threshold,
    )


def _entered(
    weights: Weights, statistics: _Statistics, rule: AdaptationRule
) -> tuple[_Field, _Trial]:
    """Return the field of those active components whose correlations are finite, measured."""
    chosen = np.flatnonzero(weights.active & statistics.varying)
    field = _Field(
        chosen,
        len(weights.values),
        statistics.deviations[chosen],
        statistics.correlations[np.ix_(chosen, chosen)],
        rule,
    )
    values = weights.values[chosen]
    return field, field.trial(values if rule.hold else rule.normalised(values))


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
    values[active] = 1.0 / variances[active]
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
