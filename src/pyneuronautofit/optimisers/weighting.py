"""One number out of many: what a weighting is, and the records it works with.

A genetic algorithm that selects by one number needs to know what every component of the objective
vector counts. A weighting is a frozen record of settings that learns this from vectors; what it has
learnt is in `Weights`, which it takes and returns. Equations are those of docs/search.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from pyneuronautofit._options import RUN, Resumed, option
from pyneuronautofit._types import BoolArray, FloatArray, IntArray, Json


@dataclass(frozen=True)
class Weights:
    """What every component counts.

    Attributes
    ----------
    values : FloatArray, shape (n_score,)
        Not negative; 0 for components that are not active.
    active : BoolArray, shape (n_score,)
        Which components take part.
    """

    values: FloatArray
    active: BoolArray

    def scalars(self, scores: FloatArray) -> FloatArray:
        """Return the weighted sum of every candidate (eq. 6), lower is better.

        Where no component is active nothing has been learnt yet, and all count alike.

        Parameters
        ----------
        scores : FloatArray, shape (n_cand, n_score)

        Returns
        -------
        FloatArray, shape (n_cand,)
            Not finite for failed candidates.
        """
        with np.errstate(over="ignore", invalid="ignore"):
            weighted = scores * self.values if self.active.any() else scores
            # Not a product of matrices: a row's sum must not depend on the rows around it.
            return np.asarray(np.ascontiguousarray(weighted).sum(axis=1))


def no_weights(n_score: int) -> Weights:
    """Return the weights of a search that has learnt nothing yet."""
    return Weights(np.zeros(n_score), np.zeros(n_score, dtype=bool))


@dataclass(frozen=True)
class Adaptation:
    """How weights were adapted: the trace of one update.

    Attributes
    ----------
    before, after : Weights
        As they were found, and as they were left.
    n_vector
        Vectors that were learnt from.
    ratios : FloatArray, shape (n_step,)
        Least by greatest correlation before every step; -inf where the scalar is constant.
    rose, fell : IntArray, shape (n_step,)
        The component whose weight was raised, and the one whose was lowered; -1 where the bounds
        forbade it.
    ratio
        Of the weights that were kept: the best of all.
    restarted
        The number of steps before the weights were restarted; None if they were not.
    reached
        Whether the goal of the iteration was met.
    generation
        The generation whose scores were the last to be learnt from; the strategy fills it in.
    """

    before: Weights
    after: Weights
    n_vector: int
    ratios: FloatArray
    rose: IntArray
    fell: IntArray
    ratio: float
    restarted: int | None
    reached: bool
    generation: int = 0

    def as_json(self) -> dict[str, Json]:
        """Return everything in types that JSON has; what is not finite, or nobody, is None."""
        return {
            "generation": self.generation,
            "vectors": self.n_vector,
            "before": self.before.values.tolist(),
            "after": self.after.values.tolist(),
            "active": self.after.active.tolist(),
            "ratio": _or_none(self.ratio),
            "reached": self.reached,
            "restarted": self.restarted,
            "steps": {
                "ratio": [_or_none(ratio) for ratio in self.ratios.tolist()],
                "rose": [None if number < 0 else number for number in self.rose.tolist()],
                "fell": [None if number < 0 else number for number in self.fell.tolist()],
            },
        }


def _or_none(value: float) -> float | None:
    return value if np.isfinite(value) else None


@dataclass(frozen=True, kw_only=True)
class TraceOptions:
    """What the user decides about the trace of adaptations, for algorithms that leave one.

    Attributes
    ----------
    krayzman_debug
        Whether it is written to a file.
    """

    krayzman_debug: bool = option(
        False,
        "-Z",
        "--Krayzman-debug",
        group=RUN,
        resumed=Resumed.FREE,
        help="enable debug dump for adaptation weight",
    )


class Weighting(Protocol):
    """Learns from objective vectors what every component counts."""

    def first(self, vectors: FloatArray) -> Weights:
        """Return the weights that a search begins with.

        Parameters
        ----------
        vectors : FloatArray, shape (n_vector, n_score), finite
            Of the first population.

        Returns
        -------
        Weights
            None of them active if the vectors are too few to learn from.
        """
        ...

    def update(
        self, vectors: FloatArray, weights: Weights, rng: np.random.Generator
    ) -> tuple[Weights, Adaptation | None]:
        """Return new weights, and the trace of how they came about if there is one.

        Parameters
        ----------
        vectors : FloatArray, shape (n_vector, n_score), finite
            All since the last update. Where they are too few to learn from the weights stay.
        weights
            As they are.
        rng
            Is advanced by what is drawn.
        """
        ...
