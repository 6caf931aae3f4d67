"""Units in titles, and steps of times that are written with few digits."""

from __future__ import annotations

import numpy as np
import pytest

from pyneuronautofit.recordings import ChannelChoice
from pyneuronautofit.recordings.text.columns import recording_of, unit_of


@pytest.mark.parametrize(
    ("title", "unit"),
    [
        ("time (ms)", "ms"),
        ("Time [s]", "s"),
        ("Trace #1 (mV)", "mV"),
        ("voltage_mV_3", "mV"),
        ("voltage_mV", "mV"),
        ("I pA 2", "pA"),
        ("I (µA)", "uA"),
        ("mV", "mV"),
        ("voltage", ""),
        ("V", "V"),
        ("I (furlongs)", ""),
        ("", ""),
    ],
)
def test_units(title, unit):
    assert unit_of(title) == unit


@pytest.mark.parametrize("step_ms", [0.05, 0.1, 1 / 30, 0.02])
@pytest.mark.parametrize("digits", [6, 9])
def test_steps_of_rounded_times(step_ms, digits):
    time = np.array([float(f"{k * step_ms:.{digits}g}") for k in range(20_000)])
    rows = np.stack([time, np.zeros(20_000), np.zeros(20_000)], axis=1)
    found = recording_of(("t (ms)", "V (mV)", "I (pA)"), rows, "cell.csv", ChannelChoice())
    assert found.sweeps[0].step_ms == pytest.approx(step_ms, rel=1e-4)
