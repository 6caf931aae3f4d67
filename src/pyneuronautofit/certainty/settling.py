"""A model fitted again with all its parameters, until new slopes gain nothing more."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pyneuronautofit._types import FloatArray
from pyneuronautofit.certainty.asking import Inquiry
from pyneuronautofit.certainty.refitting import ROUNDS, Refit, Refitting
from pyneuronautofit.certainty.scales import ResidualScale
from pyneuronautofit.certainty.slopes import FindScale, Slopes, find_slopes

#: Slopes of a fit are taken over this part of what a model's own were taken over.
PART_OF_MOVE = 0.5
# A model is settled if it gains no more than this, in units of the residuals' variance.
_SETTLED, _N_AGAIN = 0.5, 5


@dataclass(frozen=True)
class SettledModel:
    """A model that was fitted again.

    Attributes
    ----------
    point
        Where it is.
    slopes
        There.
    scale
        The variance of a residual.
    """

    point: Refit
    slopes: Slopes
    scale: ResidualScale


def settled(
    inquiry: Inquiry,
    x: FloatArray,
    scale: ResidualScale | FindScale | None = None,
    *,
    times: int = _N_AGAIN,
    rounds: int = ROUNDS,
) -> SettledModel:
    """Return a model (n_param,), search coordinates, fitted again.

    Parameters
    ----------
    scale
        The variance of a residual, or what finds it; None: from what the model misses, in the end
        what the fitted one does.
    times, rounds
        How often new slopes begin a fit, and for how many rounds, at most.
    """
    (slopes,) = find_slopes(inquiry, x[None])
    found = scale or slopes.scale
    found = found if isinstance(found, ResidualScale) else found(inquiry, slopes)
    for _time in range(times):
        variance = max(found.variance, 1e-12)
        moves = PART_OF_MOVE * slopes.moves
        everything = Refitting(inquiry, inquiry.space.continuous, moves, variance, rounds)
        begun = everything.begin(slopes.unit[None])
        (point,) = everything.fitted(begun)
        before, after = everything.square(np.stack([begun[0].residuals, point.residuals]))
        (slopes,) = find_slopes(inquiry, inquiry.space.from_unit(point.unit[None]))
        if scale is None:
            found = slopes.scale
        if before - after < _SETTLED:
            break
    return SettledModel(point, slopes, found)
