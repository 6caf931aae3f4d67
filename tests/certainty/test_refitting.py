"""Parameters fitted again: to where least squares are known to be."""

from __future__ import annotations

import numpy as np

from certainty.algebra import inquiry_into
from pyneuronautofit.certainty.refitting import Refitting

A = np.random.default_rng(7).normal(size=(40, 4))
TRUTH = np.array([0.4, 0.6, 0.5, 0.3])
NOISE = 0.05 * np.random.default_rng(8).normal(size=40)


def missed(u):
    return A @ (u - TRUTH) + 0.3 * (A @ (u - TRUTH)) ** 2 + NOISE


def fitting(moved=(True,) * 4):
    moved = np.array(moved)
    inquiry = inquiry_into(missed, 4, 40)
    return Refitting(inquiry, moved, np.full(moved.sum(), 1e-3), 0.05**2)


def least(points):
    return np.array([fitting().square(point.residuals[None])[0] for point in points])


def test_several_starts_end_at_the_least_squares():
    starts = np.array([[0.5] * 4, [0.4, 0.7, 0.6, 0.2], [0.3, 0.5, 0.5, 0.5]])
    found = fitting().fitted(fitting().begin(starts))
    from scipy.optimize import least_squares

    best = least_squares(missed, TRUTH)
    assert all(point.done for point in found)
    assert (least(found) - 2 * best.cost / 0.05**2 < 0.05).all()
    assert np.allclose([point.unit for point in found], best.x, atol=0.01)


def test_what_is_held_stays():
    (found,) = fitting([True, False, True, True]).fitted(
        fitting([True, False, True, True]).begin(np.array([[0.4, 0.7, 0.5, 0.3]]))
    )
    assert found.unit[1] == 0.7
    assert (found.unit[[0, 2, 3]] != [0.4, 0.5, 0.3]).all()


def test_bounds_are_kept():
    (found,) = fitting([True, False, True, True]).fitted(
        fitting([True, False, True, True]).begin(np.array([[0.0, 1.0, 1.0, 0.0]]))
    )
    assert ((found.unit >= 0) & (found.unit <= 1)).all()


def test_a_point_that_cannot_be_simulated_is_left_alone():
    inquiry = inquiry_into(lambda u: np.full(3, np.nan), 2, 3)
    failing = Refitting(inquiry, np.array([True, True]), np.full(2, 1e-3), 1.0)
    (found,) = failing.fitted(failing.begin(np.array([[0.5, 0.5]])))
    assert found.done
    assert failing.square(found.residuals[None])[0] == np.inf


def test_where_nothing_is_moved_it_is_done_at_once():
    nothing = fitting([False] * 4)
    (point,) = nothing.begin(np.array([[0.5] * 4]))
    assert point.done
    assert nothing.fitted([point])[0] is point
