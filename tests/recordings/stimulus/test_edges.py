"""Edges of jumps and of slopes, with noise and without."""

from __future__ import annotations

import numpy as np
import pytest

from pyneuronautofit.recordings.stimulus.edges import find_stretch
from pyneuronautofit.recordings.stimulus.noise import moving_mean

STEP_MS = 0.1


def test_without_noise_the_edges_are_the_first_and_the_last_place():
    values = np.zeros(1000)
    values[300:500] = 2.0
    found = find_stretch(values, values, 0.5, STEP_MS, exact=True)
    assert (found.first, found.last) == (300, 499)
    assert find_stretch(values, values, 3.0, STEP_MS, exact=True) is None


def test_a_jump_is_where_a_short_mean_goes_through_half_of_it():
    values = np.zeros(2000)
    values[700:1300] = 10.0
    fine, coarse = moving_mean(values, 11), moving_mean(values, 51)
    found = find_stretch(coarse, fine, 0.2, STEP_MS, exact=False)
    assert (found.first, found.last) == (700, 1299)
    assert found.jumps_up
    assert found.jumps_down


def test_a_slope_is_followed_back_to_where_it_began():
    values = np.clip((np.arange(4000) - 1000) * 0.01, 0.0, None)
    values[3000:] = 0.0
    found = find_stretch(values, values, 0.5, STEP_MS, exact=False)
    assert found.first == pytest.approx(1000, abs=3)
    assert found.last == 2999
    assert not found.jumps_up
    assert found.jumps_down
