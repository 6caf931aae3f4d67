"""Max scaling: every component is divided by the largest value it had lately (docs/search.md)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from pyneuronautofit._types import FloatArray
from pyneuronautofit.optimisers.algorithm import SearchTask
from pyneuronautofit.optimisers.genetic import GeneticAlgorithm, GeneticOptions, genetic_algorithm
from pyneuronautofit.optimisers.weighting import Adaptation, Weights, no_weights

#: A component that was never above this is not scaled.
_SMALLEST_SCALER = 1e-12


@dataclass(frozen=True)
class MaxScaled:
    """Weights that are 1 by the largest value of each component since the last update."""

    def first(self, vectors: FloatArray) -> Weights:
        """Return 1/scaler over vectors (n_vector, n_score); nothing is learnt from none."""
        if not len(vectors):
            return no_weights(vectors.shape[1])
        largest = vectors.max(axis=0)
        scalers = np.where(largest < _SMALLEST_SCALER, 1.0, largest)
        # eq. 11
        return Weights(1.0 / scalers, np.ones(len(scalers), dtype=bool))

    def update(
        self, vectors: FloatArray, weights: Weights, _rng: np.random.Generator
    ) -> tuple[Weights, Adaptation | None]:
        """Return the weights of the latest vectors; nothing is drawn, and there are no steps."""
        return (self.first(vectors) if len(vectors) else weights), None


@dataclass(frozen=True, kw_only=True)
class MaxScaledSettings(GeneticOptions):
    """A genetic algorithm with these weights."""

    code: ClassVar[str] = "M"
    name: ClassVar[str] = "Max"
    about: ClassVar[str] = (
        "max scaled summation: the sum of components, each divided by its largest value"
    )

    def strategy(self, task: SearchTask) -> GeneticAlgorithm:
        """Return the strategy that searches."""
        return genetic_algorithm(self, task, MaxScaled())
