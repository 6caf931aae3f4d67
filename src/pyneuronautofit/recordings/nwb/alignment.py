"""The current of a sweep beside its voltage: series may begin at different times."""

from __future__ import annotations

import math

import numpy as np

from pyneuronautofit._types import FloatArray
from pyneuronautofit.recordings.nwb.series import Piece, UnusableSeriesError
from pyneuronautofit.units import MS_PER_S, TO_PA

_SAME_RATE = 1e-6


def current_beside(response: Piece, stimulus: Piece) -> FloatArray:
    """Return the current at the samples of a response, pA, shape (n_sample,).

    Where the stimulus begins later or ends earlier the current is its holding level, that of its
    first sample.

    Raises
    ------
    UnusableSeriesError
        If its rate is another, or it is of another time.
    """
    step, own = response.step_ms(), stimulus.step_ms()
    if abs(own - step) > _SAME_RATE * step:
        raise UnusableSeriesError(
            f"its stimulus has {MS_PER_S / own:g} samples a second, its response "
            f"{MS_PER_S / step:g}"
        )
    current, n_sample = stimulus.data(TO_PA["A"]), response.n_sample
    if not len(current):
        raise UnusableSeriesError("its stimulus has no samples")
    later = _later_samples(response, stimulus, step)
    found = np.full(n_sample, current[0])
    begin, end = max(later, 0), min(later + len(current), n_sample)
    if end <= begin:
        raise UnusableSeriesError(
            f"its stimulus begins {later * step / MS_PER_S:.6g} s after its response, which lasts "
            f"{n_sample * step / MS_PER_S:.6g} s"
        )
    found[begin:end] = current[begin - later : end - later]
    return found


def _later_samples(response: Piece, stimulus: Piece, step_ms: float) -> int:
    """Return how many samples a stimulus begins after its response."""
    begins, stimulus_begins = response.start_s(), stimulus.start_s()
    later = (stimulus_begins - begins) * MS_PER_S / step_ms
    if not math.isfinite(later):
        raise UnusableSeriesError("nothing is known of when its stimulus begins")
    # Where nobody noted the time of one of them it is 0; that of a first sweep may be 0, too.
    apart = not -stimulus.n_sample < later < response.n_sample
    if apart and 0.0 in (begins, stimulus_begins):
        return 0
    return round(later)


def shift_ms(response: Piece, stimulus: Piece) -> float:
    """Return how long after its response a stimulus begins, ms, as far as it is respected."""
    step = response.step_ms()
    return _later_samples(response, stimulus, step) * step
