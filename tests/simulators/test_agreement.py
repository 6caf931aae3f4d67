"""How far two simulations are said to be apart, for voltages made by hand."""

from __future__ import annotations

import numpy as np
import pytest

from pyneuronautofit.simulators.agreement import (
    Agreement,
    compare_sweep,
    early_difference,
    spike_samples,
    worst,
)

STEP_MS = 0.1


def trace(*spikes_ms, n_sample=2000, height=30.0):
    """A resting voltage with triangular spikes, 1 ms up and 1 ms down."""
    time = np.arange(n_sample) * STEP_MS
    voltage = np.full(n_sample, -70.0)
    for peak in spikes_ms:
        voltage += (height + 70.0) * np.clip(1.0 - np.abs(time - peak), 0.0, None)
    return voltage


def test_a_difference_before_the_first_spike():
    one = trace(100.0)
    other = one.copy()
    other[500] += 0.02
    other[1500] += 3.0
    found = compare_sweep(one, other, STEP_MS)
    assert found.quiet_mV == pytest.approx(0.02)
    assert found.largest_mV == pytest.approx(3.0)
    assert found.n_spike == (1, 1)
    assert found.shift_ms == 0.0


def test_the_upstroke_is_not_quiet():
    found = compare_sweep(trace(100.0), trace(100.3), STEP_MS)
    assert found.quiet_mV == 0.0
    assert found.largest_mV > 20.0
    assert found.shift_ms == pytest.approx(0.3)


def test_without_spikes_everything_is_quiet():
    found = compare_sweep(trace(), trace() + 0.5, STEP_MS)
    assert found.quiet_mV == pytest.approx(0.5)
    assert np.isnan(found.shift_ms)


def test_the_first_spike_of_either_ends_the_quiet():
    early, late = trace(50.0, 150.0), trace(150.0)
    for one, other in ((early, late), (late, early)):
        found = compare_sweep(one, other, STEP_MS)
        assert found.quiet_mV == 0.0
        assert np.isnan(found.shift_ms)
    assert compare_sweep(early, late, STEP_MS).n_spike == (2, 1)


def test_a_spike_at_the_beginning_leaves_nothing_to_compare():
    found = compare_sweep(trace(1.0), trace(1.0), STEP_MS)
    assert np.isnan(found.quiet_mV)
    assert found.n_spike == (1, 1)


def test_a_sweep_that_begins_above_the_threshold_begins_with_no_spike():
    voltage = trace(0.0)
    assert voltage[0] > 0
    assert spike_samples(voltage).tolist() == []
    assert np.isnan(compare_sweep(voltage, voltage, STEP_MS).quiet_mV)


def test_the_worst_of_several():
    one = Agreement(0.1, 5.0, (3, 3), 0.01)
    other = Agreement(float("nan"), 7.0, (2, 1), float("nan"))
    assert worst([one, other]) == Agreement(0.1, 7.0, (2, 1), 0.01)
    assert np.isnan(worst([other]).quiet_mV)
    silent = Agreement(0.0, 0.0, (0, 0), float("nan"))
    assert worst([silent, one]).n_spike == (3, 3)


def test_the_first_millisecond_is_compared_whatever_happens_in_it():
    one, other = np.full(100, 20.0), np.full(100, 20.0)
    other[9] += 0.25
    other[10] += 7.0
    assert early_difference(one, other, 0.1) == 0.25
    assert early_difference(one, other, 10.0) == 0.0
