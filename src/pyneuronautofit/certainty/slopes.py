"""Slopes of the residuals at models: central differences, of two sizes.

All candidates of all models are asked for at once. The equations are those of docs/certainty.md.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pyneuronautofit._types import BoolArray, FloatArray
from pyneuronautofit.certainty.asking import Inquiry
from pyneuronautofit.certainty.scales import Scale, misfit_scale
from pyneuronautofit.errors import RunError

# Differences of the whole range: the first, which only says how long the others have to be.
_FIRST = 5e-4
_LEAST, _MOST = 1e-5, 0.05
# By so much weighted residuals have to change, at least and at most: below, what a simulation's
# steps leave of its tolerance would count.
_LEAST_CHANGE, _MOST_CHANGE = 0.2, 2.0
# Points of a parameter: two differences and their halves, or three to one side.
_N_POINT = 4


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
    scale: Scale


def find_slopes(inquiry: Inquiry, x: FloatArray) -> list[Slopes]:
    """Return the slopes at models (n_model, n_param), search coordinates.

    Raises
    ------
    RunError
        If one of the models cannot be simulated.
    """
    space, free = inquiry.space, inquiry.space.continuous
    unit = space.to_unit(x)
    n_free = int(free.sum())
    first = np.where(unit[:, free] + _FIRST > 1.0, -_FIRST, _FIRST)
    # From the coordinates themselves: there and back would be rounded.
    bases = inquiry.residuals(x)
    for number in np.flatnonzero(~np.isfinite(bases).all(axis=1)).tolist():
        raise RunError(f"model {number + 1} of those to be looked at cannot be simulated any more")
    moved = _moved(inquiry, unit, first[:, :, None])
    found = []
    lengths = np.empty((len(x), n_free))
    scales = []
    for model, base in enumerate(bases):
        weighted = inquiry.weighted(base)
        scales.append(misfit_scale(inquiry.rows, weighted, n_free))
        rough = np.nan_to_num(_quotients(inquiry, base, moved[model, :, 0], first[model]))
        sizes = np.sqrt(np.einsum("ij,ij->i", rough, rough))
        change = np.clip(np.sqrt(scales[-1].variance), _LEAST_CHANGE, _MOST_CHANGE)
        lengths[model] = np.clip(change / np.maximum(sizes, 1e-12), _LEAST, _MOST)
    moves, sided = _points(unit[:, free], lengths)
    moved = _moved(inquiry, unit, moves)
    for model, base in enumerate(bases):
        parts = [
            _quotients(inquiry, base, moved[model, :, k], moves[model, :, k])
            for k in range(_N_POINT)
        ]
        one = sided[model][:, None]
        # eq. 1, and at a bound eq. 2
        whole = np.where(one, 2.0 * parts[1] - parts[0], _mean(parts[0], parts[1]))
        half = np.where(one, 2.0 * parts[2] - parts[1], _mean(parts[2], parts[3]))
        counted = inquiry.rows.fine > 0
        lost = (~np.isfinite(whole))[:, counted].mean(axis=1)
        whole, half = np.nan_to_num(whole), np.nan_to_num(half)
        apart, size = (np.sqrt(np.einsum("ij,ij->i", a, a)) for a in (whole - half, whole))
        found.append(
            Slopes(
                unit=unit[model],
                weighted=inquiry.weighted(base),
                jacobian=np.ascontiguousarray(whole.T),
                moves=lengths[model],
                disagreement=np.where(size > 0, apart / np.where(size > 0, size, 1.0), 0.0),
                one_sided=sided[model],
                lost=lost,
                scale=scales[model],
            )
        )
    return found


def _points(unit: FloatArray, lengths: FloatArray) -> tuple[FloatArray, BoolArray]:
    """Return by how much parameters are moved (n_model, n_free, 4), and which to one side only."""
    below, above = unit - lengths < 0.0, unit + lengths > 1.0
    both = np.array([1.0, -1.0, 0.5, -0.5])
    one = np.array([1.0, 0.5, 0.25, 0.125])
    sided = below | above
    factors = np.where(sided[..., None], one * np.where(above, -1.0, 1.0)[..., None], both)
    return lengths[..., None] * factors, sided


def _moved(inquiry: Inquiry, unit: FloatArray, moves: FloatArray) -> FloatArray:
    """Return residuals after each free parameter was moved.

    Parameters
    ----------
    unit : FloatArray, shape (n_model, n_param)
    moves : FloatArray, shape (n_model, n_free, n_point)

    Returns
    -------
    FloatArray, shape (n_model, n_free, n_point, n_residual + n_sweep)
    """
    columns = np.flatnonzero(inquiry.space.continuous)
    points = np.broadcast_to(unit[:, None, None, :], (*moves.shape, unit.shape[1])).copy()
    for place, column in enumerate(columns.tolist()):
        points[:, place, :, column] += moves[:, place]
    found = inquiry.at_units(points.reshape(-1, unit.shape[1]))
    return found.reshape(*moves.shape, -1)


def _quotients(
    inquiry: Inquiry, base: FloatArray, moved: FloatArray, moves: FloatArray
) -> FloatArray:
    """Return differences over moves (n_free,), (n_free, n_residual); nan where not comparable."""
    n = inquiry.rows.length
    with np.errstate(invalid="ignore"):
        change = (moved[:, :n] - base[:n]) * inquiry.rows.fine / moves[:, None]
        usable = inquiry.rows.comparable(moved, base) & np.isfinite(change)
    return np.where(usable, change, np.nan)


def _mean(one: FloatArray, other: FloatArray) -> FloatArray:
    """Return the mean of both, or the one that is there."""
    both = 0.5 * (one + other)
    return np.where(np.isfinite(both), both, np.where(np.isfinite(one), one, other))
