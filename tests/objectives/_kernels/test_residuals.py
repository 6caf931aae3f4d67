"""The compiled loops about residuals: the parts that the others are made of."""

from __future__ import annotations

import numpy as np
import pytest

from pyneuronautofit.objectives._kernels.residuals import (
    PROMINENCE_MV,
    block_means,
    highest_outside,
    spikes_of,
    value_at,
)


def spikes(voltage, threshold_mV=-10.0, before=6):
    times, peaks = np.empty(len(voltage) // 2 + 1), np.empty(len(voltage) // 2 + 1)
    n = spikes_of(np.array(voltage, dtype=float), threshold_mV, before, times, peaks)
    return times[:n].tolist(), peaks[:n].tolist()


def test_crossings_are_between_samples():
    assert spikes([-70, -30, 10, 40, 0, -70]) == ([1.5], [40.0])
    assert spikes([-70, -10, 30, -70]) == ([1.0], [30.0])
    # It begins above: there is no crossing.
    assert spikes([30, -70, -70]) == ([], [])


def test_a_spike_stands_out():
    low = -10.0 - PROMINENCE_MV
    assert spikes([low, low, -0.1, low])[1] == [-0.1]
    assert spikes([-9.0 - 1.5, -9.5, -10.5, -9.5, -10.5])[1] == []
    # Only what is shortly before counts.
    far = [-70.0, *[-12.0] * 6, -5.0, -12.0]
    assert spikes(far)[1] == []
    assert spikes(far, before=7)[1] == [-5.0]


def test_as_many_spikes_as_there_can_be():
    voltage = np.tile([-70.0, 30.0], 50)
    assert len(spikes(voltage)[0]) == 50


@pytest.mark.parametrize(
    ("place", "expected"),
    [(-3.0, 1.0), (0.0, 1.0), (0.25, 1.5), (2.0, 9.0), (1.5, 6.0), (7.0, 9.0)],
)
def test_voltages_between_samples(place, expected):
    assert value_at(np.array([1.0, 3.0, 9.0]), place) == expected


def test_the_only_sample_is_everywhere():
    assert value_at(np.array([4.0]), 0.7) == 4.0


def test_the_highest_voltage_away_from_spikes():
    voltage = np.array([0.0, 5, 50, 60, 7, 1, 2, 90, 3])
    times = np.array([1.5, 6.5])
    # A sample before each, and two behind it.
    assert highest_outside(voltage, 0, 9, times, (1, 2)) == 7.0
    assert highest_outside(voltage, 5, 9, times, (1, 2)) == 1.0
    assert highest_outside(voltage, 0, 99, np.empty(0), (1, 2)) == 90.0
    assert highest_outside(voltage, 2, 4, times, (1, 2)) == -np.inf


def test_means_of_blocks():
    means = np.empty(2)
    block_means(np.array([1.0, 3, 5, 9, 100]), 6.0, 2, means)
    assert means.tolist() == [2.0, 5.5]
