"""Traces with fewer samples that look the same: the smallest and the largest of every bin."""

from __future__ import annotations

import base64
from dataclasses import dataclass

import numpy as np

from pyneuronautofit._types import FloatArray

#: Voltages are kept in steps of this size, mV, as 16-bit numbers: up to 327 mV.
STEP_MV = 0.01
_LARGEST = 32767
# Fewer would not look like a voltage any more.
_LEAST_SAMPLES = 200


@dataclass(frozen=True)
class Thinned:
    """Traces for a chart.

    Attributes
    ----------
    voltage_mV : FloatArray, shape (n_trace, n_sweep, n_kept), mV
        Of every bin two samples, in the order in which they came; all of them where `n_bin` is 0.
    n_bin
        Samples of the recording in a bin; 0: nothing was left out.
    """

    voltage_mV: FloatArray
    n_bin: int

    @property
    def text(self) -> str:
        """All samples as 16-bit little-endian integers of `STEP_MV`, in base 64."""
        scaled = np.clip(np.rint(self.voltage_mV / STEP_MV), -_LARGEST, _LARGEST)
        return base64.b64encode(scaled.astype("<i2").tobytes()).decode("ascii")


def thin(voltage_mV: FloatArray, most: int) -> Thinned:
    """Thin traces (n_trace, n_sweep, n_sample) out until there are `most` samples at the most."""
    n_trace, n_sweep, n_sample = voltage_mV.shape
    allowed = max(most // max(n_trace * n_sweep, 1), _LEAST_SAMPLES)
    if n_sample <= allowed:
        return Thinned(voltage_mV, 0)
    n_bin = -(-2 * n_sample // allowed)
    n_whole = -(-n_sample // n_bin)
    # The last bin is filled with the last sample.
    padding = ((0, 0), (0, 0), (0, n_whole * n_bin - n_sample))
    bins = np.pad(voltage_mV, padding, mode="edge").reshape(n_trace, n_sweep, n_whole, n_bin)
    places = np.sort(np.stack([bins.argmin(axis=-1), bins.argmax(axis=-1)], axis=-1), axis=-1)
    kept = np.take_along_axis(bins, places, axis=-1)
    return Thinned(kept.reshape(n_trace, n_sweep, 2 * n_whole), n_bin)
