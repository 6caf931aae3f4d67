"""What components count."""

from __future__ import annotations

import numpy as np
import pytest

from objectives._made import suite
from objectives.residuals._spikes import trace
from pyneuronautofit.objectives import ALL_MODES, OBJECTIVES
from pyneuronautofit.objectives.residuals import mode_weights


def made(modes, **given):
    return suite([trace(50, 90), trace(70)], modes, (40, 360), **given)


def weights_by_mode(found, weights):
    return {code: set(weights[np.array(found.markers) == code].tolist()) for code in found.markers}


def test_one_over_the_scale_of_the_mode():
    found = made("OV")
    assert OBJECTIVES["O"].scale == 1.0
    assert OBJECTIVES["V"].scale == 100.0
    assert weights_by_mode(found, mode_weights(found)) == {"O": {1.0}, "V": {0.01}}


@pytest.mark.parametrize("mode", [code for code in ALL_MODES if OBJECTIVES[code].scale is None])
def test_without_a_scale_a_sixth_of_what_silence_would_have(mode):
    found = made(mode)
    weights = mode_weights(found)
    assert np.isfinite(weights).all()
    silent = np.array(found.bvalues)
    np.testing.assert_allclose(
        weights, np.where(silent > 0, 6 / np.where(silent > 0, silent, 1), 1)
    )


@pytest.mark.parametrize("mode", ALL_MODES)
def test_every_mode_counts_something(mode):
    found = made(mode)
    weights = mode_weights(found)
    assert weights.shape == (len(found.markers),)
    assert (weights > 0).all()


def test_what_the_user_says_is_taken():
    found = made("OVR")
    usual = weights_by_mode(found, mode_weights(found))
    given = weights_by_mode(found, mode_weights(found, {"V": 0.5, "R": 0.0}))
    assert given == {"O": usual["O"], "V": {0.5}, "R": {0.0}}
