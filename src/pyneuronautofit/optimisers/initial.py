"""The initial population: drawn, or taken from somewhere as far as that goes."""

from __future__ import annotations

import numpy as np

from pyneuronautofit._types import FloatArray
from pyneuronautofit.space import ParameterSpace


def initial_candidates(
    space: ParameterSpace, size: int, given: FloatArray | None, rng: np.random.Generator
) -> FloatArray:
    """Return the first candidates of a search.

    Parameters
    ----------
    size
        How many.
    given : FloatArray, shape (n_given, n_param), model values, or None
        Candidates to begin with. What is nan in them is drawn, as are candidates that are missing;
        surplus ones are left out. Values outside the bounds become the nearest bound.

    Returns
    -------
    FloatArray, shape (size, n_param), search coordinates
    """
    x = space.sample(rng, size)
    if given is None or not len(given):
        return x
    values = space.to_model(x).values
    taken = given[:size]
    values[: len(taken)] = np.where(np.isnan(taken), values[: len(taken)], taken)
    return space.from_model(values)
