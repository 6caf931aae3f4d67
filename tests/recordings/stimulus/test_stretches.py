"""Where sweeps differ, where they leave their level, and each sweep by itself."""

from __future__ import annotations

import numpy as np
import pytest

from pyneuronautofit.recordings.stimulus.stretches import Currents

STEP_MS, N_SAMPLE = 0.1, 10_000


def steps(levels, first=3000, last=5999):
    current = np.zeros((len(levels), N_SAMPLE))
    current[:, first : last + 1] += np.asarray(levels, dtype=float)[:, None]
    return current


def noisy(current, sd=2.0):
    return current + np.random.default_rng(5).normal(0.0, sd, current.shape)


@pytest.mark.parametrize("is_command", [True, False])
def test_what_all_sweeps_have_is_no_difference(is_command):
    current = steps([-20, 30, 80])
    current[:, 1000:2000] = 40.0
    current = current if is_command else noisy(current)
    currents = Currents(current, STEP_MS, is_command=is_command)
    assert currents.is_noisy is not is_command
    found = currents.where_they_differ()
    assert (found.first, found.last) == pytest.approx((3000, 5999), abs=0 if is_command else 10)
    left = currents.where_they_leave_their_level()
    assert (left.first, left.last) == pytest.approx((1000, 5999), abs=0 if is_command else 10)


def test_noise_is_neither():
    for n_sweep in (2, 3, 10):
        currents = Currents(noisy(steps([0.0] * n_sweep)), STEP_MS, is_command=False)
        assert currents.where_they_differ() is None
        assert currents.where_they_leave_their_level() is None
    assert Currents(steps([5.0]), STEP_MS, is_command=True).where_they_differ() is None


def test_every_sweep_by_itself():
    current = np.concatenate([steps([50.0, 0.0]), steps([50.0], 4000, 4999)])
    for each, is_command in ((current, True), (noisy(current), False)):
        currents = Currents(each, STEP_MS, is_command=is_command)
        first, none, later = currents.of_every_sweep(currents.where_they_differ())
        assert (first.first, first.last) == pytest.approx((3000, 5999), abs=10)
        assert none is None
        assert (later.first, later.last) == pytest.approx((4000, 4999), abs=10)
