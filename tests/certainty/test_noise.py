"""What noise does to residuals: white noise of a known size does what is known."""

from __future__ import annotations

import numpy as np
import pytest

from certainty.conftest import HH_NOISE_MV
from pyneuronautofit.certainty import find_certainty, inquiry_of
from pyneuronautofit.certainty.noise import drawn_noise, noise_scale
from pyneuronautofit.certainty.slopes import find_slopes
from pyneuronautofit.errors import UsageError


def test_the_scale_of_white_noise_is_known(hh):
    problem, x = hh
    inquiry = inquiry_of(problem)
    (slopes,) = find_slopes(inquiry, x)
    scale = noise_scale(problem, inquiry, slopes)
    assert scale.source == "noise"
    # Three directions, 32 times: so well it can be known.
    assert 0.5 < scale.variance / (4 * HH_NOISE_MV**2 / 1500) < 2.0
    assert noise_scale(problem, inquiry, slopes) == scale


def test_a_true_model_misses_what_noise_does(hh):
    problem, x = hh
    found = find_certainty(
        inquiry_of(problem), x, noise=lambda inquiry, slopes: noise_scale(problem, inquiry, slopes)
    )
    assert found.above_noise is not None
    assert 0.5 < found.above_noise < 2.0


def test_noise_is_made_of_the_baseline(hh):
    problem, _x = hh
    noise_mV = drawn_noise(problem, (4, 1500), np.random.default_rng(0))
    assert noise_mV.shape[1:] == (4, 1500)
    assert np.isclose(noise_mV.std(), HH_NOISE_MV, rtol=0.1)
    assert abs(noise_mV.mean()) < 0.02


def test_a_recording_that_begins_with_its_stimulus_shows_no_noise(hh):
    from dataclasses import replace

    problem, _x = hh
    early = replace(problem, stimulus=replace(problem.stimulus, first=40))
    with pytest.raises(UsageError, match=r"made.npz has 4 ms before its stimulus, and its noise"):
        drawn_noise(early, (4, 1500), np.random.default_rng(0))
