"""Slopes of the residuals at models: central differences, of two sizes.

All candidates of all models are asked for at once. The equations are those of docs/certainty.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np

from pyneuronautofit._types import BoolArray, FloatArray, IntArray
from pyneuronautofit.certainty.asking import Inquiry
from pyneuronautofit.certainty.scales import ResidualScale, misfit_scale
from pyneuronautofit.errors import RunError

# Differences of the whole range: the first, which only says how long the others have to be.
_FIRST = 5e-4
_LEAST, _MOST = 1e-5, 0.05
# By so much weighted residuals have to change, at least and at most: below, what a simulation's
# steps leave of its tolerance would count.
_LEAST_CHANGE, _MOST_CHANGE = 0.2, 2.0
# Where half of a difference gives a slope that is another one by more than this part, a longer one
# is tried, so many times in all: steps of an adaptive integrator make short ones rough.
_AGREED, _FARTHER, _ROUNDS = 0.03, 3.0, 5
# A parameter's points: a difference to both sides and its half; or to one side, which the last one
# is not needed for.
_BOTH = np.array([1.0, -1.0, 0.5, -0.5])
_ONE = np.array([1.0, 0.5, 0.25, 0.125])


@dataclass(frozen=True)
class Slopes:
    """What changes at one model if a parameter is moved.

    Attributes
    ----------
    unit : FloatArray, shape (n_param,), 0 .. 1
        The model.
    weighted : FloatArray, shape (n_residual,)
        Its weighted residuals.
    jacobian : FloatArray, shape (n_residual, n_free), per whole range
        Of the weighted residuals; 0 where spikes come or go.
    moves : FloatArray, shape (n_free,)
        Over which differences, of the whole range.
    disagreement : FloatArray, shape (n_free,)
        By what part of a column half the difference gives another one.
    one_sided : BoolArray, shape (n_free,)
        Where a bound is so near that differences were taken to one side.
    lost : FloatArray, shape (n_free,)
        Which part of the residuals could not be compared, because spikes come or go, or a candidate
        failed.
    scale
        What the model itself misses.
    """

    unit: FloatArray
    weighted: FloatArray
    jacobian: FloatArray
    moves: FloatArray
    disagreement: FloatArray
    one_sided: BoolArray
    lost: FloatArray
    scale: ResidualScale


def find_slopes(inquiry: Inquiry, x: FloatArray) -> list[Slopes]:
    """Return the slopes at models (n_model, n_param), search coordinates.

    Raises
    ------
    RunError
        If one of the models cannot be simulated.
    """
    unit = inquiry.space.to_unit(x)
    n_free = int(inquiry.space.continuous.sum())
    # From the coordinates themselves: there and back would be rounded.
    bases = inquiry.residuals(x)
    for number in np.flatnonzero(~np.isfinite(bases).all(axis=1)).tolist():
        raise RunError(f"model {number + 1} of those to be looked at cannot be simulated any more")
    scales = [misfit_scale(inquiry.rows, inquiry.weighted(base), n_free) for base in bases]
    every = np.stack(np.meshgrid(range(len(x)), range(n_free), indexing="ij"), axis=-1)
    tasks = every.reshape(-1, 2)
    lengths = _first_lengths(inquiry, unit, bases, [each.variance for each in scales])
    found = _Found.nothing(len(x), n_free, inquiry.rows.length)
    for _again in range(_ROUNDS):
        if not len(tasks):
            break
        wanted = lengths[tasks[:, 0], tasks[:, 1]]
        found.take(tasks, wanted, *_measured(inquiry, unit, bases, tasks, wanted))
        lengths = np.minimum(_FARTHER * lengths, _MOST)
        rough = found.disagreement[tasks[:, 0], tasks[:, 1]] > _AGREED
        tasks = tasks[rough & (wanted < _MOST)]
    counted = inquiry.rows.fine > 0
    return [
        Slopes(
            unit=unit[model],
            weighted=inquiry.weighted(base),
            jacobian=np.ascontiguousarray(np.nan_to_num(found.columns[model]).T),
            moves=found.lengths[model],
            disagreement=found.disagreement[model],
            one_sided=found.one_sided[model],
            lost=(~np.isfinite(found.columns[model]))[:, counted].mean(axis=1),
            scale=scales[model],
        )
        for model, base in enumerate(bases)
    ]


@dataclass(frozen=True)
class _Found:
    """The best that was found of every column so far; its arrays are filled.

    Attributes
    ----------
    columns : FloatArray, shape (n_model, n_free, n_residual)
        nan where residuals are not comparable.
    lengths, disagreement : FloatArray, shape (n_model, n_free)
    one_sided : BoolArray, shape (n_model, n_free)
    """

    columns: FloatArray
    lengths: FloatArray
    disagreement: FloatArray
    one_sided: BoolArray

    @classmethod
    def nothing(cls, n_model: int, n_free: int, n_residual: int) -> Self:
        shape = (n_model, n_free)
        return cls(
            np.zeros((*shape, n_residual)), np.zeros(shape), np.full(shape, np.inf),
            np.zeros(shape, dtype=bool),
        )  # fmt: skip

    def take(
        self,
        tasks: IntArray,
        lengths: FloatArray,
        whole: FloatArray,
        disagreement: FloatArray,
        sided: BoolArray,
    ) -> None:
        """Take those columns that agree better with themselves than what there was."""
        for place, (model, column) in enumerate(tasks.tolist()):
            if disagreement[place] < self.disagreement[model, column]:
                self.columns[model, column] = whole[place]
                self.lengths[model, column] = lengths[place]
                self.disagreement[model, column] = disagreement[place]
                self.one_sided[model, column] = sided[place]


def _first_lengths(
    inquiry: Inquiry, unit: FloatArray, bases: FloatArray, variances: Sequence[float]
) -> FloatArray:
    """Return over which differences slopes are taken first, (n_model, n_free)."""
    n_model, n_free = len(unit), int(inquiry.space.continuous.sum())
    tasks = np.stack(np.meshgrid(range(n_model), range(n_free), indexing="ij"), axis=-1)
    tasks = tasks.reshape(-1, 2)
    here = unit[:, inquiry.space.continuous].ravel()
    moves = np.where(here + _FIRST > 1.0, -_FIRST, _FIRST)
    moved = _moved(inquiry, unit, tasks, moves[:, None])[:, 0]
    rough = np.nan_to_num(_quotients(inquiry, bases[tasks[:, 0]], moved, moves))
    sizes = np.sqrt(np.einsum("ij,ij->i", rough, rough)).reshape(n_model, n_free)
    change = np.clip(np.sqrt(variances), _LEAST_CHANGE, _MOST_CHANGE)
    return np.asarray(np.clip(change[:, None] / np.maximum(sizes, 1e-12), _LEAST, _MOST))


def _measured(
    inquiry: Inquiry, unit: FloatArray, bases: FloatArray, tasks: IntArray, lengths: FloatArray
) -> tuple[FloatArray, FloatArray, BoolArray]:
    """Return columns (n_task, n_residual), how they disagree (n_task,), which are one-sided."""
    here = unit[:, inquiry.space.continuous][tasks[:, 0], tasks[:, 1]]
    below, above = here - lengths < 0.0, here + lengths > 1.0
    sided = below | above
    factors = np.where(sided[:, None], _ONE * np.where(above, -1.0, 1.0)[:, None], _BOTH)
    moves = lengths[:, None] * factors
    moved = _moved(inquiry, unit, tasks, moves)
    base = bases[tasks[:, 0]]
    parts = [_quotients(inquiry, base, moved[:, k], moves[:, k]) for k in range(len(_BOTH))]
    one = sided[:, None]
    # eq. 1, and at a bound eq. 2
    whole = np.where(one, 2.0 * parts[1] - parts[0], _mean(parts[0], parts[1]))
    half = np.where(one, 2.0 * parts[2] - parts[1], _mean(parts[2], parts[3]))
    apart, size = (
        np.sqrt(np.einsum("ij,ij->i", each, each))
        for each in (np.nan_to_num(whole - half), np.nan_to_num(whole))
    )
    return whole, np.where(size > 0, apart / np.where(size > 0, size, 1.0), 0.0), sided


def _moved(inquiry: Inquiry, unit: FloatArray, tasks: IntArray, moves: FloatArray) -> FloatArray:
    """Return residuals after parameters were moved.

    Parameters
    ----------
    unit : FloatArray, shape (n_model, n_param)
    tasks : IntArray, shape (n_task, 2)
        Of which model, and which of the free parameters.
    moves : FloatArray, shape (n_task, n_point)

    Returns
    -------
    FloatArray, shape (n_task, n_point, n_residual + n_sweep)
    """
    columns = np.flatnonzero(inquiry.space.continuous)[tasks[:, 1]]
    points = np.repeat(unit[tasks[:, 0]][:, None], moves.shape[1], axis=1)
    for place, column in enumerate(columns.tolist()):
        points[place, :, column] += moves[place]
    found = inquiry.at_units(points.reshape(-1, unit.shape[1]))
    return found.reshape(*moves.shape, -1)


def _quotients(
    inquiry: Inquiry, base: FloatArray, moved: FloatArray, moves: FloatArray
) -> FloatArray:
    """Return differences from bases over moves (n_task,); nan where they are not comparable."""
    n, rows = inquiry.rows.length, inquiry.rows
    with np.errstate(invalid="ignore"):
        change = (moved[:, :n] - base[:, :n]) * rows.fine / moves[:, None]
    same = [rows.comparable(one[None], other)[0] for one, other in zip(moved, base, strict=True)]
    return np.where(np.array(same).reshape(change.shape) & np.isfinite(change), change, np.nan)


def _mean(one: FloatArray, other: FloatArray) -> FloatArray:
    """Return the mean of both, or the one that is there."""
    both = 0.5 * (one + other)
    return np.where(np.isfinite(both), both, np.where(np.isfinite(one), one, other))
