"""A model that is fitted again ends where least squares are, with slopes of that place."""

from __future__ import annotations

import numpy as np
import pytest

from certainty.algebra import inquiry_into
from certainty.test_refitting import TRUTH, missed
from pyneuronautofit.certainty import ResidualScale
from pyneuronautofit.certainty.settling import settled
from pyneuronautofit.certainty.slopes import find_slopes


def test_it_ends_at_the_least_squares_with_the_slopes_there():
    from scipy.optimize import least_squares

    inquiry = inquiry_into(missed, 4, 40)
    found = settled(inquiry, np.array([0.6, 0.4, 0.6, 0.4]))
    best = least_squares(missed, TRUTH)
    assert np.allclose(found.point.unit, best.x, atol=0.01)
    (there,) = find_slopes(inquiry, found.point.unit[None])
    assert np.allclose(found.slopes.jacobian, there.jacobian)
    # The scale is what the fitted model misses: not that of the beginning.
    assert found.scale.variance == pytest.approx(0.05**2, rel=0.6)


def test_a_given_scale_stays():
    scale = ResidualScale(0.25, "given")
    assert settled(inquiry_into(missed, 4, 40), TRUTH, scale).scale is scale
