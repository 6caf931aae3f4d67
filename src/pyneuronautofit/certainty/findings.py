"""How well the data fix the parameters of models."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pyneuronautofit._types import FloatArray, IntArray, Json
from pyneuronautofit.certainty.asking import Inquiry
from pyneuronautofit.certainty.directions import (
    PRIOR,
    CompensatingPair,
    Direction,
    covariance_of,
    directions_of,
    information,
    pairs_of,
    promised_gain,
)
from pyneuronautofit.certainty.scales import ResidualScale
from pyneuronautofit.certainty.settling import settled
from pyneuronautofit.certainty.slopes import FindScale, Slopes, find_slopes
from pyneuronautofit.errors import UsageError

#: A model is at a bound from this part of the range on.
AT_BOUND = 0.02
#: A standard deviation of a parameter within its bounds, if nothing is known.
UNKNOWN = float(1.0 / np.sqrt(PRIOR))
# A parameter is fixed if it is within this part of its range.
_FIXED = 0.02
#: A model is not at its minimum if the sum of squares over its variance can fall by more than this:
#: 3.84 ends an interval of 95 %.
NOT_AT_ITS_MINIMUM = 10.0
# It is fitted again so often and for so many rounds: who wants more takes a profile, or polishes.
_TIMES, _ROUNDS = 2, 16
# Of two standard normal deviates 95 % are within this.
_WITHIN_95 = 1.959964
# Slopes over half the difference that differ by more than this part are worth a word, and so are
# so many residuals that could not be compared.
_ROUGH, _LOST = 0.3, 0.05


@dataclass(frozen=True)
class ParameterCertainty:
    """How well one parameter is fixed.

    Attributes
    ----------
    name
        The parameter's.
    value
        That of the first model.
    at
        The same as a part of its range.
    low, high
        Between which values it is, at 95 %, within its bounds.
    deviation
        Its standard deviation, of the whole range; `UNKNOWN` where the data say nothing.
    alone
        The same, if all other parameters were known.
    spread
        The standard deviation of its values among the models, of the whole range.
    bound
        At which bound most of the models are: `lower`, `upper` or "".
    acts
        Whether the residuals change at all if it is moved.
    notes
        What is to be said about how it was found.
    """

    name: str
    value: float
    at: float
    low: float
    high: float
    deviation: float
    alone: float
    spread: float
    bound: str
    acts: bool
    notes: tuple[str, ...] = ()

    @property
    def verdict(self) -> str:
        """How well it is fixed, in a word or two: no better than models agree on it."""
        if not self.acts:
            return "no effect"
        off = max(self.deviation, self.spread)
        if off < _FIXED:
            return "fixed"
        if off < 0.5 * UNKNOWN:
            return "roughly fixed"
        return "hardly fixed" if off < 0.9 * UNKNOWN else "not fixed"

    @property
    def remarks(self) -> tuple[str, ...]:
        """All that is to be said about it, the verdict first."""
        at_bound = (f"at its {self.bound} bound",) if self.bound else ()
        differ = self.acts and self.spread > 2 * self.deviation
        spread = (f"models differ by +- {100 * self.spread:.2g} %",) if differ else ()
        return (self.verdict, *at_bound, *spread, *self.notes)

    def as_json(self) -> dict[str, Json]:
        """Return it in types that JSON has."""
        return {
            "name": self.name,
            "value": self.value,
            "low_95": self.low,
            "high_95": self.high,
            "standard_deviation": self.deviation,
            "standard_deviation_alone": self.alone,
            "spread_of_models": self.spread,
            "at_bound": self.bound or None,
            "acts": self.acts,
            "verdict": self.verdict,
            "notes": list(self.notes),
        }


@dataclass(frozen=True)
class Certainty:
    """How well the data fix the parameters.

    Attributes
    ----------
    rows : IntArray, shape (n_model,)
        The numbers of the models' evaluations.
    scale
        The variance of a residual.
    parameters
        Those that are searched and continuous, in their order.
    directions
        The stiffest first.
    pairs
        Which compensate each other.
    covariance : FloatArray, shape (n_free, n_free)
        Of the parameters, per whole range.
    above_noise
        How many times the noise of the recording the best of the models misses, in squares; None
        where its noise cannot be seen.
    constant
        Names of parameters that are not looked at: constant or whole numbers.
    n_evaluation
        How many candidates were simulated for it.
    start_rise
        By how much the sum of squares over its variance was above the least at the first model,
        where that was not at its minimum and was fitted again; else 0.
    """

    rows: IntArray
    scale: ResidualScale
    parameters: tuple[ParameterCertainty, ...]
    directions: tuple[Direction, ...]
    pairs: tuple[CompensatingPair, ...]
    covariance: FloatArray
    above_noise: float | None
    constant: tuple[str, ...]
    n_evaluation: int
    start_rise: float = 0.0

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the parameters that were looked at."""
        return tuple(each.name for each in self.parameters)

    @property
    def sloppy(self) -> tuple[Direction, ...]:
        """The directions that are hardly fixed, the sloppiest first."""
        return tuple(each for each in self.directions[::-1] if each.is_sloppy)

    @property
    def stiff(self) -> tuple[Direction, ...]:
        """The others, the stiffest first."""
        return tuple(each for each in self.directions if not each.is_sloppy)

    def as_json(self) -> dict[str, Json]:
        """Return everything in types that JSON has."""
        return {
            "models": self.rows.tolist(),
            "scale": {
                "variance": self.scale.variance,
                "source": self.scale.source,
                "independent_residuals": self.scale.n_independent or None,
            },
            "parameters": [each.as_json() for each in self.parameters],
            "directions": [each.as_json(self.names) for each in self.directions],
            "pairs": [each.as_json() for each in self.pairs],
            "misfit_over_noise": self.above_noise,
            "covariance": self.covariance.tolist(),
            "start_rise": self.start_rise,
            "not_looked_at": list(self.constant),
            "evaluations": self.n_evaluation,
        }


