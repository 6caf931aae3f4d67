"""Which models are distinct: not the same one again.

The numbers in brackets are those of the equations in docs/search.md.
"""

from __future__ import annotations

import numpy as np

from pyneuronautofit._types import FloatArray, IntArray

#: Models are distinct that are as far apart: the root mean square over the parameters, each of its
#: whole range (eq. 25).
DISTINCT = 0.05


def apart(one: FloatArray, other: FloatArray) -> FloatArray:
    """Return how far points of the unit cube (.., n_param) are apart."""
    difference = one - other
    return np.asarray(np.sqrt(np.mean(difference * difference, axis=-1)))


def distinct(unit: FloatArray, merits: FloatArray, least: float = DISTINCT) -> IntArray:
    """Choose models that are distinct from all better ones that are chosen.

    Parameters
    ----------
    unit : FloatArray, shape (n_model, n_param), 0 .. 1
    merits : FloatArray, shape (n_model,)
        Lower is better.
    least
        How far they have to be apart.

    Returns
    -------
    IntArray, shape (n_chosen,)
        Best first.
    """
    chosen: list[int] = []
    for place in np.argsort(merits, kind="stable").tolist():
        if not chosen or (apart(unit[chosen], unit[place]) >= least).all():
            chosen.append(place)
    return np.array(chosen, dtype=np.int64)
