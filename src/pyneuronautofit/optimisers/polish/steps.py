"""Damped Gauss-Newton steps of one start: the algebra.

Sources: Levenberg 1944, "A method for the solution of certain non-linear problems in least
squares", Quart. Appl. Math. 2, 164; Marquardt 1963, SIAM J. Appl. Math. 11, 431; Broyden 1965,
"A class of methods for solving nonlinear simultaneous equations", Math. Comp. 19, 577. The numbers
in brackets are those of docs/search.md.
"""

from __future__ import annotations

import numpy as np

from pyneuronautofit._types import BoolArray, FloatArray
from pyneuronautofit.optimisers.residuals import ResidualRows

#: Dampings that are tried at once, by that which was best last.
DAMPINGS = 10.0 ** np.arange(-2.0, 4.0)
#: Trials of a step: each damping by the slopes' squares, and by their mean.
N_TRIAL = 2 * len(DAMPINGS)
#: The largest change of a parameter in one step, of its whole range.
LARGEST_MOVE = 0.15
# A gene is at its bound if it is as near.
_AT_BOUND = 1e-9
_LEAST_SLOPE = 1e-12


def slopes(
    rows: ResidualRows, base: FloatArray, moved: FloatArray, moves: FloatArray
) -> FloatArray:
    """Return differences of residuals over the moves that made them (eq. 25).

    Parameters
    ----------
    base : FloatArray, shape (n_residual + n_sweep,)
    moved : FloatArray, shape (n_free, n_residual + n_sweep)
        Each after one parameter was moved; a row of nan where that candidate failed.
    moves : FloatArray, shape (n_free,)
        By how much.

    Returns
    -------
    FloatArray, shape (n_residual, n_free)
        0 where residuals are not about the same, or not there.
    """
    n = rows.length
    with np.errstate(invalid="ignore", divide="ignore"):
        differences = (moved[:, :n] - base[:n]) / moves[:, None]
        usable = rows.comparable(moved, base) & np.isfinite(differences)
    return np.ascontiguousarray(np.where(usable, differences, 0.0).T)


def updated(
    jacobian: FloatArray, rows: ResidualRows, old: FloatArray, new: FloatArray, move: FloatArray
) -> FloatArray:
    """Return slopes that explain a step, and are otherwise what they were (Broyden, eq. 27)."""
    n = rows.length
    missed = new[:n] - old[:n] - np.einsum("ij,j->i", jacobian, move)
    usable = rows.comparable(new[None], old)[0] & np.isfinite(missed)
    square = float(np.einsum("i,i->", move, move))
    if square <= 0:
        return jacobian
    return jacobian + np.where(usable, missed, 0.0)[:, None] * (move / square)


def trial_points(
    jacobian: FloatArray,
    residuals: FloatArray,
    weights: FloatArray,
    unit: FloatArray,
    *,
    free: BoolArray,
    damping: float,
) -> FloatArray:
    """Return where damped steps lead (eq. 26).

    Parameters
    ----------
    jacobian : FloatArray, shape (n_residual, n_free)
    residuals, weights : FloatArray, shape (n_residual,)
    unit : FloatArray, shape (n_param,), 0 .. 1
        Where the start is.
    free : BoolArray, shape (n_param,)
        Which parameters can be moved.
    damping
        The one in the middle.

    Returns
    -------
    FloatArray, shape (N_TRIAL, n_param), 0 .. 1
    """
    weighted = jacobian * weights[:, None]
    # Not by BLAS, which may add up in another order on another number of cores.
    square = np.einsum("ki,kj->ij", weighted, weighted)
    downhill = np.einsum("ki,k->i", weighted, residuals * weights)
    diagonal = np.diag(square)
    points = np.repeat(unit[None], N_TRIAL, axis=0)
    for trial in range(N_TRIAL):
        factor = damping * DAMPINGS[trial // 2]
        scale = diagonal if trial % 2 else np.full(len(diagonal), diagonal.mean())
        damped = square + np.diag(factor * np.maximum(scale, _LEAST_SLOPE))
        step = _bounded_step(damped, downhill, unit[free])
        largest = float(np.abs(step).max(initial=0.0))
        if largest > LARGEST_MOVE:
            step = step * (LARGEST_MOVE / largest)
        points[trial, free] = np.clip(unit[free] + step, 0.0, 1.0)
    return points


def _bounded_step(damped: FloatArray, downhill: FloatArray, at: FloatArray) -> FloatArray:
    """Return the step that leaves those parameters alone that would pass a bound they are at."""
    moving = np.ones(len(at), dtype=bool)
    step = np.zeros(len(at))
    for _again in range(len(at)):
        step = np.zeros(len(at))
        chosen = np.flatnonzero(moving)
        if not len(chosen):
            break
        step[chosen] = np.linalg.solve(damped[np.ix_(chosen, chosen)], -downhill[chosen])
        stuck = moving & (((at <= _AT_BOUND) & (step < 0)) | ((at >= 1 - _AT_BOUND) & (step > 0)))
        if not stuck.any():
            break
        moving &= ~stuck
    return step
