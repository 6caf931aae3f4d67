"""The rule of the original program: what most sweeps say, each by itself."""

from __future__ import annotations

import numpy as np
import pytest

from pyneuronautofit.recordings import StimulusWindow
from pyneuronautofit.recordings.stimulus.most_common import most_common_window


def steps(first, last, levels, n_sample=1000):
    current = np.zeros((len(levels), n_sample))
    current[:, first : last + 1] += np.asarray(levels, dtype=float)[:, None]
    return current


def test_the_window_of_most_sweeps():
    current = np.concatenate(
        [steps(300, 599, [10, 20]), steps(400, 499, [10, 20, 30]), np.zeros((1, 1000))]
    )
    assert most_common_window(current) == StimulusWindow(400, 499)


def test_of_equally_common_windows_the_widest():
    current = np.concatenate([steps(400, 499, [10]), steps(300, 499, [10])])
    assert most_common_window(current) == StimulusWindow(300, 499)


def test_a_test_pulse_is_a_part_of_it():
    current = steps(400, 499, [50, 100])
    current[:, 100:150] -= 40.0
    assert most_common_window(current) == StimulusWindow(100, 499)


@pytest.mark.parametrize(("first", "last"), [(200, 899), (1, 700), (300, 999)])
def test_a_step_longer_than_half_the_sweep(first, last):
    assert most_common_window(steps(first, last, [50.0])) == StimulusWindow(first, last)


def test_small_differences_from_the_first_sample_are_not_stimulus():
    current = steps(200, 899, [100.0])
    current[0, 100:950] += 4.9  # below 5 % of the largest difference, 104.9
    assert most_common_window(current) == StimulusWindow(200, 899)
    current[0, 100:950] += 1.0  # above it
    assert most_common_window(current) == StimulusWindow(100, 949)


def test_a_constant_current_has_none():
    assert most_common_window(np.full((3, 1000), 0.1)) is None