def find_certainty(
    inquiry: Inquiry,
    x: FloatArray,
    rows: Sequence[int] = (),
    scale: ResidualScale | FindScale | None = None,
    noise: FindScale | None = None,
    *,
    settle: bool = False,
) -> Certainty:
    """Find out how well the data fix the parameters of models.

    Parameters
    ----------
    x : FloatArray, shape (n_model, n_param), search coordinates
        The best one first.
    rows
        What they are called: the numbers of their evaluations.
    scale
        The variance of a residual, or what finds it; None: from what the models miss, the least.
    noise
        What finds the variance that the recording's noise gives to a residual.
    settle
        Whether the best model is fitted again where it is not at its minimum.

    Raises
    ------
    UsageError
        If there is no parameter that could be moved.
    RunError
        If a model cannot be simulated.
    """
    names, constant = _free_and_constant(inquiry)
    before = inquiry.count.n_asked
    found = find_slopes(inquiry, x)
    start_rise = 0.0
    if settle:
        found[0], start_rise = _at_its_minimum(inquiry, x[0], found[0], scale)
    misfit = min((each.scale for each in found), key=lambda each: each.variance)
    if scale is None:
        scale = misfit
    elif not isinstance(scale, ResidualScale):
        scale = scale(inquiry, found[0])
    # A model without any fault would make everything certain.
    variance = max(scale.variance, 1e-12)
    jacobians = [each.jacobian for each in found]
    known = information(jacobians, variance)
    covariances = [covariance_of(information([each], variance)) for each in jacobians]
    covariance = np.mean(covariances, axis=0)
    return Certainty(
        rows=np.array(rows if len(rows) else range(len(x)), dtype=np.int64),
        scale=scale,
        parameters=tuple(_parameters(inquiry, found, known, covariance)),
        directions=tuple(directions_of(known, names)),
        pairs=tuple(pairs_of(known, names)),
        covariance=covariance,
        above_noise=_above_noise(inquiry, found[0], misfit, noise),
        constant=tuple(constant),
        n_evaluation=inquiry.count.n_asked - before,
        start_rise=start_rise,
    )


