"""Spectra, by numpy alone: every command would wait for scipy's, which take long to import.

Source: Welch 1967, "The use of fast Fourier transform for the estimation of power spectra", IEEE
Transactions on Audio and Electroacoustics 15, 70-73.
"""

from __future__ import annotations

import itertools

import numpy as np

from pyneuronautofit._types import FloatArray


def power_densities(stretches: FloatArray, rate_hz: float) -> FloatArray:
    """Return one-sided power densities of stretches, each without its straight line.

    The window is a periodic Hann window.

    Parameters
    ----------
    stretches : FloatArray, shape (n_stretch, n_sample)
    rate_hz
        The sampling rate, Hz.

    Returns
    -------
    FloatArray, shape (n_stretch, n_sample // 2 + 1), squared unit per Hz
        At equal distances from 0; the last is half the sampling rate where n_sample is even.
    """
    n = stretches.shape[1]
    window = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(n) / n)
    transformed = np.fft.rfft(window * _without_line(stretches), axis=1)
    densities = np.abs(transformed) ** 2 / (rate_hz * (window**2).sum())
    # Negative frequencies have as much; 0 and half the sampling rate have no such partner.
    densities[:, 1 : (n + 1) // 2] *= 2
    return np.asarray(densities)


def _without_line(stretches: FloatArray) -> FloatArray:
    """Return stretches from which the straight line is taken that is nearest to each."""
    n = stretches.shape[1]
    time = np.arange(n) - (n - 1) / 2
    slopes = (stretches * time).sum(axis=1, keepdims=True) / (time**2).sum()
    return np.asarray(stretches - stretches.mean(axis=1, keepdims=True) - slopes * time)


def smooth_length(n_sample: int) -> int:
    """Return the least length of at least this that has no prime factors but 2, 3 and 5.

    Transforms of other lengths take longer.
    """
    return next(n for n in itertools.count(max(n_sample, 1)) if _is_smooth(n))


def _is_smooth(n: int) -> bool:
    for factor in (2, 3, 5):
        while n % factor == 0:
            n //= factor
    return n == 1
