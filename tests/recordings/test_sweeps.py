"""What is in each sweep, by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from pyneuronautofit.recordings import Recording, StimulusWindow, facts_of_sweeps
from pyneuronautofit.recordings.sweeps import spike_counts

WINDOW = StimulusWindow(1000, 1999)


def recording(*, is_command=True, noise_pA=0.0):
    current = np.full((3, 3000), -20.0)
    current[:, 1000:2000] += np.array([[-50.0], [0.0], [80.0]])
    current += noise_pA * np.random.default_rng(1).standard_normal(current.shape)
    voltage = np.full((3, 3000), -70.0)
    voltage[:, 1000:2000] += 5.0
    voltage[2, [1200, 1201, 1500]] = 20.0
    return Recording("cell.abf", voltage, current, 0.1, current_is_command=is_command)


@pytest.mark.parametrize("is_command", [True, False])
def test_facts(is_command):
    noise = 0.0 if is_command else 1.0
    facts = facts_of_sweeps(recording(is_command=is_command, noise_pA=noise), WINDOW, 0.0)
    assert [each.number for each in facts] == [0, 1, 2]
    assert [each.spikes for each in facts] == [0, 0, 2]
    assert [each.resting_mV for each in facts] == [-70.0] * 3
    near = 0.0 if is_command else 1.0
    assert [each.holding_pA for each in facts] == pytest.approx([-20.0] * 3, abs=near)
    assert [each.amplitude_pA for each in facts] == pytest.approx([-50.0, 0.0, 80.0], abs=near)
    assert [each.opposite_pA for each in facts] == [0.0] * 3


def test_a_step_behind_a_pre_pulse_is_told():
    made = recording(is_command=True)
    current = made.current_pA.copy()
    current[1:, 400:800] -= 30.0
    facts = facts_of_sweeps(replace(made, current_pA=current), None, 0.0)
    assert [each.spelt_amplitude for each in facts] == ["-50", "-30", "80 and -30"]


def test_without_a_stimulus_nothing_is_held():
    facts = facts_of_sweeps(recording(), None, 0.0)
    assert [each.holding_pA for each in facts] == [None] * 3
    assert [each.amplitude_pA for each in facts] == [-50.0, 0.0, 80.0]


def test_a_spike_is_a_run_of_samples_above_the_threshold():
    voltage = np.array([[1.0, -1.0, 1.0, 1.0, -1.0, 0.0], [-1.0, -1.0, -1.0, 2.0, 2.0, 2.0]])
    assert spike_counts(voltage, 0.0).tolist() == [2, 1]
    assert spike_counts(voltage, 1.5).tolist() == [0, 1]
