"""Which models of a run are looked at: the best one, and others that are about as good."""

from __future__ import annotations

import numpy as np

from pyneuronautofit._types import FloatArray, IntArray
from pyneuronautofit.errors import RunError
from pyneuronautofit.optimisers.polish.distinct import distinct
from pyneuronautofit.runs import RunReader
from pyneuronautofit.space import ParameterSpace

#: So many at most.
MOST_MODELS = 5
# As good: at most so many times the least weighted sum, or this much more.
_TIMES, _MORE = 1.5, 0.05
_N_LOOKED_AT = 1000


def good_rows(
    run: RunReader, space: ParameterSpace, weights: FloatArray, most: int = MOST_MODELS
) -> IntArray:
    """Return the evaluations of the best model and of distinct ones that are about as good.

    Parameters
    ----------
    weights : FloatArray, shape (n_score,)
        What every component counts.
    most
        How many there are at most.

    Returns
    -------
    IntArray, shape (n_model,)
        The best first.

    Raises
    ------
    RunError
        If no candidate could be scored.
    """
    population = np.empty(0, dtype=np.int64) if run.last is None else run.last.population
    rows = np.union1d(run.archive(), population).astype(np.int64)
    found = run.evaluations(rows)
    sums = np.einsum("ij,j->i", found.scores, weights)
    usable = np.flatnonzero(np.isfinite(sums))
    if not len(usable):
        raise RunError(
            f"{run.path.stem} has no model that could be scored: there is nothing to say"
        )
    best = usable[np.argsort(sums[usable], kind="stable")[:_N_LOOKED_AT]]
    least = float(sums[best[0]])
    best = best[sums[best] <= max(_TIMES * least, least + _MORE)]
    chosen = distinct(space.to_unit(found.coordinates[best]), sums[best])
    return np.asarray(rows[best[chosen[:most]]])