def _free_and_constant(inquiry: Inquiry) -> tuple[list[str], list[str]]:
    """Return the names of parameters that can be moved a little, and of the others.

    Raises
    ------
    UsageError
        If there is none that can.
    """
    free = inquiry.space.continuous.tolist()
    names = list(zip(inquiry.space.names, free, strict=True))
    if not any(free):
        raise UsageError(
            "all parameters of this run are constant or whole numbers: there are no slopes, and so "
            "nothing to say about how well they are fixed"
        )
    return [n for n, is_free in names if is_free], [n for n, is_free in names if not is_free]


def _at_its_minimum(
    inquiry: Inquiry, x: FloatArray, slopes: Slopes, scale: ResidualScale | FindScale | None
) -> tuple[Slopes, float]:
    """Return the slopes where a model (n_param,) is at its minimum, and how far above it was.

    Slopes elsewhere say nothing about how far the minimum is away: intervals would be about
    another place.
    """
    assumed = scale if isinstance(scale, ResidualScale) else slopes.scale
    free = slopes.unit[inquiry.space.continuous]
    variance = max(assumed.variance, 1e-12)
    if promised_gain(slopes.jacobian, slopes.weighted, variance, free) <= NOT_AT_ITS_MINIMUM:
        return slopes, 0.0
    again = settled(inquiry, x, scale, times=_TIMES, rounds=_ROUNDS)
    begun, least = (float((each.weighted**2).sum()) for each in (slopes, again.slopes))
    return again.slopes, (begun - least) / max(again.scale.variance, 1e-12)


def _above_noise(
    inquiry: Inquiry, slopes: Slopes, misfit: ResidualScale, noise: FindScale | None
) -> float | None:
    """Return how many times its noise models miss a recording; None: nobody knows."""
    if noise is None:
        return None
    try:
        variance = noise(inquiry, slopes).variance
    except UsageError:  # The recording begins with its stimulus.
        return None
    return misfit.variance / variance if variance > 0 else None


def _parameters(
    inquiry: Inquiry, found: Sequence[Slopes], known: FloatArray, covariance: FloatArray
) -> list[ParameterCertainty]:
    space = inquiry.space
    units = np.stack([each.unit for each in found])
    deviations = np.sqrt(np.diag(covariance))
    spreads = units.std(axis=0, ddof=1) if len(units) > 1 else np.zeros(units.shape[1])
    parameters = []
    for place, column in enumerate(np.flatnonzero(space.continuous).tolist()):
        deviation, own = float(deviations[place]), float(known[place, place])
        here = float(units[0, column])
        reach = _WITHIN_95 * deviation if own > 0 else 1.0
        ends = [here, here - reach, here + reach]
        value, low, high = values_at(inquiry, units[0], column, np.clip(ends, 0.0, 1.0))
        parameters.append(
            ParameterCertainty(
                name=space.names[column],
                value=value,
                at=here,
                low=min(low, high),
                high=max(low, high),
                deviation=deviation,
                alone=1.0 / float(np.sqrt(own + PRIOR)),
                spread=float(spreads[column]),
                bound=_bound(units[:, column]),
                acts=own > 0,
                notes=tuple(_notes(found, place)),
            )
        )
    return parameters


def values_at(inquiry: Inquiry, unit: FloatArray, column: int, at: FloatArray) -> list[float]:
    """Return the model's values of one parameter at points (n,), 0 .. 1, of its range."""
    points = np.repeat(unit[None], len(at), axis=0)
    points[:, column] = at
    space = inquiry.space
    values: list[float] = space.to_model(space.from_unit(points)).values[:, column].tolist()
    return values


def _bound(unit: FloatArray) -> str:
    """Return at which bound most of the models are, from values (n_model,), 0 .. 1."""
    if (unit <= AT_BOUND).mean() > 0.5:
        return "lower"
    return "upper" if (unit >= 1 - AT_BOUND).mean() > 0.5 else ""


def _notes(found: Sequence[Slopes], place: int) -> list[str]:
    """Return what is to be said about the slopes of one parameter."""
    notes = []
    rough = max(float(each.disagreement[place]) for each in found)
    if rough > _ROUGH:
        notes.append(f"its slope is rough: half the step gives one that is {100 * rough:.0f} % off")
    lost = max(float(each.lost[place]) for each in found)
    if lost > _LOST:
        notes.append(f"spikes come or go: {100 * lost:.0f} % of the residuals say nothing")
    return notes
