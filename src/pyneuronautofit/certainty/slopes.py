"""Slopes of the residuals at models.

They are taken along each parameter first, and then along the directions that these slopes say.
Parameters that make up for each other have large slopes whose sum nearly vanishes: what is left of
it would be mostly the slopes' errors, and directions would look stiffer than they are. Along such a
direction itself a difference can be long, and its error is a part of what is small. The equations
are those of docs/certainty.md.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from pyneuronautofit._types import BoolArray, FloatArray
from pyneuronautofit.certainty.asking import Inquiry
from pyneuronautofit.certainty.differences import (
    LEAST,
    MOST,
    LookedAt,
    all_tasks,
    quotients,
    slopes_along,
)
from pyneuronautofit.certainty.scales import ResidualScale, misfit_scale
from pyneuronautofit.errors import RunError

# Differences of the whole range: the first, which only says how long the others have to be.
_FIRST = 5e-4
# By so much weighted residuals have to change, at least and at most: below, what a simulation's
# steps leave of its tolerance would count.
_LEAST_CHANGE, _MOST_CHANGE = 0.2, 2.0
# How often slopes are taken along the directions that the slopes before them say: more change
# nothing.
_N_ALONG = 1


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


#: A scale that is found when slopes are there: from the inquiry and the slopes at the first model.
FindScale = Callable[[Inquiry, Slopes], ResidualScale]


def find_slopes(inquiry: Inquiry, x: FloatArray) -> list[Slopes]:
    """Return the slopes at models (n_model, n_param), search coordinates.

    Raises
    ------
    RunError
        If one of the models cannot be simulated.
    """
    unit = inquiry.space.to_unit(x)
    free = inquiry.space.continuous
    n_free = int(free.sum())
    # From the coordinates themselves: there and back would be rounded.
    bases = inquiry.residuals(x)
    for number in np.flatnonzero(~np.isfinite(bases).all(axis=1)).tolist():
        raise RunError(f"model {number + 1} of those to be looked at cannot be simulated any more")
    scales = [misfit_scale(inquiry.rows, inquiry.weighted(base), n_free) for base in bases]
    each_alone = np.repeat(np.eye(len(free))[free][None], len(x), axis=0)
    points = LookedAt(unit, bases, each_alone)
    change = np.clip(np.sqrt([s.variance for s in scales]), _LEAST_CHANGE, _MOST_CHANGE)
    found = slopes_along(inquiry, points, _lengths(change, _first_sizes(inquiry, points)))
    known = _KnownSlopes(found.columns, np.eye(n_free)[None].repeat(len(x), axis=0), found.errors)
    for _time in range(_N_ALONG if n_free > 1 else 0):
        known = _along(inquiry, points, known, change)
    counted = inquiry.rows.fine > 0
    return [
        Slopes(
            unit=unit[model],
            weighted=inquiry.weighted(base),
            jacobian=np.ascontiguousarray(np.nan_to_num(known.columns[model]).T),
            moves=found.lengths[model],
            disagreement=found.disagreement[model],
            one_sided=found.one_sided[model],
            lost=(~np.isfinite(found.columns[model]))[:, counted].mean(axis=1),
            scale=scales[model],
        )
        for model, base in enumerate(bases)
    ]


def _lengths(change: FloatArray, sizes: FloatArray) -> FloatArray:
    """Return differences (n_model, n_direction) over which residuals change by so much (n_model,).

    Parameters
    ----------
    sizes : FloatArray, shape (n_model, n_direction)
        Of the slopes.
    """
    return np.asarray(np.clip(change[:, None] / np.maximum(sizes, 1e-12), LEAST, MOST))


def _first_sizes(inquiry: Inquiry, points: LookedAt) -> FloatArray:
    """Return about how large slopes are, (n_model, n_direction), each along one parameter."""
    tasks = all_tasks(points)
    directions = points.directions[tasks[:, 0], tasks[:, 1]]
    here = np.einsum("ij,ij->i", points.unit[tasks[:, 0]], directions)
    moves = np.where(here + _FIRST > 1.0, -_FIRST, _FIRST)
    (rough,) = quotients(inquiry, points, tasks, moves[:, None])
    rough = np.nan_to_num(rough)
    return np.asarray(np.sqrt(np.einsum("ij,ij->i", rough, rough)).reshape(points.shape))


@dataclass(frozen=True)
class _KnownSlopes:
    """Slopes by parameters, and how well they are known.

    Attributes
    ----------
    columns : FloatArray, shape (n_model, n_free, n_residual)
    vectors : FloatArray, shape (n_model, n_direction, n_free)
        Along which they were taken: orthonormal ones.
    errors : FloatArray, shape (n_model, n_direction)
        By how much the slopes along these may be off (length of the difference).
    """

    columns: FloatArray
    vectors: FloatArray
    errors: FloatArray

    def errors_along(self, vectors: FloatArray) -> FloatArray:
        """Return by how much slopes along others may be off, (n_model, n_direction)."""
        parts = np.einsum("mik,mjk->mij", vectors, self.vectors) * self.errors[:, None]
        return np.asarray(np.sqrt(np.einsum("mij,mij->mi", parts, parts)))


def _along(
    inquiry: Inquiry, points: LookedAt, known: _KnownSlopes, change: FloatArray
) -> _KnownSlopes:
    """Return slopes by parameters that are taken along their directions.

    Where those are not better, in a corner between bounds or because spikes come or go on the way,
    they stay what they were.
    """
    columns = np.nan_to_num(known.columns)
    _left, sizes, vectors = np.linalg.svd(columns.transpose(0, 2, 1), full_matrices=False)
    directions = vectors @ points.directions
    found = slopes_along(inquiry, points.along(directions), _lengths(change, sizes))
    before, errors = vectors @ columns, known.errors_along(vectors)
    better = found.errors < errors
    along = np.where(better[..., None] & np.isfinite(found.columns), found.columns, before)
    # eq. 3
    together = vectors.transpose(0, 2, 1) @ along
    return _KnownSlopes(np.asarray(together), vectors, np.where(better, found.errors, errors))
