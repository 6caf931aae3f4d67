"""Arrays for figures."""

from __future__ import annotations

import numpy as np

from certainty.algebra import inquiry_into
from certainty.test_findings import ROWS, linear
from pyneuronautofit.certainty import Profile, ProfilePoint, ResidualScale, find_certainty
from pyneuronautofit.certainty.drawing import certainty_drawing, profile_drawing


def test_what_is_drawn_is_what_was_found():
    inquiry = inquiry_into(linear, 0, 100, param_nslh=ROWS)
    found = find_certainty(
        inquiry, np.array([[-3.0, 9.9, 0.5, 3.0, 2.0]]), [7], ResidualScale(1.0, "given")
    )
    drawn = certainty_drawing(found)
    assert drawn.names == ("soma.a", "soma.b", "soma.c")
    assert np.allclose(drawn.at, [0.5, 0.995, 0.5])
    assert drawn.directions.shape == (3, 3)
    assert np.allclose(np.abs(drawn.directions), np.eye(3))
    assert drawn.sloppy == [False, False, True]
    assert np.allclose([drawn.along[2], drawn.deviations[2]], drawn.unknown)


def test_a_profile_with_both_thresholds():
    points = tuple(ProfilePoint(v, v, 9 * v * v, np.array([v])) for v in (-1.0, 0.0, 1.0))
    found = Profile(
        "p", points, 1, ResidualScale(1.0, "given"), (-2.0, 2.0), 0.1, 0.3, ("p",), True, 9
    )
    drawn = profile_drawing(found)
    assert drawn.values.tolist() == [-1.0, 0.0, 1.0]
    assert drawn.rises.tolist() == [9.0, 0.0, 9.0]
    assert [height for _said, height in drawn.thresholds] == [1.0, 3.841459]
    assert drawn.interval == found.interval()
