"""Where fits begin: on the line of their neighbours."""

from __future__ import annotations

import numpy as np

from pyneuronautofit.certainty.profiling.starts import starts_at

TANGENT = np.array([1.0, -2.0, 0.0])
#: A straight valley: the second one falls twice as fast as the first, which is held, rises.
KNOWN = {at: np.array([at, 0.9 - 2 * (at - 0.2), 0.5]) for at in (0.3, 0.2, 0.5)}


def units(value, known, tangent=TANGENT):
    return [start.unit.tolist() for start in starts_at(value, known, 0, tangent)]


def test_beside_one_point_the_tangent_leads():
    (plain, along) = starts_at(0.25, {0.2: KNOWN[0.2]}, 0, TANGENT)
    assert np.allclose(plain.unit, [0.25, 0.9, 0.5])
    assert np.allclose(along.unit, [0.25, 0.8, 0.5])
    assert plain.near == along.near == 0.2


def test_beyond_two_points_their_line_leads_and_not_over_the_bounds():
    assert np.allclose(units(0.6, KNOWN, 0 * TANGENT), [[0.6, 0.3, 0.5], [0.6, 0.1, 0.5]])
    assert np.allclose(units(0.9, KNOWN), [[0.9, 0.3, 0.5], [0.9, 0.0, 0.5]])


def test_between_points_from_both_sides_and_between_them():
    starts = starts_at(0.35, KNOWN, 0, TANGENT)
    assert [start.near for start in starts] == [0.3, 0.3, 0.5, 0.5, 0.3]
    # All but those that keep the others' values are in the valley.
    expected = [0.35, 0.9 - 2 * 0.15, 0.5]
    assert all(np.allclose(starts[k].unit, expected) for k in (1, 3, 4))
