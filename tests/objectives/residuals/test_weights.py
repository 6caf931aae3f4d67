"""What every component counts."""

from __future__ import annotations

import numpy as np
import pytest

from objectives._made import suite
from pyneuronautofit.objectives import ALL_MODES, OBJECTIVES
from pyneuronautofit.objectives.residuals import component_weights, mode_weights, weighted_sums

VOLTAGE = [[-60.0, -50.0, 20.0, -60.0, -61.0], [-60.0, -60.0, -60.0, -60.0, -59.0]]


def test_one_over_the_scale_or_a_sixth_of_silence():
    bound = suite(VOLTAGE, "OR")
    assert OBJECTIVES["R"].scale is None or OBJECTIVES["R"].scale > 0
    expected = [
        1 / OBJECTIVES[code].scale if OBJECTIVES[code].scale else 6 / silent
        for code, silent in zip(bound.markers, bound.bvalues.tolist(), strict=True)
    ]
    np.testing.assert_allclose(mode_weights(bound), expected)


def test_what_the_user_gives_counts():
    bound = suite(VOLTAGE, "OV")
    weights = mode_weights(bound, {"V": 7.0})
    assert weights[np.array(bound.markers) == "V"].tolist() == [7.0, 7.0]
    plain = mode_weights(bound)
    assert (weights[:2] == plain[:2]).all()


@pytest.mark.parametrize("code", ALL_MODES)
def test_a_file_has_all_that_they_follow_from(code):
    bound = suite(VOLTAGE, code)
    read = np.array(bound.bvalues.tolist())
    # A number that is not finite is none in a file.
    read[~np.isfinite(read)] = np.nan
    np.testing.assert_array_equal(mode_weights(bound), component_weights(bound.markers, read))
    assert (mode_weights(bound) > 0).all()


def test_a_mode_of_another_version_counts_by_its_silence():
    assert component_weights(("?", "?"), np.array([12.0, 0.0])).tolist() == [0.5, 1.0]


def test_sums():
    scores = np.array([[1.0, 2.0], [np.nan, 1.0]])
    sums = weighted_sums(scores, np.array([10.0, 1.0]))
    assert sums[0] == 12.0
    assert np.isnan(sums[1])
    assert weighted_sums(np.empty((0, 0)), np.ones(2)).shape == (0,)
