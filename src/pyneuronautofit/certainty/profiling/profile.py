"""A profile: how good models can be for every value of one parameter, all others fitted again.

The equations are those of docs/certainty.md.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite

import numpy as np

from pyneuronautofit._types import FloatArray, Json
from pyneuronautofit.certainty.scales import ResidualScale

#: What the sum of squares may rise by: quantiles of chi-square with one degree of freedom (eq. 8).
THRESHOLD_68, THRESHOLD_95 = 1.0, 3.841459
# A point that is higher by more than this than one that is farther out is a hump.
_HUMP = 1.0


@dataclass(frozen=True)
class ProfilePoint:
    """The best that there is for one value of the parameter.

    Attributes
    ----------
    value
        The parameter's.
    at
        The same as a part of its range.
    rise
        By how much the sum of squares over its variance is above the least of the profile.
    parameters : FloatArray, shape (n_param,), model values
        All of the model's.
    """

    value: float
    at: float
    rise: float
    parameters: FloatArray


@dataclass(frozen=True)
class Profile:
    """How good models can be for every value of one parameter.

    Attributes
    ----------
    name
        The parameter's.
    points
        In the order of its values.
    best
        Which of them is the least.
    scale
        The variance of a residual.
    bounds
        The parameter's bounds.
    start
        Its value before anything was fitted again.
    start_rise
        By how much the sum of squares over its variance was above the least then; inf where that
        model cannot be simulated any more.
    names
        Of all parameters.
    complete
        False where it was interrupted.
    n_evaluation
        How many candidates were simulated for it.
    """

    name: str
    points: tuple[ProfilePoint, ...]
    best: int
    scale: ResidualScale
    bounds: tuple[float, float]
    start: float
    start_rise: float
    names: tuple[str, ...]
    complete: bool
    n_evaluation: int

    @property
    def sides(self) -> tuple[Sequence[ProfilePoint], Sequence[ProfilePoint]]:
        """The points from the least on, downwards and upwards."""
        return self.points[self.best :: -1], self.points[self.best :]

    @property
    def humps(self) -> list[ProfilePoint]:
        """Points that are higher than one farther out: another valley, or what was not fitted."""
        found = []
        for side in self.sides:
            least = np.inf
            for point in side[::-1]:
                if point.rise > least + _HUMP:
                    found.append(point)
                least = min(least, point.rise)
        return sorted(found, key=lambda point: point.at)

    def interval(self, threshold: float = THRESHOLD_95) -> tuple[float | None, float | None]:
        """Return between which values the profile is below a threshold; None: it has no such end.

        Where it crosses between two points, the root of the rise is taken to be straight there.
        """
        below, above = (_crossing(side, threshold) for side in self.sides)
        return below, above

    def as_json(self) -> dict[str, Json]:
        """Return everything in types that JSON has."""
        return {
            "parameter": self.name,
            "complete": self.complete,
            "best": self.points[self.best].value,
            "start": self.start,
            "start_rise": self.start_rise if isfinite(self.start_rise) else None,
            "interval_68": list(self.interval(THRESHOLD_68)),
            "interval_95": list(self.interval(THRESHOLD_95)),
            "threshold_68": THRESHOLD_68,
            "threshold_95": THRESHOLD_95,
            "bounds": list(self.bounds),
            "scale": {"variance": self.scale.variance, "source": self.scale.source},
            "humps": [point.value for point in self.humps],
            "points": [
                {
                    "value": point.value,
                    "rise": point.rise,
                    "parameters": dict(zip(self.names, point.parameters.tolist(), strict=True)),
                }
                for point in self.points
            ],
            "evaluations": self.n_evaluation,
        }


def bracket(
    side: Sequence[ProfilePoint], threshold: float
) -> tuple[ProfilePoint | None, ProfilePoint | None]:
    """Return the points before and behind where a side first passes a threshold; None: nowhere."""
    for inner, outer in itertools.pairwise(side):
        if outer.rise > threshold:
            return inner, outer
    return None, None


def _crossing(side: Sequence[ProfilePoint], threshold: float) -> float | None:
    inner, outer = bracket(side, threshold)
    if inner is None or outer is None:
        return None
    low, high = np.sqrt([max(inner.rise, 0.0), outer.rise])
    part = (np.sqrt(threshold) - low) / (high - low)
    return float(inner.value + part * (outer.value - inner.value))
