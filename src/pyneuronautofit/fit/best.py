"""Which models to show: the best of each mode, and the best compromise."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from pyneuronautofit._types import FloatArray
from pyneuronautofit.fit.engine import Progress
from pyneuronautofit.fit.problem import Problem, evaluate_models
from pyneuronautofit.objectives import Suite
from pyneuronautofit.simulators import RunStatus
from pyneuronautofit.space import ParameterTable


@dataclass(frozen=True)
class BestModel:
    """A model worth showing.

    Attributes
    ----------
    title
        Why it is shown.
    row
        Its row in the history.
    parameters : FloatArray, shape (n_param,), model values
    mode_sums
        The sum of the components of every mode.
    """

    title: str
    row: int
    parameters: FloatArray
    mode_sums: Mapping[str, float]


def places(sums: FloatArray) -> FloatArray:
    """Return every model's place in each mode's order of merit: how many have a smaller sum.

    Parameters
    ----------
    sums : FloatArray, shape (n_model, n_mode), finite

    Returns
    -------
    FloatArray, shape (n_model, n_mode)
    """
    orders = [np.searchsorted(np.sort(column), column) for column in sums.T]
    return np.stack(orders, axis=1).astype(np.float64)


def best_members(sums: FloatArray, codes: Sequence[str]) -> dict[str, int]:
    """Return title -> member: the best compromise, then the best of each mode.

    The compromise has the least sum of places in the modes' orders of merit: a measure that needs
    no weights between spikes and mV^2.

    Parameters
    ----------
    sums : FloatArray, shape (n_model, n_mode), finite
        Of the models to choose from, usually the non-dominated ones.
    codes
        The letters of the modes.
    """
    if not len(sums):
        return {}
    compromises = places(sums).sum(axis=1)
    chosen = {"compromise": int(np.argmin(compromises))}
    for code, values in zip(codes, sums.T, strict=True):
        # Among equals in this mode the better compromise.
        chosen[f"best {code}"] = int(np.lexsort((compromises, values))[0])
    return chosen


def best_models(progress: Progress, suite: Suite) -> tuple[BestModel, ...]:
    """Return the archive's best compromise, then the best model of each mode.

    See `best_members`; empty where nothing succeeded.
    """
    archive = progress.archive
    if not len(archive.rows):
        return ()
    sums = suite.mode_sums(archive.scores)
    chosen = best_members(np.stack(list(sums.values()), axis=1), tuple(sums))
    parameters = progress.history.parameters_of(archive.rows)
    return tuple(
        BestModel(
            title,
            int(archive.rows[member]),
            parameters[member],
            {code: float(values[member]) for code, values in sums.items()},
        )
        for title, member in chosen.items()
    )


def reference_sums(problem: Problem, best: Sequence[BestModel]) -> list[Mapping[str, float]]:
    """Return the sums of every mode under NEURON's fixed step; an empty mapping where it failed.

    Parameters
    ----------
    best
        Models; each is simulated once, however often it is among them.
    """
    if problem.reference is None or not best:
        return []
    rows = list(dict.fromkeys(model.row for model in best))
    parameters = np.array([next(m.parameters for m in best if m.row == row) for row in rows])
    targets = tuple(parameter.targets for parameter in problem.space.parameters)
    table = ParameterTable(targets, tuple(problem.space.whole.tolist()), parameters)
    with problem.reference.make() as simulator:
        found = evaluate_models(simulator, problem.suite, table, problem.downsampler)
    sums = problem.suite.mode_sums(found.scores)
    by_row: dict[int, Mapping[str, float]] = {
        row: {code: float(values[place]) for code, values in sums.items()}
        if found.status[place] is RunStatus.OK
        else {}
        for place, row in enumerate(rows)
    }
    return [by_row[model.row] for model in best]
