"""The holding current: what is before the stimulus and at its level."""

from __future__ import annotations

import importlib.util

import numpy as np
import pytest

from pyneuronautofit.recordings import StimulusWindow, detect_stimulus, holding_currents
from recordings._shared import shared_file

STEP_MS, N_SAMPLE = 0.1, 5000
WINDOW = StimulusWindow(2000, 3999)


def steps(base=0.0, n_sweep=6):
    current = np.full((n_sweep, N_SAMPLE), float(base))
    current[:, WINDOW.first : WINDOW.last + 1] += 50.0 * np.arange(1, n_sweep + 1)[:, None]
    return current


def noisy(current, sd=3.0):
    return current + np.random.default_rng(8).normal(0.0, sd, current.shape)


def test_of_a_command_it_is_the_first_sample():
    current = steps(12.345)
    current[2] -= 20.0
    held = holding_currents(current, WINDOW, STEP_MS, is_command=True)
    assert held.tolist() == [12.345, 12.345, pytest.approx(-7.655), *[12.345] * 3]


def test_sweeps_that_hold_the_same_share_one_value():
    """Though their means differ by a tenth of a pA or two, as those of noise do."""
    current = noisy(steps(-60.0))
    assert len(np.unique(current[:, :2000].mean(axis=1).round(1))) > 1
    held = holding_currents(current, WINDOW, STEP_MS)
    assert np.unique(held).tolist() == [pytest.approx(-60.0, abs=0.15)]
    current[3] += 5.0
    held = holding_currents(current, WINDOW, STEP_MS)
    assert held[3] == pytest.approx(-55.0, abs=0.3)
    assert len(np.unique(held)) == 2


@pytest.mark.parametrize(("first", "last"), [(200, 600), (100, 1600)])
def test_a_test_pulse_is_not_held(first, last):
    """Also where it lasts longer than the level."""
    current = steps(-20.0)
    current[:, first:last] -= 80.0
    held = holding_currents(noisy(current), WINDOW, STEP_MS)
    assert held == pytest.approx([-20.0] * 6, abs=0.3)


def test_of_a_drift_it_is_the_mean():
    current = noisy(steps() + np.linspace(0.0, 10.0, N_SAMPLE), 1.0)
    assert holding_currents(current, WINDOW, STEP_MS) == pytest.approx([2.0] * 6, abs=1.0)


def test_a_stimulus_from_the_beginning_is_warned_of(caplog):
    current = np.zeros((2, N_SAMPLE)) + 5.0
    current[:, 20:4000] += 50.0
    held = holding_currents(noisy(current, 1.0), StimulusWindow(20, 3999), STEP_MS, "cell.abf")
    assert held == pytest.approx([5.0, 5.0], abs=0.3)
    assert "cell.abf: only 2 ms are before the stimulus" in caplog.text


def test_a_stimulus_that_is_all_there_is():
    current = np.full((1, 100), 7.0)
    assert holding_currents(current, StimulusWindow(0, 99), STEP_MS).tolist() == [7.0]


def test_protocols_that_went_wrong():
    spec = importlib.util.spec_from_file_location("cases", shared_file("cases", "stimulus.py"))
    cases = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(cases)
    for name, current, step_ms, window_ms, wanted_pA, is_command in cases.cases():
        if window_ms is None:
            continue
        window = detect_stimulus(current, step_ms, name, is_command=is_command)
        held = holding_currents(current, window, step_ms, name, is_command=is_command)
        assert held == pytest.approx([wanted_pA] * len(held), abs=0.5 if is_command else 1.0), name
