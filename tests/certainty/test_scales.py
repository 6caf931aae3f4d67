"""The variance of residuals: of independent ones, and of such as hang together."""

from __future__ import annotations

import numpy as np

from certainty.algebra import plain_rows
from certainty.conftest import HH_NOISE_MV
from pyneuronautofit.certainty.scales import correlation_length, misfit_scale
from pyneuronautofit.optimisers.residuals import ResidualRows


def test_independent_residuals_have_their_variance():
    rng = np.random.default_rng(3)
    values = 0.7 * rng.normal(size=4000)
    scale = misfit_scale(plain_rows(4000), values, 5)
    assert np.isclose(scale.variance, 0.49, rtol=0.05)
    assert scale.source == "misfit"
    assert 3500 < scale.n_independent <= 4000


def test_a_series_that_repeats_itself_counts_as_often_as_it_says_something_new():
    """Of an autoregression the length is known: (1 + a) / (1 - a)."""
    rng = np.random.default_rng(4)
    a, n = 0.8, 20_000
    values = np.zeros(n)
    noise = rng.normal(size=n)
    for k in range(1, n):
        values[k] = a * values[k - 1] + noise[k]
    assert np.isclose(correlation_length([values]), (1 + a) / (1 - a), rtol=0.1)
    # What misses the recording all along does so once.
    assert correlation_length([np.ones(100)]) > 50
    assert correlation_length([np.zeros(100)]) == 1.0
    assert correlation_length([np.ones(3)]) == 1.0


def spiking_rows(n_sweep, n_spike, n_point):
    """Times and peaks, then shapes, as the residuals of traces have them."""
    of_spike = np.arange(n_spike)
    spike = np.concatenate([np.repeat(of_spike, 2), np.repeat(of_spike, n_point)])
    ones = np.ones(n_sweep * len(spike))
    sweep = np.repeat(np.arange(n_sweep), len(spike))
    return ResidualRows(ones, ones, sweep, np.tile(spike, n_sweep), n_sweep)


def test_spikes_that_are_wrong_one_after_the_other_are_wrong_once():
    rows, rng = spiking_rows(2, 10, 21), np.random.default_rng(6)
    n = rows.length
    independent = misfit_scale(rows, rng.normal(size=n), 0)
    assert independent.n_independent > 0.8 * n
    # Every spike has the shape of the others, and is as late.
    one = rng.normal(size=21)
    same = np.concatenate([np.tile([1.0, 0.5], 10), np.tile(one, 10)])
    assert misfit_scale(rows, np.tile(same, 2), 0).n_independent < 0.1 * n


def test_what_counts_nothing_is_left_out():
    rows = plain_rows(100)
    rows.fine[50:] = 0.0
    values = np.where(rows.fine > 0, np.random.default_rng(5).normal(size=100), 0.0)
    assert misfit_scale(rows, values, 0).n_independent <= 50


def test_a_model_that_misses_nothing_but_noise_has_the_scale_of_the_noise(hh_certainty):
    """A mean over k of n samples counts 2 sqrt(k / n): its noise has the variance 4 s^2 / n."""
    assert np.isclose(hh_certainty.scale.variance, 4 * HH_NOISE_MV**2 / 1500, rtol=0.15)
