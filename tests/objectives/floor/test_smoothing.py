"""Traces without their noise, against those that never had any."""

from __future__ import annotations

import numpy as np

from pyneuronautofit.objectives.floor.noise import NoiseModel
from pyneuronautofit.objectives.floor.smoothing import denoised

from .cells import FIRST, STEP_MS, coloured, window

WHITE = NoiseModel(np.full(11, 0.16 / 5000), 10_000.0)


def cleaned(truth, rng):
    noisy = truth + 0.4 * rng.standard_normal(truth.shape)
    return denoised(noisy, WHITE, window(), STEP_MS, np.random.default_rng(0)), noisy


def test_rest_is_flat_and_the_same_in_all_sweeps(cells):
    truth, _wrong = cells
    found, _noisy = cleaned(truth, np.random.default_rng(1))
    before = found[:, :FIRST] - truth[:, :FIRST]
    assert np.sqrt((before**2).mean()) < 0.03
    np.testing.assert_array_equal(found[1, :FIRST], found[3, :FIRST])


def test_spikes_keep_their_shape(cells):
    truth, _wrong = cells
    found, noisy = cleaned(truth, np.random.default_rng(2))
    spike = truth > -20
    assert spike.sum() > 30
    assert np.abs((found - noisy)[spike]).max() < 2.0
    starts = [(np.diff((each > -20).astype(int), axis=1) == 1).nonzero() for each in (found, noisy)]
    np.testing.assert_array_equal(*starts)


def test_outside_spikes_there_is_less_noise(cells):
    truth, _wrong = cells
    found, _noisy = cleaned(truth, np.random.default_rng(3))
    assert np.sqrt(((found - truth)[0] ** 2).mean()) < 0.2


def test_a_sweep_that_rests_elsewhere_keeps_its_level():
    truth = np.full((4, 1600), -65.0)
    truth[2] -= 3.0
    noise = coloured(np.random.default_rng(4), truth.shape, 0.4, 0.01)
    found = denoised(truth + noise, WHITE, window(), STEP_MS, np.random.default_rng(0))
    assert np.abs(found[:, :FIRST].mean(axis=1) - truth[:, 0]).max() < 0.1
