"""Which sweeps are repeats of each other."""

from __future__ import annotations

import numpy as np
import pytest

from pyneuronautofit.objectives.floor.repeats import Place, repeats, without_odd
from pyneuronautofit.recordings import Recording

from .cells import N_SAMPLE, recorded, steps


def groups(current, noise_pA=0.0, **changed):
    rng = np.random.default_rng(1)
    measured = current + noise_pA * rng.standard_normal(current.shape)
    recording = recorded(np.zeros(current.shape), measured)
    return [[place.sweep for place in group] for group in repeats([recording])]


@pytest.mark.parametrize("noise_pA", [0.0, 3.0])
def test_sweeps_with_the_same_current(noise_pA):
    current = 100 * steps((0.0, 1.0, 0.0, 2.0, 1.0, 0.0))
    assert groups(current, noise_pA) == [[0, 2, 5], [1, 4]]


def test_a_family_of_steps_has_none():
    assert groups(10 * steps(tuple(range(30))), 1.0) == []


def test_another_holding_current_is_another_current():
    current = 100 * steps((1.0, 1.0, 1.0))
    current[1] += 20.0
    assert groups(current) == [[0, 2]]


def test_a_current_that_differs_for_a_moment_is_another_one():
    current = 100 * steps((1.0, 1.0, 1.0))
    current[2, 1000:1100] += 30.0
    assert groups(current) == [[0, 1]]


def test_the_command_is_looked_at_where_there_is_one():
    command = 100 * steps((1.0, 1.0))
    rng = np.random.default_rng(2)
    noisy = command + 60 * np.repeat(rng.standard_normal((2, N_SAMPLE // 100)), 100, axis=1)
    told = Recording("cell", np.zeros(noisy.shape), noisy, 0.1, command_pA=command)
    assert len(repeats([told])) == 1
    assert repeats([recorded(np.zeros(noisy.shape), noisy)]) == []


def test_repeats_in_several_recordings_of_one_length():
    one = recorded(np.zeros((2, N_SAMPLE)), 100 * steps((1.0, 2.0)), "one")
    two = recorded(np.zeros((2, N_SAMPLE)), 100 * steps((2.0, 3.0)), "two")
    short = recorded(np.zeros((1, N_SAMPLE - 10)), 100 * steps((2.0,))[:, 10:], "short")
    assert repeats([one, two, short]) == [(Place(0, 1), Place(1, 0))]


def test_one_that_is_far_from_all_others_is_told():
    voltage = np.random.default_rng(3).standard_normal((5, N_SAMPLE))
    voltage[2] += 50.0
    recording = recorded(voltage, 100 * steps((1.0,) * 5))
    (group,) = repeats([recording])
    kept, odd = without_odd(group, [recording])
    assert [place.sweep for place in odd] == [2]
    assert [place.sweep for place in kept] == [0, 1, 3, 4]
    # Of three nobody can say which.
    assert without_odd(group[:3], [recording]) == (group[:3], ())
