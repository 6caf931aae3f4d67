"""Central differences of the residuals along directions, of two sizes.

All candidates of all models are asked for at once. The equations are those of docs/certainty.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np

from pyneuronautofit._types import BoolArray, FloatArray, IntArray
from pyneuronautofit.certainty.asking import Inquiry

#: The shortest difference and the longest, of the whole range.
LEAST, MOST = 1e-5, 0.05
# Where half of a difference gives a slope that is another one by more than this part, a longer one
# is tried, so many times in all: steps of an adaptive integrator make short ones rough.
_AGREED, _FARTHER, _ROUNDS = 0.03, 3.0, 5
# A longer difference may lose so many more of the residuals, as a part of them.
_MAY_LOSE = 0.02
# The points along a direction: a difference to both sides and its half; or to one side, which the
# last one is not needed for.
_BOTH = np.array([1.0, -1.0, 0.5, -0.5])
_ONE = np.array([1.0, 0.5, 0.25, 0.125])


@dataclass(frozen=True)
class LookedAt:
    """Models, and directions at each of them.

    Attributes
    ----------
    unit : FloatArray, shape (n_model, n_param), 0 .. 1
    residuals : FloatArray, shape (n_model, n_residual + n_sweep)
        Of the models.
    directions : FloatArray, shape (n_model, n_direction, n_param)
        Each of length 1.
    """

    unit: FloatArray
    residuals: FloatArray
    directions: FloatArray

    def along(self, directions: FloatArray) -> LookedAt:
        """Return the same models with other directions."""
        return LookedAt(self.unit, self.residuals, directions)

    @property
    def shape(self) -> tuple[int, int]:
        """How many models, and how many directions at each."""
        n_model, n_direction, _n_param = self.directions.shape
        return n_model, n_direction


@dataclass(frozen=True)
class Differences:
    """Slopes along directions; the arrays are filled with the best that was found so far.

    Attributes
    ----------
    columns : FloatArray, shape (n_model, n_direction, n_residual)
        Of the weighted residuals, per whole range; nan where residuals are not comparable.
    lengths : FloatArray, shape (n_model, n_direction)
        Over which differences, of the whole range.
    disagreement : FloatArray, shape (n_model, n_direction)
        By what part of a column half the difference gives another one; inf where there is no room
        between the bounds.
    one_sided : BoolArray, shape (n_model, n_direction)
        Where a bound is so near that differences were taken to one side.
    """

    columns: FloatArray
    lengths: FloatArray
    disagreement: FloatArray
    one_sided: BoolArray

    @property
    def errors(self) -> FloatArray:
        """By how much slopes may be off, (n_model, n_direction): inf where there are none."""
        columns = np.nan_to_num(self.columns)
        sizes = np.sqrt(np.einsum("mdr,mdr->md", columns, columns))
        with np.errstate(invalid="ignore"):
            return np.where(np.isfinite(self.disagreement), self.disagreement * sizes, np.inf)

    @classmethod
    def nothing(cls, points: LookedAt, n_residual: int) -> Self:
        """Return what is known before anything was asked."""
        shape = points.shape
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
        lost = (~np.isfinite(whole)).mean(axis=1)
        for place, (model, direction) in enumerate(tasks.tolist()):
            known = self.disagreement[model, direction]
            before = (~np.isfinite(self.columns[model, direction])).mean()
            # What loses spikes on the way agrees well about the rest.
            if disagreement[place] < known and (
                np.isinf(known) or lost[place] <= before + _MAY_LOSE
            ):
                self.columns[model, direction] = whole[place]
                self.lengths[model, direction] = lengths[place]
                self.disagreement[model, direction] = disagreement[place]
                self.one_sided[model, direction] = sided[place]


def slopes_along(inquiry: Inquiry, points: LookedAt, lengths: FloatArray) -> Differences:
    """Return slopes along directions, begun with differences (n_model, n_direction)."""
    found = Differences.nothing(points, inquiry.rows.length)
    tasks = all_tasks(points)
    for _again in range(_ROUNDS):
        wanted, sided = _within(points, tasks, lengths[tasks[:, 0], tasks[:, 1]])
        # In a corner there may be no way at all.
        there = np.abs(wanted) >= LEAST
        tasks, wanted, sided = tasks[there], wanted[there], sided[there]
        if not len(tasks):
            break
        whole, disagreement = _measured(inquiry, points, tasks, wanted, sided)
        found.take(tasks, np.abs(wanted), whole, disagreement, sided)
        lengths = np.minimum(_FARTHER * lengths, MOST)
        rough = found.disagreement[tasks[:, 0], tasks[:, 1]] > _AGREED
        tasks = tasks[rough & (np.abs(wanted) < MOST)]
    return found


def all_tasks(points: LookedAt) -> IntArray:
    """Return which model and which of its directions, for all of them, shape (n_task, 2)."""
    n_model, n_direction = points.shape
    every = np.stack(np.meshgrid(range(n_model), range(n_direction), indexing="ij"), axis=-1)
    return np.asarray(every.reshape(-1, 2))


def _within(points: LookedAt, tasks: IntArray, lengths: FloatArray) -> tuple[FloatArray, BoolArray]:
    """Return differences (n_task,) that stay between the bounds, and which are one-sided.

    One-sided ones are negative where they lead backwards, and as long as there is room.
    """
    unit = points.unit[tasks[:, 0]]
    direction = points.directions[tasks[:, 0], tasks[:, 1]]
    forwards, backwards = _room(unit, direction), _room(unit, -direction)
    sided = (forwards < lengths) | (backwards < lengths)
    one = np.where(
        forwards >= np.minimum(backwards, lengths),
        np.minimum(lengths, forwards),
        -np.minimum(lengths, backwards),
    )
    return np.where(sided, one, lengths), sided


def _room(unit: FloatArray, direction: FloatArray) -> FloatArray:
    """Return how far (n_task,) points (n_task, n_param) of the unit cube are from its end."""
    with np.errstate(divide="ignore", invalid="ignore"):
        ways = np.where(direction > 0, (1.0 - unit) / direction, -unit / direction)
    return np.asarray(np.where(direction == 0, np.inf, ways).min(axis=1))


def _measured(
    inquiry: Inquiry, points: LookedAt, tasks: IntArray, lengths: FloatArray, sided: BoolArray
) -> tuple[FloatArray, FloatArray]:
    """Return columns (n_task, n_residual), and by what part they disagree (n_task,)."""
    moves = lengths[:, None] * np.where(sided[:, None], _ONE, _BOTH)
    parts = quotients(inquiry, points, tasks, moves)
    one = sided[:, None]
    # eq. 1, and at a bound eq. 2
    whole = np.where(one, 2.0 * parts[1] - parts[0], _mean(parts[0], parts[1]))
    half = np.where(one, 2.0 * parts[2] - parts[1], _mean(parts[2], parts[3]))
    apart, size = (
        np.sqrt(np.einsum("ij,ij->i", each, each))
        for each in (np.nan_to_num(whole - half), np.nan_to_num(whole))
    )
    return whole, np.where(size > 0, apart / np.where(size > 0, size, 1.0), 0.0)


def quotients(
    inquiry: Inquiry, points: LookedAt, tasks: IntArray, moves: FloatArray
) -> list[FloatArray]:
    """Return differences of weighted residuals over moves.

    Parameters
    ----------
    tasks : IntArray, shape (n_task, 2)
        Of which model, and along which of its directions.
    moves : FloatArray, shape (n_task, n_point)

    Returns
    -------
    n_point arrays, shape (n_task, n_residual)
        nan where they are not comparable.
    """
    directions = points.directions[tasks[:, 0], tasks[:, 1]]
    places = points.unit[tasks[:, 0]][:, None] + moves[..., None] * directions[:, None]
    # Where a difference leads to a bound, rounding may lead beyond it.
    found = inquiry.at_units(np.clip(places.reshape(-1, places.shape[-1]), 0.0, 1.0))
    found = found.reshape(*moves.shape, -1)
    base = points.residuals[tasks[:, 0]]
    return [_quotient(inquiry, base, found[:, k], moves[:, k]) for k in range(moves.shape[1])]


def _quotient(
    inquiry: Inquiry, base: FloatArray, moved: FloatArray, moves: FloatArray
) -> FloatArray:
    n, rows = inquiry.rows.length, inquiry.rows
    with np.errstate(invalid="ignore"):
        change = (moved[:, :n] - base[:, :n]) * rows.fine / moves[:, None]
    same = [rows.comparable(one[None], other)[0] for one, other in zip(moved, base, strict=True)]
    return np.where(np.array(same).reshape(change.shape) & np.isfinite(change), change, np.nan)


def _mean(one: FloatArray, other: FloatArray) -> FloatArray:
    """Return the mean of both, or the one that is there."""
    both = 0.5 * (one + other)
    return np.where(np.isfinite(both), both, np.where(np.isfinite(one), one, other))
