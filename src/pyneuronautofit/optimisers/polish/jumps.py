"""Where to begin anew: beside a good model, at random or along what good models differ in."""

from __future__ import annotations

import numpy as np

from pyneuronautofit._types import BoolArray, FloatArray
from pyneuronautofit.optimisers.polish.distinct import apart
from pyneuronautofit.space import ParameterSpace

#: How far a jump leads: the root mean square over the parameters, each of its whole range.
SHORTEST, LONGEST = 0.02, 0.045
# Directions are differences of good models in this part of the jumps; the others have none.
_ALONG = 0.5
# This part of the jumps draws up to so many parameters anew, wherever that leads: where a channel
# is as good as absent, no slope says what it could do.
ANEW, MOST_ANEW = 0.34, 3


def jumped(
    space: ParameterSpace,
    base: FloatArray,
    good: FloatArray,
    rng: np.random.Generator,
    *,
    n_jump: int,
    lengths: tuple[float, float],
) -> FloatArray:
    """Return candidates beside one.

    Parameters
    ----------
    base : FloatArray, shape (n_param,), search coordinates
    good : FloatArray, shape (n_good, n_param), search coordinates
        Models whose differences are directions.
    n_jump
        How many.
    lengths
        The shortest and the longest jump.

    Returns
    -------
    FloatArray, shape (n_jump, n_param), search coordinates
    """
    unit, others = space.to_unit(base[None])[0], space.to_unit(good)
    moves = rng.normal(size=(n_jump, len(unit)))
    along = rng.random(n_jump) < _ALONG
    if len(others) > 1:
        first = rng.integers(0, len(others), n_jump)
        second = (first + rng.integers(1, len(others), n_jump)) % len(others)
        differences = others[first] - others[second]
        along &= apart(others[first], others[second]) > 0
        moves = np.where(along[:, None], differences, moves)
    moves = moves * ~space.fixed
    size = apart(moves, 0.0 * moves)
    length = rng.uniform(*lengths, n_jump)
    scaled = moves * (length / np.where(size > 0, size, 1.0))[:, None]
    points = reflected(unit + scaled)
    n_anew = round(ANEW * n_jump)
    points[:n_anew] = _redrawn(unit, n_anew, ~space.fixed, rng)
    return space.from_unit(points)


def _redrawn(
    unit: FloatArray, n_jump: int, free: BoolArray, rng: np.random.Generator
) -> FloatArray:
    """Return copies of a point with a few of its free coordinates drawn anew."""
    points = np.repeat(unit[None], n_jump, axis=0)
    places = np.flatnonzero(free)
    for point in points:
        chosen = rng.permutation(places)[: rng.integers(1, MOST_ANEW + 1)]
        point[chosen] = rng.random(len(chosen))
    return points


def reflected(unit: FloatArray) -> FloatArray:
    """Return points with what lies beyond a bound as far on this side of it."""
    inside = np.where(unit < 0, -unit, np.where(unit > 1, 2 - unit, unit))
    return np.clip(inside, 0.0, 1.0)
