"""What is found in a recording."""

from __future__ import annotations

import numpy as np
import pytest

from objectives.residuals._spikes import (
    BASE_MV,
    N_BLOCK,
    N_POINT,
    N_SAMPLE,
    PEAK_MV,
    RISE_MS,
    STEP_MS,
    THRESHOLD_MV,
    trace,
)
from pyneuronautofit.objectives.residuals.aims import find_aims


def aims_of(*sweeps):
    return find_aims(np.array(sweeps), STEP_MS, THRESHOLD_MV)


def test_spikes():
    aims = aims_of(trace(50, 90, 110), trace(), trace(70))
    assert aims.counts.tolist() == [3, 0, 1]
    expected = (np.array([50, 90, 110, 70]) - RISE_MS) / STEP_MS
    np.testing.assert_allclose(aims.target.times, expected)
    assert aims.target.peaks.tolist() == [PEAK_MV] * 4


def test_where_a_spike_would_have_to_be():
    """From the middle to the one before to the middle to the next, or to the end of the sweep."""
    aims = aims_of(trace(50, 90, 110), trace(70))
    shift = RISE_MS / STEP_MS
    middles = [140 - shift, 200 - shift]
    assert aims.target.begins.tolist() == [0, *(int(np.floor(m)) for m in middles), 0]
    assert aims.target.ends.tolist() == [*(int(np.ceil(m)) for m in middles), N_SAMPLE, N_SAMPLE]


@pytest.mark.parametrize(
    ("base_mV", "top_mV"), [(BASE_MV, BASE_MV + 5), (-30.0, -25.0), (-12.0, THRESHOLD_MV)]
)
def test_below_what_voltages_are_compared(base_mV, top_mV):
    assert aims_of(trace(50, base_mV=base_mV)).target.tops_mV == pytest.approx([top_mV])


def test_voltages_are_means_of_blocks():
    sweep = trace() + np.arange(N_SAMPLE) / 100
    aims = aims_of(sweep)
    expected = sweep.reshape(N_BLOCK, -1).mean(axis=1)
    np.testing.assert_allclose(aims.target.voltages[0], expected)
    # Spikes are cut off.
    spiking = aims_of(np.where(trace(50) > BASE_MV, trace(50), sweep))
    np.testing.assert_allclose(spiking.target.voltages[0][20:], expected[20:])
    assert spiking.target.voltages.max() <= spiking.target.tops_mV[0]


def test_shapes_begin_before_the_crossing():
    aims = aims_of(trace(50))
    assert aims.target.shapes.shape == (1, N_POINT)
    at_ms = -1 + 0.25 * np.arange(N_POINT)
    expected = np.interp(50 - RISE_MS + at_ms, np.arange(N_SAMPLE) * STEP_MS, trace(50))
    np.testing.assert_allclose(aims.target.shapes[0], expected)
    assert aims.target.shapes[0, 4] == pytest.approx(THRESHOLD_MV)


def test_a_sweep_that_is_one_spike():
    """No sample is outside of it: everything below the threshold is compared."""
    aims = find_aims(np.array([[-20.0, 0.0, -20.0]]), STEP_MS, THRESHOLD_MV)
    assert aims.counts.tolist() == [1]
    assert aims.target.tops_mV.tolist() == [THRESHOLD_MV]


def test_a_sweep_shorter_than_a_block():
    aims = find_aims(np.array([[-60.0, -50.0]]), STEP_MS, THRESHOLD_MV)
    assert aims.target.voltages.shape == (1, 1)


def test_recordings_that_cannot_be_written_to():
    sweeps = np.array([trace(50)])
    sweeps.flags.writeable = False
    fortran = np.asfortranarray(sweeps)
    assert aims_of(*sweeps).counts.tolist() == [1]
    assert find_aims(fortran, STEP_MS, THRESHOLD_MV).counts.tolist() == [1]
