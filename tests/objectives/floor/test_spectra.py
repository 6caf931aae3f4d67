"""Spectra, against those of scipy."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.fft import next_fast_len
from scipy.signal import periodogram

from pyneuronautofit.objectives.floor.spectra import power_densities, smooth_length


@pytest.mark.parametrize("n_sample", [8, 9, 200, 1999])
def test_densities_are_scipys(n_sample):
    rng = np.random.default_rng(n_sample)
    stretches = -65.0 + rng.standard_normal((5, n_sample)).cumsum(axis=1)
    _frequencies, expected = periodogram(stretches, 2e4, window="hann", detrend="linear", axis=-1)
    found = power_densities(stretches, 2e4)
    assert found.shape == expected.shape
    np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-12 * expected.max())


def test_lengths_are_those_that_scipy_takes():
    lengths = [*range(1, 3000), 65537, 123457]
    assert [smooth_length(n) for n in lengths] == [next_fast_len(n, real=True) for n in lengths]
