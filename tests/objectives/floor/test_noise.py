"""Noise, against noise of a known spectrum."""

from __future__ import annotations

import numpy as np
import pytest

from pyneuronautofit.objectives.floor.noise import NoiseModel, noise_of_recording
from pyneuronautofit.recordings import StimulusWindow

from .cells import LEVELS, N_SAMPLE, STEP_MS, coloured, recorded, steps, window


def found(noise, current=None, window_=None):
    current = steps(LEVELS * 5)[: len(noise)] if current is None else current
    return noise_of_recording(recorded(noise - 65.0, current), window_ or window())


@pytest.mark.parametrize("time_ms", [0.02, 0.5, 2.0])
def test_deviation_and_correlation_are_those_of_the_noise(time_ms):
    rng = np.random.default_rng(5)
    model = found(coloured(rng, (20, N_SAMPLE), 0.4, time_ms))
    assert model.deviation_mV == pytest.approx(0.4, rel=0.07)
    drawn = model.draw(rng, 200, N_SAMPLE)
    assert drawn.shape == (200, N_SAMPLE)
    assert drawn.std() == pytest.approx(0.4, rel=0.08)
    lag = 10
    correlation = (drawn[:, lag:] * drawn[:, :-lag]).mean() / drawn.var()
    assert correlation == pytest.approx(np.exp(-lag * STEP_MS / time_ms), abs=0.06)


def test_a_test_pulse_and_a_spike_are_no_noise():
    noise = coloured(np.random.default_rng(6), (8, N_SAMPLE), 0.3, 0.5)
    noise[1, 100:300] -= 20.0
    noise[4, 500:520] += 80.0
    assert found(noise).deviation_mV == pytest.approx(0.3, rel=0.1)


def test_where_nothing_is_before_the_stimulus_it_is_sought_behind_it():
    noise = coloured(np.random.default_rng(7), (8, N_SAMPLE), 0.3, 0.5)
    noise[:, :900] += 10 * np.sin(np.arange(900) / 10)
    assert found(noise, window_=StimulusWindow(20, 400)).deviation_mV == pytest.approx(0.3, rel=0.1)
    assert found(noise, window_=StimulusWindow(20, N_SAMPLE - 100)) is None


def test_levels_that_differ_are_drift_where_the_cell_is_held_alike():
    rng = np.random.default_rng(8)
    levels = 0.5 * rng.standard_normal((20, 1))
    noise = coloured(rng, (20, N_SAMPLE), 0.2, 0.5)
    assert found(noise).drift_mV == 0.0
    model = found(noise + levels)
    assert model.drift_mV == pytest.approx(float(levels.std(ddof=1)), rel=0.05)
    assert model.deviation_mV == pytest.approx(0.2, rel=0.1)
    drawn = model.draw(rng, 500, N_SAMPLE)
    assert drawn.mean(axis=1).std() == pytest.approx(model.drift_mV, rel=0.1)
    held = np.repeat([[0.0], [50.0]], 10, axis=0)
    current = steps(LEVELS * 5) + held
    assert found(noise + held / 10, current).drift_mV == 0.0


def test_white_noise_has_the_variance_of_its_density():
    model = NoiseModel(np.full(11, 2e-4), 10_000.0)
    assert model.deviation_mV == pytest.approx(1.0)
    assert model.draw(np.random.default_rng(9), 50, 999).std() == pytest.approx(1.0, rel=0.02)
