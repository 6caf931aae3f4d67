"""A population: candidates with their scores, in one record."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pyneuronautofit._types import BoolArray, FloatArray, IntArray


@dataclass(frozen=True)
class Population:
    """Candidates that were evaluated.

    Attributes
    ----------
    x : FloatArray, shape (n_cand, n_param), search coordinates
    scores : FloatArray, shape (n_cand, n_score)
        Lower is better; a failed candidate is a row of nan.
    """

    x: FloatArray
    scores: FloatArray

    def __len__(self) -> int:
        """Return the number of candidates."""
        return len(self.x)

    @property
    def finite(self) -> BoolArray:
        """Which candidates have finite scores only, shape (n_cand,)."""
        return np.asarray(np.isfinite(self.scores).all(axis=1))

    def take(self, chosen: IntArray) -> Population:
        """Return the population of the chosen candidates, in that order."""
        return Population(self.x[chosen], self.scores[chosen])

    def joined(self, other: Population) -> Population:
        """Return this population followed by the other."""
        return Population(
            np.concatenate([self.x, other.x]), np.concatenate([self.scores, other.scores])
        )


def empty_population(n_param: int) -> Population:
    """Return a population of nobody."""
    return Population(np.empty((0, n_param)), np.empty((0, 0)))
