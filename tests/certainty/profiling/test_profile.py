"""Profiles: where an interval ends, and what is no parabola."""

from __future__ import annotations

import numpy as np
import pytest

from pyneuronautofit.certainty import Profile, ProfilePoint, ResidualScale
from pyneuronautofit.certainty.profiling.profile import bracket


def made_profile(values, rises, best):
    points = tuple(ProfilePoint(v, v, r, np.array([v])) for v, r in zip(values, rises, strict=True))
    return Profile(
        "p", points, best, ResidualScale(1.0, "given"), (0.0, 1.0), 0.5, 0.0, ("p",), True, 9
    )


def test_intervals_end_where_the_curve_crosses_first():
    found = made_profile([0.1, 0.2, 0.3, 0.4, 0.5], [1.0, 9.0, 0.0, 1.0, 4.0], 2)
    low, high = found.interval(2.25)
    # Between 0.3 (0) and 0.2 (3 = root of 9): half way; between 0.4 (1) and 0.5 (2): half way.
    assert low == pytest.approx(0.25)
    assert high == pytest.approx(0.45)
    assert found.interval(100.0) == (None, None)


def test_humps_are_higher_than_what_is_farther_out():
    values = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7]
    found = made_profile(values, [9.0, 4.0, 1.0, 0.0, 67.0, 0.5, 4.0], 3)
    assert [point.value for point in found.humps] == [0.5]
    assert found.as_json()["humps"] == [0.5]
    assert not made_profile(values, [9.0, 4.0, 1.0, 0.0, 0.9, 0.5, 4.0], 3).humps
    low = made_profile(values, [3.0, 50.0, 20.0, 0.0, 1.0, 2.0, 4.0], 3)
    assert [point.value for point in low.humps] == [0.2, 0.3]


def test_a_threshold_is_passed_between_two_points():
    found = made_profile([0.1, 0.2, 0.3], [0.0, 1.0, 4.0], 0)
    inner, outer = bracket(found.points, 2.0)
    assert (inner.value, outer.value) == (0.2, 0.3)
    assert bracket(found.points, 5.0) == (None, None)
