"""What a recording and a model suggest."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from pyneuronautofit.fitting.suggested import suggest
from pyneuronautofit.recordings import Recording, StimulusWindow

WINDOW = StimulusWindow(200, 399)


def recording(n_sweep=9, spiking=(5, 6, 7, 8), numbers=None, noise_mV=0.0):
    rng = np.random.default_rng(1)
    current = np.zeros((n_sweep, 600))
    current[:, 200:400] = np.linspace(-100.0, 100.0, n_sweep)[:, None]
    voltage = -65.0 + 0.1 * current + rng.normal(0.0, 1.0, current.shape) * noise_mV
    for sweep in spiking:
        for at in (250, 300, 350):
            voltage[sweep, at : at + 8] = 20.0
    return Recording("cell.abf", voltage, current, 0.1, **({"numbers": numbers} if numbers else {}))


def test_of_nine_sweeps_two_are_held_out():
    found = suggest(recording(), WINDOW, 29)
    assert found.hold_out == (2, 6)
    assert found.modes == "OV"
    assert found.evaluations == 30_000
    assert [each.spikes for each in found.sweeps] == [0, 0, 0, 0, 0, 3, 3, 3, 3]


@pytest.mark.parametrize(
    ("n_sweep", "expected"), [(1, ()), (3, ()), (4, (2,)), (6, (3,)), (7, (1, 5)), (12, (2, 6, 10))]
)
def test_how_many_are_held_out(n_sweep, expected):
    found = suggest(recording(n_sweep, spiking=(n_sweep - 1,)), WINDOW, 3)
    # One of several that is the only one with spikes is fitted.
    assert found.hold_out == expected


def test_the_only_sweeps_with_spikes_are_not_all_held_out():
    assert suggest(recording(9, spiking=(2, 6)), WINDOW, 3).hold_out == (2,)
    assert suggest(recording(4, spiking=(2,)), WINDOW, 3).hold_out == ()


def test_sweeps_are_called_as_in_the_file():
    numbers = tuple(range(10, 19))
    assert suggest(recording(numbers=numbers), WINDOW, 3).hold_out == (12, 16)


def test_a_threshold_in_the_middle_of_those_that_find_the_same():
    found = suggest(recording(noise_mV=1.0), WINDOW, 3)
    assert -40.0 <= found.threshold_mV <= 0.0
    assert found.threshold_mV % 5 == 0
    assert "all find about 12 spikes" in found.why_threshold


def test_without_spikes_the_voltage_is_compared():
    found = suggest(recording(spiking=()), WINDOW, 3)
    assert (found.modes, found.threshold_mV) == ("V", 0.0)
    assert found.why_threshold == "no sweep has spikes"


def test_noise_at_the_threshold_is_not_counted():
    noisy = recording(spiking=(), noise_mV=3.0)
    noisy = dataclasses.replace(noisy, voltage_mV=noisy.voltage_mV + 63.0)
    found = suggest(noisy, WINDOW, 3)
    assert found.modes == "V"
    assert found.why_modes == "the whole voltage; no threshold tells spikes from noise"
    assert found.why_threshold.startswith("-t 0: the compared sweeps cross this threshold")


@pytest.mark.parametrize(
    ("n_param", "evaluations"), [(1, 5000), (5, 5000), (6, 10_000), (29, 30_000), (400, 50_000)]
)
def test_the_budget_follows_the_number_of_parameters(n_param, evaluations):
    assert suggest(recording(), WINDOW, n_param).evaluations == evaluations
