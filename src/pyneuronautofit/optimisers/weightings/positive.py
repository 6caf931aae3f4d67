"""Positive correlations: the Krayzman iteration, until no component is worked against.

The scalar goes up with every component if and only if every correlation (docs/search.md, eq. 9) is
positive. The greatest one always is, so this is the same as a positive ratio of the least to the
greatest: Krayzman's iteration with the smallest positive number for its threshold.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np

from pyneuronautofit._options import taken
from pyneuronautofit._types import FloatArray
from pyneuronautofit.optimisers.algorithm import SearchTask
from pyneuronautofit.optimisers.genetic import GeneticAlgorithm, GeneticOptions, genetic_algorithm
from pyneuronautofit.optimisers.weighting import Adaptation, Weights
from pyneuronautofit.optimisers.weightings.krayzman import (
    AdaptationOptions,
    AdaptationRule,
    adapt,
    first_weights,
)

_ABOVE_ZERO = float(np.nextafter(0.0, 1.0))


@dataclass(frozen=True)
class PositiveCorrelations:
    """Weights under which the scalar is correlated positively with every active component.

    Attributes
    ----------
    rule
        How the iteration goes; its threshold has no say.
    """

    rule: AdaptationRule

    def first(self, vectors: FloatArray) -> Weights:
        """Return 1/variance of vectors (n_vector, n_score)."""
        return first_weights(vectors, self.rule)

    def update(
        self, vectors: FloatArray, weights: Weights, rng: np.random.Generator
    ) -> tuple[Weights, Adaptation | None]:
        """Adapt the weights until every active correlation is positive."""
        return adapt(vectors, weights, replace(self.rule, krayzman_threshold=_ABOVE_ZERO), rng)


@dataclass(frozen=True, kw_only=True)
class PositiveSettings(AdaptationOptions, GeneticOptions):
    """A genetic algorithm with these weights."""

    code: ClassVar[str] = "P"
    name: ClassVar[str] = "PositiveCor"
    about: ClassVar[str] = (
        "positive correlation: the same as Krayzman's procedure, but with the goal of making all "
        "correlations positive"
    )
    leaves_trace: ClassVar[bool] = True

    def strategy(self, task: SearchTask) -> GeneticAlgorithm:
        """Return the strategy that searches."""
        rule = taken(AdaptationRule, self, krayzman_threshold=_ABOVE_ZERO)
        return genetic_algorithm(self, task, PositiveCorrelations(rule))
