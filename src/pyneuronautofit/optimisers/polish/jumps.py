"""Where to begin anew: beside a good model, at random or along what good models differ in."""

from __future__ import annotations

import numpy as np

from pyneuronautofit._types import FloatArray
from pyneuronautofit.optimisers.polish.distinct import apart
from pyneuronautofit.space import ParameterSpace

#: How far a jump leads: the root mean square over the parameters, each of its whole range.
SHORTEST, LONGEST = 0.02, 0.045
# Directions are differences of good models in this part of the jumps; the others have none.
_ALONG = 0.5


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
    return space.from_unit(reflected(unit + scaled))


def reflected(unit: FloatArray) -> FloatArray:
    """Return points with what lies beyond a bound as far on this side of it."""
    inside = np.where(unit < 0, -unit, np.where(unit > 1, 2 - unit, unit))
    return np.clip(inside, 0.0, 1.0)
