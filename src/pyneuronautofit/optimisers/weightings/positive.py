"""Positive correlations: the Krayzman iteration, until no component is worked against.

The scalar goes up with every component if and only if every correlation (docs/search.md, eq. 9) is
positive. The greatest one always is, so this is the same as a positive ratio of the least to the
greatest: Krayzman's iteration with the smallest positive number for its threshold.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np

from pyneuronautofit._types import FloatArray
from pyneuronautofit.optimisers.weightings.base import Adaptation, Weights
from pyneuronautofit.optimisers.weightings.krayzman import AdaptationRule, adapt, first_weights

_ABOVE_ZERO = float(np.nextafter(0.0, 1.0))


@dataclass(frozen=True)
class PositiveCorrelations:
    """Weights under which the scalar is correlated positively with every active component.

    Attributes
    ----------
    rule
        How the iteration goes; its threshold has no say.
    """

    code: ClassVar[str] = "P"

    rule: AdaptationRule

    def first(self, vectors: FloatArray) -> Weights:
        """Return 1/variance of vectors (n_vector, n_score)."""
        return first_weights(vectors, self.rule)

    def update(
        self, vectors: FloatArray, weights: Weights, rng: np.random.Generator
    ) -> tuple[Weights, Adaptation | None]:
        """Adapt the weights until every active correlation is positive."""
        return adapt(vectors, weights, replace(self.rule, threshold=_ABOVE_ZERO), rng)
