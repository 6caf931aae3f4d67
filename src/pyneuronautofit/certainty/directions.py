"""Stiff and sloppy directions: what parameters do together.

The equations are those of docs/certainty.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pyneuronautofit._types import FloatArray, Json

#: What is known of a parameter before anything was measured: that it is between its bounds. The
#: variance of that is 1 over this.
PRIOR = 12.0
#: A direction is sloppy if it can move by this part of what it could without any data.
SLOPPY = 0.5
# .. and the data say nothing of it if they say so many times less than the bounds.
_NOTHING = 0.1
# What takes part in a direction by less than this part of its largest is not named; nor are more.
_TAKES_PART, _MOST_NAMED = 0.3, 4
#: Pairs compensate each other from this correlation on.
COMPENSATING = 0.8


@dataclass(frozen=True)
class Direction:
    """A direction in the unit cube that the data see by itself.

    Attributes
    ----------
    singular
        The singular value: by how many of its standard deviations the residuals change along the
        whole range.
    deviation
        How far models may be off along it, of the whole range (one standard deviation).
    vector : FloatArray, shape (n_free,)
        Of length 1; its largest component is positive.
    text
        What that is in words.
    """

    singular: float
    deviation: float
    vector: FloatArray
    text: str

    @property
    def is_sloppy(self) -> bool:
        """Whether the data hardly fix it."""
        return bool(self.deviation > SLOPPY / np.sqrt(PRIOR))

    def as_json(self, names: Sequence[str]) -> dict[str, Json]:
        """Return it in types that JSON has; `names` are those of the free parameters."""
        return {
            "singular_value": self.singular,
            "standard_deviation": self.deviation,
            "sloppy": self.is_sloppy,
            "says": self.text,
            "vector": dict(zip(names, self.vector.tolist(), strict=True)),
        }


@dataclass(frozen=True)
class CompensatingPair:
    """Two parameters of which one can make up for the other.

    Attributes
    ----------
    one, other
        Their names.
    correlation
        Of their uncertainties, with all others free.
    cosine
        Of what they do to the residuals: -1 or 1 is the same.
    """

    one: str
    other: str
    correlation: float
    cosine: float

    @property
    def text(self) -> str:
        """What that is in words."""
        how = "up" if self.correlation > 0 else "down"
        return f"{self.one} up, {self.other} {how}"

    def as_json(self) -> dict[str, Json]:
        """Return it in types that JSON has."""
        return {
            "parameters": [self.one, self.other],
            "correlation": self.correlation,
            "cosine": self.cosine,
            "says": self.text,
        }


def information(jacobians: Sequence[FloatArray], variance: float) -> FloatArray:
    """Return what the data say, on average over models (eq. 5): (n_free, n_free).

    Parameters
    ----------
    jacobians
        Of each model, (n_residual, n_free), of weighted residuals, per whole range.
    variance
        Of a residual.
    """
    squares = [np.einsum("ki,kj->ij", each, each) for each in jacobians]
    return np.asarray(np.mean(squares, axis=0) / variance)


def covariance_of(found: FloatArray) -> FloatArray:
    """Return the covariance that information (n_free, n_free) leaves within the bounds (eq. 6)."""
    return np.asarray(np.linalg.inv(found + PRIOR * np.eye(len(found))), dtype=np.float64)


def promised_gain(
    jacobian: FloatArray, weighted: FloatArray, variance: float, at: FloatArray
) -> float:
    """Return by how much a step along the slopes is to lower the sum of squares over its variance.

    A parameter at a bound, which the step would lead beyond it, is left where it is.

    Parameters
    ----------
    jacobian : FloatArray, shape (n_residual, n_free)
        Of the weighted residuals, per whole range.
    weighted : FloatArray, shape (n_residual,)
    variance
        Of a residual.
    at : FloatArray, shape (n_free,), 0 .. 1
        Where the parameters are.
    """
    known = information([jacobian], variance)
    slope = np.einsum("ki,k->i", jacobian, weighted) / variance
    moved = np.ones(len(at), dtype=bool)
    while moved.any():
        step = np.zeros(len(at))
        step[moved] = -covariance_of(known[np.ix_(moved, moved)]) @ slope[moved]
        beyond = ((at <= 0.0) & (step < 0)) | ((at >= 1.0) & (step > 0))
        if not beyond.any():
            return float(-slope @ step)
        moved &= ~beyond
    return 0.0


def directions_of(found: FloatArray, names: Sequence[str]) -> list[Direction]:
    """Return the directions of information (n_free, n_free), the stiffest first (eq. 7)."""
    values, vectors = np.linalg.eigh(found)
    directions = []
    for place in np.argsort(-values, kind="stable").tolist():
        value, vector = max(float(values[place]), 0.0), vectors[:, place]
        vector = vector * np.sign(vector[np.argmax(np.abs(vector))])
        deviation = 1.0 / float(np.sqrt(value + PRIOR))
        text = f"{_moves(vector, names)}: {_effect(value, deviation)}"
        directions.append(Direction(float(np.sqrt(value)), deviation, vector, text))
    return directions


def pairs_of(found: FloatArray, names: Sequence[str]) -> list[CompensatingPair]:
    """Return the pairs that compensate each other, the most alike first."""
    covariance = covariance_of(found)
    deviation = np.sqrt(np.diag(covariance))
    size = np.sqrt(np.diag(found))
    correlation = covariance / np.outer(deviation, deviation)
    pairs = []
    for i in range(len(names)):
        for j in range(i + 1, len(names)):
            if abs(correlation[i, j]) >= COMPENSATING and size[i] > 0 and size[j] > 0:
                cosine = found[i, j] / (size[i] * size[j])
                pairs.append(
                    CompensatingPair(names[i], names[j], float(correlation[i, j]), float(cosine))
                )
    return sorted(pairs, key=lambda pair: -abs(pair.correlation))


def _moves(vector: FloatArray, names: Sequence[str]) -> str:
    size = np.abs(vector)
    order = [
        place
        for place in np.argsort(-size, kind="stable").tolist()
        if size[place] >= _TAKES_PART * size.max()
    ]
    said = [f"{names[p]} {'up' if vector[p] > 0 else 'down'}" for p in order[:_MOST_NAMED]]
    if len(order) > _MOST_NAMED:
        said.append(f"{len(order) - _MOST_NAMED} more")
    return ", ".join(said)


def _effect(value: float, deviation: float) -> str:
    if value < _NOTHING * PRIOR:
        return "nothing changes"
    if deviation > SLOPPY / np.sqrt(PRIOR):
        return "hardly anything changes"
    return f"fixed to {100 * deviation:.2g} % of the ranges"
