"""Noise of a current, and what is left of it in a moving mean."""

from __future__ import annotations

import numpy as np

from pyneuronautofit._types import FloatArray

# The median absolute deviation of a normal distribution is its standard deviation over this.
_OF_NORMAL = 1.4826


def moving_mean(values: FloatArray, width: int) -> FloatArray:
    """Return centred means over an odd number of samples, near `width`; the window is cut at ends.

    Parameters
    ----------
    values : FloatArray, shape (.., n_sample)
    """
    if width <= 1:
        return values
    half, n_sample = width // 2, values.shape[-1]
    places = np.arange(n_sample)
    begin, end = np.maximum(places - half, 0), np.minimum(places + half + 1, n_sample)
    means = np.empty(values.shape)
    # Row by row: a recording may have a hundred MB, and several copies of it are too many.
    for row, of_row in zip(values.reshape(-1, n_sample), means.reshape(-1, n_sample)):
        sums = np.concatenate([[0.0], row.cumsum()])
        of_row[:] = (sums[end] - sums[begin]) / (end - begin)
    return means


def noise_of(values: FloatArray, lag: int) -> float:
    """Return the standard deviation of what differs between samples `lag` apart, for its noise.

    Steps, which are few, and slopes, which are the same all over, do not count.

    Parameters
    ----------
    values : FloatArray, shape (n_sample,)
    """
    change = values[lag:] - values[:-lag]
    if not len(change):
        return 0.0
    return float(_OF_NORMAL * np.median(np.abs(change - np.median(change))) / np.sqrt(2.0))
