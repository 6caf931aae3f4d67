"""The algebra of a step, against formulas and solvers that we did not write."""

from __future__ import annotations

import numpy as np
import pytest

from optimisers._made import made_merits, made_residuals
from optimisers.test_residuals import ROWS
from pyneuronautofit.optimisers.polish.steps import (
    DAMPINGS,
    LARGEST_MOVE,
    N_TRIAL,
    slopes,
    trial_points,
    updated,
)

FREE = np.ones(3, dtype=bool)


def a_problem(seed=1, n=8):
    rng = np.random.default_rng(seed)
    return rng.normal(size=(n, 3)), rng.normal(size=n) * 0.05, rng.uniform(0.5, 2.0, n)


def test_slopes_are_differences_over_moves():
    jacobian, base, _ = a_problem()
    moves = np.array([0.002, -0.002, 0.01])
    moved = base + jacobian.T * moves[:, None]
    rows = made_merits(1, 8).rows
    found = slopes(rows, made_residuals(base[None])[0], made_residuals(moved), moves)
    np.testing.assert_allclose(found, jacobian)


def test_slopes_of_failed_neighbours_and_of_other_spikes_are_none():
    base = np.array([1.0, 1.0, 0.0, 1.0, 1.0, 2, 0])
    moved = np.stack([base + 1.0, base + 1.0, np.full(7, np.nan)])
    moved[0, 5:] = 2, 0
    moved[1, 5:] = 1, 1
    found = slopes(ROWS, base, moved, np.array([0.5, 0.5, 0.5]))
    assert found.tolist() == [
        [2, 2, 0],  # a first spike is in both
        [2, 0, 0],  # the second one is gone
        [2, 0, 0],  # there is one too many
        [2, 2, 0],
        [2, 2, 0],
    ]


def test_corrected_slopes_explain_the_step_and_change_nothing_across_it():
    jacobian, base, _ = a_problem()
    rng = np.random.default_rng(2)
    move, after = rng.normal(size=3), rng.normal(size=8)
    rows = made_merits(1, 8).rows
    old, new = (made_residuals(r[None])[0] for r in (base, after))
    found = updated(jacobian, rows, old, new, move)
    np.testing.assert_allclose(found @ move, after - base)
    across = np.cross(move, [1.0, 0, 0])
    np.testing.assert_allclose(found @ across, jacobian @ across)
    assert (updated(jacobian, rows, old, new, np.zeros(3)) == jacobian).all()


def test_trials_are_damped_least_squares():
    """Each solves the normal equations with the squares, or their mean, added: eq. 23."""
    jacobian, residuals, weights = a_problem()
    unit = np.full(3, 0.5)
    points = trial_points(jacobian, residuals, weights, unit, free=FREE, damping=3.0)
    assert points.shape == (N_TRIAL, 3)
    weighted, target = jacobian * weights[:, None], residuals * weights
    squares = (weighted**2).sum(axis=0)
    for trial, point in enumerate(points):
        scale = squares if trial % 2 else np.full(3, squares.mean())
        rows = np.sqrt(3.0 * DAMPINGS[trial // 2] * scale)
        stacked = np.concatenate([weighted, np.diag(rows)])
        step = np.linalg.lstsq(stacked, -np.concatenate([target, np.zeros(3)]))[0]
        step *= min(1.0, LARGEST_MOVE / np.abs(step).max())
        np.testing.assert_allclose(point, unit + step, atol=1e-12)


def test_no_step_is_longer_than_the_longest():
    jacobian, residuals, weights = a_problem()
    unit = np.full(3, 0.5)
    points = trial_points(jacobian, 1e3 * residuals, weights, unit, free=FREE, damping=1e-6)
    assert np.abs(points - 0.5).max() == pytest.approx(LARGEST_MOVE)


@pytest.mark.parametrize("at", [0.0, 1.0])
def test_a_parameter_at_its_bound_is_left_out(at):
    """The others go where they would go without it, not where the joint step leads."""
    jacobian = np.array([[1.0, 0.9, 0.0], [0.0, 0.3, 0.0], [0.0, 0.0, 1.0]])
    residuals = np.array([0.05, -0.02, 0.05]) * (1 if at == 0 else -1)
    unit = np.array([at, 0.5, 0.5])
    weights = np.ones(3)
    points = trial_points(jacobian, residuals, weights, unit, free=FREE, damping=1e-9)
    alone = trial_points(
        jacobian[:, 1:], residuals, weights, unit, free=np.array([False, True, True]), damping=1e-9
    )
    assert (points >= 0).all()
    assert (points <= 1).all()
    assert (points[1::2, 0] == at).all()
    np.testing.assert_allclose(points[1::2], alone[1::2], atol=1e-9)


def test_what_is_not_free_stays():
    jacobian, residuals, weights = a_problem()
    free = np.array([True, False, True])
    unit = np.array([0.3, 0.7, 0.4])
    points = trial_points(jacobian[:, free], residuals, weights, unit, free=free, damping=1.0)
    assert (points[:, 1] == 0.7).all()
    assert (points[:, [0, 2]] != unit[[0, 2]]).any(axis=0).all()


def test_residuals_that_depend_on_nothing():
    points = trial_points(
        np.zeros((4, 3)), np.ones(4), np.ones(4), np.full(3, 0.5), free=FREE, damping=1.0
    )
    assert (points == 0.5).all()
