"""Which models to show: the best compromise, the best by the sum of all, the best of each mode."""

from __future__ import annotations

import logging
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np

from pyneuronautofit._types import FloatArray
from pyneuronautofit.fitting.engine import Progress
from pyneuronautofit.fitting.evaluation import Evaluation, evaluate_models
from pyneuronautofit.fitting.finer import FinerSums, finer_sums
from pyneuronautofit.fitting.problem import Problem
from pyneuronautofit.objectives import Suite
from pyneuronautofit.optimisers import Strategy
from pyneuronautofit.simulators import RunStatus
from pyneuronautofit.simulators.large_cells import is_quick, seconds_per_ms

_log = logging.getLogger(__name__)

# NEURON may take so long for the best models, at the end of a fit.
_MOST_S = 120.0

Shown = TypeVar("Shown")


#: Why the model with the least weighted sum of all components is shown.
BEST_SUM = "best sum"
#: Why the model is shown that is well placed in every mode.
COMPROMISE = "compromise"


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
    chosen = {COMPROMISE: int(np.argmin(compromises))}
    for code, values in zip(codes, sums.T, strict=True):
        # Among equals in this mode the better compromise.
        chosen[f"best {code}"] = int(np.lexsort((compromises, values))[0])
    return chosen


def compromise(scores: FloatArray, suite: Suite) -> dict[str, float]:
    """Return the sum of each mode of the best compromise, one model; empty where there is none.

    Parameters
    ----------
    scores : FloatArray, shape (n_model, n_score), finite
        Of the models to choose from, usually the non-dominated ones.
    """
    if not len(scores):
        return {}
    sums = suite.mode_sums(scores)
    chosen = int(np.argmin(places(np.stack(list(sums.values()), axis=1)).sum(axis=1)))
    return {code: float(values[chosen]) for code, values in sums.items()}


def best_models(progress: Progress, suite: Suite) -> tuple[BestModel, ...]:
    """Return the archive's best compromise, the best sum, then the best model of each mode.

    See `best_members`; empty where nothing succeeded. The best sum is the least weighted sum of
    all components of all that was evaluated, and missing where nobody has added up.
    """
    archive = progress.archive
    if not len(archive.rows):
        return ()
    sums = suite.mode_sums(archive.scores)
    chosen = best_members(np.stack(list(sums.values()), axis=1), tuple(sums))
    rows = {title: int(archive.rows[member]) for title, member in chosen.items()}
    found = {row: archive.scores[chosen[title]] for title, row in rows.items()}
    leader = None if progress.gains is None else progress.gains.leader
    if leader is not None:
        found[leader.row] = leader.scores
        rows = with_best_sum(rows, leader.row)
    parameters = progress.history.parameters_of(np.array(list(rows.values())))
    shown = suite.mode_sums(np.array([found[row] for row in rows.values()]))
    return tuple(
        BestModel(
            title,
            row,
            parameters[place],
            {code: float(values[place]) for code, values in shown.items()},
        )
        for place, (title, row) in enumerate(rows.items())
    )


def scores_of(progress: Progress, model: BestModel) -> FloatArray:
    """Return the components of one of the best models, shape (n_score,)."""
    leader = None if progress.gains is None else progress.gains.leader
    if leader is not None and leader.row == model.row:
        return leader.scores
    (found,) = progress.archive.scores[progress.archive.rows == model.row]
    return np.asarray(found)


def sums_of_cells(problem: Problem, scores: FloatArray) -> dict[str, dict[str, float]]:
    """Return cell -> mode -> the sum of a model's components; nothing where there is one cell.

    Parameters
    ----------
    scores : FloatArray, shape (n_score,)
    """
    found: dict[str, dict[str, float]] = {}
    begin = 0
    for part in problem.parts:
        end = begin + len(part.suite.markers)
        if part.cell:
            own = found.setdefault(part.cell, {})
            for code, each in part.suite.mode_sums(scores[None, begin:end]).items():
                own[code] = own.get(code, 0.0) + float(each[0])
        begin = end
    return found


def with_best_sum(chosen: Mapping[str, Shown], best: Shown) -> dict[str, Shown]:
    """Return title -> model, with the best by the weighted sum behind the best compromise."""
    first, *others = chosen.items()
    return dict([first, (BEST_SUM, best), *others])


def drawn_model(best: Sequence[BestModel], strategy: Strategy[Any]) -> BestModel:
    """Return which of the best models a figure shows.

    Searches that follow residuals minimise the weighted sum; of others it is the best compromise.
    """
    by_title = {model.title: model for model in best}
    return by_title.get(BEST_SUM, best[0]) if strategy.needs_residuals else best[0]


def finer_best_sums(problem: Problem, best: Sequence[BestModel]) -> FinerSums | None:
    """Return what the best models score with finer steps; None where steps are fixed."""
    by_row = {model.row: model.parameters for model in best}
    if not by_row:
        return None
    return finer_sums(problem, np.array(list(by_row)), np.array(list(by_row.values())))


def reference_sums(problem: Problem, best: Sequence[BestModel]) -> list[Mapping[str, float]]:
    """Return the sums of every mode under NEURON's fixed step; an empty mapping where it failed.

    Nothing is returned, and the user told, where that would take minutes.

    Parameters
    ----------
    best
        Models; each is simulated once, however often it is among them.
    """
    if problem.reference is None or not best:
        return []
    rows = list(dict.fromkeys(model.row for model in best))
    parameters = np.array([next(m.parameters for m in best if m.row == row) for row in rows])
    seconds = _estimated_s(problem, parameters)
    if seconds > _MOST_S:
        _log.warning(
            "the best models are not simulated with NEURON's fixed step: that would take about "
            "%.0f minutes; 'evaluate --simulator neuron' does it",
            seconds / 60.0,
        )
        return []
    found = _by_reference(problem, parameters)
    sums = problem.whole.mode_sums(found.scores)
    by_row: dict[int, Mapping[str, float]] = {
        row: {code: float(values[place]) for code, values in sums.items()}
        if found.status[place] is RunStatus.OK
        else {}
        for place, row in enumerate(rows)
    }
    return [by_row[model.row] for model in best]


def _estimated_s(problem: Problem, parameters: FloatArray) -> float:
    """Return how long NEURON will take for all models; 0 for cells that take it no time."""
    total_s = 0.0
    for part in problem.parts:
        if part.reference is None:
            continue
        table = part.table_of(parameters)
        with part.reference.make() as simulator:
            cell_ms = simulator.experiment.cell_ms
            if not is_quick(part.reference.largest_cell(), cell_ms * len(table)):
                rounds = math.ceil(len(table) / simulator.n_worker)
                total_s += rounds * cell_ms * seconds_per_ms(simulator, table)
    return total_s


def _by_reference(problem: Problem, parameters: FloatArray) -> Evaluation:
    """Evaluate models under NEURON's fixed step, on every recording."""
    found = []
    for part in problem.parts:
        if part.reference is None:
            raise ValueError("a part of a problem lacks its reference")
        table = part.table_of(parameters)
        with part.reference.make() as simulator:
            found.append(evaluate_models(simulator, part.suite, table, part.downsampler))
    return problem.joined(found, parameters)
