"""Models of a run to begin another search with: the ones that were asked for, or its best."""

from __future__ import annotations

import numpy as np

from pyneuronautofit._text import shortened
from pyneuronautofit._types import FloatArray, IntArray
from pyneuronautofit.database.models import parse_selection
from pyneuronautofit.errors import RunError, UsageError
from pyneuronautofit.optimisers.polish.distinct import distinct
from pyneuronautofit.runs import RunReader
from pyneuronautofit.space import ParameterSpace

# So many are taken of a run, out of so many of its best, and they are so far apart (the root mean
# square over the parameters, each of its whole range): one start near another finds the same.
_N_BEST, _N_LOOKED_AT, _APART = 24, 1000, 0.02


def selected_rows(run: RunReader, selection: str, flag: str) -> list[int]:
    """Return the evaluations of a run that a selection names; `flag` is for messages.

    Raises
    ------
    UsageError
        If it is no selection, or the run does not have as many.
    """
    n = run.n_evaluation
    rows: list[int] = []
    for part in parse_selection(selection, flag):
        chosen = range(part, part + 1) if isinstance(part, int) else part
        # Before they are counted one by one: a range can be written that has no end.
        if chosen and chosen[-1] >= n:
            raise UsageError(
                f"{flag} {shortened(selection)}: {run.path} has the evaluations 0 to {n - 1}"
            )
        rows += chosen
    return rows


def best_models(
    run: RunReader, space: ParameterSpace, weights: FloatArray, selection: str | None
) -> FloatArray:
    """Return models of a run to begin with.

    Parameters
    ----------
    weights : FloatArray, shape (n_score,)
        What every component counts in what is best.
    selection
        Evaluations of the run; None: the best of its population and archive that are distinct.

    Returns
    -------
    FloatArray, shape (n_model, n_param), model values

    Raises
    ------
    UsageError
        As `selected_rows`.
    RunError
        If none of them could be scored.
    """
    found = run.evaluations(_all_rows(run) if selection is None else _rows(run, selection))
    sums = np.einsum("ij,j->i", found.scores, weights)
    usable = np.flatnonzero(np.isfinite(sums))
    if not len(usable):
        raise RunError(
            f"{run.path.stem} has no model that could be scored"
            f"{'' if selection is None else ' among those'}: there is nothing to begin with"
        )
    if selection is not None:
        return found.parameters
    best = usable[np.argsort(sums[usable], kind="stable")[:_N_LOOKED_AT]]
    chosen = distinct(space.to_unit(found.coordinates[best]), sums[best], _APART)
    return found.parameters[best[chosen[:_N_BEST]]]


def best_row(run: RunReader, weights: FloatArray) -> int:
    """Return the evaluation of a run with the least weighted sum of all components.

    Raises
    ------
    RunError
        If none could be scored.
    """
    rows = _all_rows(run)
    sums = np.einsum("ij,j->i", run.evaluations(rows).scores, weights)
    if not np.isfinite(sums).any():
        raise RunError(f"{run.path.stem} has no model that could be scored")
    return int(rows[np.nanargmin(sums)])


def _rows(run: RunReader, selection: str) -> IntArray:
    return np.array(list(dict.fromkeys(selected_rows(run, selection, "--models"))), dtype=np.int64)


def _all_rows(run: RunReader) -> IntArray:
    population = np.empty(0, dtype=np.int64) if run.last is None else run.last.population
    return np.union1d(run.archive(), population)
