"""Sweeps of a file, made up."""

from __future__ import annotations

import numpy as np

from pyneuronautofit.recordings.selection import RawRecording, RawSweep


def sweep(number, *, n=100, step_ms=0.1, **settings):
    """A sweep whose voltage tells its number."""
    values = {"voltage_mV": np.full(n, -70.0 + number), "current_pA": np.zeros(n)}
    return RawSweep(number, step_ms=step_ms, **{**values, **settings})


def recording(*sweeps):
    return RawRecording("cell.nwb", tuple(sweeps))


def squares(numbers, stimulus="Long Square", **settings):
    return [sweep(number, stimulus=stimulus, **settings) for number in numbers]
