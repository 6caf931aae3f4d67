"""Moving means and noise, against numpy and against what was put in."""

from __future__ import annotations

import numpy as np
import pytest

from pyneuronautofit.recordings.stimulus.noise import moving_mean, noise_of


@pytest.mark.parametrize("width", [1, 2, 3, 10, 21])
def test_moving_means_are_centred_and_cut_at_the_ends(width):
    values = np.random.default_rng(0).normal(size=(3, 50))
    found, half = moving_mean(values, width), (width // 2 if width > 1 else 0)
    for k in range(50):
        wanted = values[:, max(k - half, 0) : k + half + 1].mean(axis=1)
        np.testing.assert_allclose(found[:, k], wanted, rtol=0, atol=1e-12)


def test_noise_is_what_was_put_in_whatever_else_is_there():
    rng = np.random.default_rng(1)
    noise = rng.normal(0.0, 2.0, 50_000)
    step, slope = np.zeros(50_000), np.linspace(0.0, 500.0, 50_000)
    step[10_000:30_000] = 300.0
    for other in (0.0, step, slope):
        assert noise_of(noise + other, 1) == pytest.approx(2.0, rel=0.03)
    assert noise_of(step, 1) == 0.0
    assert noise_of(np.zeros(1), 1) == 0.0
