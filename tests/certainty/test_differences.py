"""Differences along directions, against derivatives that are known."""

from __future__ import annotations

import numpy as np
import pytest

from certainty.algebra import inquiry_into
from pyneuronautofit.certainty.differences import LookedAt, all_tasks, quotients, slopes_along

HALF = np.sqrt(0.5)


def bent(u):
    return np.array([u[0] ** 2, np.exp(u[1]), u[0] * u[1], 1.0])


def points_at(inquiry, unit, *directions):
    unit = np.array([unit])
    return LookedAt(unit, inquiry.at_units(unit), np.array([directions], dtype=float))


def expected(u, direction):
    return np.array([[2 * u[0], 0], [0, np.exp(u[1])], [u[1], u[0]], [0, 0]]) @ direction


@pytest.mark.parametrize("u", [(0.3, 0.6), (0.0, 0.4), (1.0, 0.0), (0.999, 0.5)])
@pytest.mark.parametrize("direction", [(1, 0), (HALF, HALF), (-HALF, HALF), (0.6, -0.8)])
def test_along_any_direction_inside_and_at_bounds(u, direction):
    asked = []
    inquiry = inquiry_into(lambda v: asked.append(v) or bent(v), 2, 4)
    found = slopes_along(inquiry, points_at(inquiry, u, direction), np.array([[0.01]]))
    leaves = [
        not 0 <= value + sign * 0.01 * part <= 1
        for value, part in zip(u, direction, strict=True)
        for sign in (-1, 1)
    ]
    ways = [not (leaves[0] or leaves[2]), not (leaves[1] or leaves[3])]
    # In a corner that a direction passes there is no way.
    assert np.isfinite(found.disagreement[0, 0]) == any(ways)
    if not any(ways):
        return
    assert found.one_sided[0, 0] == (ways != [True, True])
    assert np.allclose(found.columns[0, 0], expected(u, direction), atol=1e-3)
    assert (np.array(asked) >= 0).all()
    assert (np.array(asked) <= 1).all()


def test_where_there_is_little_room_it_is_used():
    inquiry = inquiry_into(bent, 2, 4)
    points = points_at(inquiry, (0.003, 0.999), (HALF, HALF))
    found = slopes_along(inquiry, points, np.array([[0.01]]))
    assert found.one_sided[0, 0]
    assert found.lengths[0, 0] == pytest.approx(0.003 / HALF)
    assert np.allclose(found.columns[0, 0], expected((0.003, 0.999), (HALF, HALF)), atol=1e-3)


def test_quotients_are_those_of_each_task():
    inquiry = inquiry_into(bent, 2, 4)
    points = points_at(inquiry, (0.5, 0.5), (1, 0), (0, 1))
    tasks = all_tasks(points)
    assert tasks.tolist() == [[0, 0], [0, 1]]
    one, two = quotients(inquiry, points, tasks, np.array([[1e-6, 2e-6], [1e-6, 2e-6]]))
    assert np.allclose(one, [expected((0.5, 0.5), d) for d in np.eye(2)], atol=1e-4)
    assert np.allclose(one, two, atol=1e-4)
