"""How the adaptive integrator takes currents."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from pyneuronautofit.simulators.lanes.stimulus import edges, levelled, sweep_current

STEP_MS, TICKS = 0.05, 2048


def taken(current, holding=0.0):
    return sweep_current(current, holding, STEP_MS, TICKS, (len(current) - 1) * TICKS)


def step(n=1000, first=200, last=800, level=0.1):
    current = np.zeros(n)
    current[first:last] = level
    return current


def test_a_command_is_levels_between_edges_half_way_between_samples():
    found = taken(step())
    assert found.level_nA.tolist() == [0.0, 0.1, 0.0]
    assert found.end_tick.tolist() == [
        199 * TICKS + TICKS // 2, 799 * TICKS + TICKS // 2, 999 * TICKS
    ]  # fmt: skip
    assert found.continues


def test_noise_is_no_edge_and_a_step_above_it_is():
    noise = np.random.default_rng(0).normal(0.0, 0.001, 1000)
    found = taken(step() + noise)
    assert np.flatnonzero(found.jump).tolist() == [199, 799]
    assert np.isnan(found.level_nA).all()
    assert taken(step(level=0.002) + noise).jump.sum() == 0


def test_a_ramp_has_no_edges():
    found = taken(np.linspace(0.0, 0.3, 1000))
    assert len(found.end_tick) == 1
    assert np.isnan(found.level_nA).all()


def test_a_sweep_that_begins_elsewhere_than_it_was_held_does_not_continue():
    assert not taken(step(), holding=-0.05).continues


@given(arrays(np.float64, st.integers(2, 60), elements=st.floats(-1.0, 1.0)))
def test_charge_is_that_of_the_linear_interpolation(current):
    found = taken(current)
    expected = np.trapezoid(current, dx=STEP_MS)
    assert found.charge[len(current) - 1] == pytest.approx(expected, abs=1e-12)
    assert found.charge[0] == 0.0


@given(arrays(np.float64, st.integers(2, 60), elements=st.floats(-1.0, 1.0)))
def test_segments_cover_the_sweep(current):
    found = taken(current)
    assert (np.diff(found.end_tick) > 0).all()
    assert found.end_tick[-1] == (len(current) - 1) * TICKS
    assert len(found.level_nA) == len(found.end_tick)


def test_levelled_keeps_steps_and_the_charge_between_them():
    noisy = step() + np.random.default_rng(1).normal(0.0, 0.001, 1000)
    level = levelled(noisy)
    assert len(np.unique(level)) == 3
    assert level[200:800].mean() == pytest.approx(noisy[200:800].mean())
    np.testing.assert_array_equal(levelled(step()), step())


def test_the_last_sample_has_no_edge_behind_it():
    assert not edges(np.array([0.0, 0.0, 1.0]))[-1]
