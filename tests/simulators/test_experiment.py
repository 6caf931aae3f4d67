"""Clocks and holding currents."""

from __future__ import annotations

import logging

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pyneuronautofit.errors import UsageError
from pyneuronautofit.recordings import Recording, StimulusWindow, holding_current
from pyneuronautofit.simulators import make_clock, plan_experiment


@pytest.mark.parametrize(
    ("step_ms", "dt", "substeps"),
    [
        (0.05, 0.025, 2),
        (0.05, 0.05, 1),
        (0.1, 0.025, 4),
        (0.05, 0.02, 3),
        (0.05, 1.0, 1),
        (0.05, -0.5, 2),
        (0.05, -1.0, 1),
        (0.05, -0.3, 4),
        (1 / 30, 0.025, 2),
    ],
)
def test_the_step_divides_the_recorded_one(step_ms, dt, substeps):
    clock = make_clock(step_ms, dt)
    assert clock.substeps == substeps
    assert clock.dt_ms == step_ms / substeps


@given(st.floats(1e-3, 10.0), st.floats(1e-4, 10.0))
def test_the_step_is_never_longer_than_asked(step_ms, dt_ms):
    assert make_clock(step_ms, dt_ms).dt_ms <= dt_ms * (1 + 1e-8)


def test_a_lowered_step_is_logged(caplog):
    with caplog.at_level(logging.INFO):
        make_clock(0.05, 0.02)
    assert "time step lowered from 0.02 to 0.0166667 ms" in caplog.text
    caplog.clear()
    with caplog.at_level(logging.INFO):
        make_clock(0.05, 0.025)
    assert not caplog.text


@pytest.mark.parametrize("dt", [0.0, float("nan"), float("inf")])
def test_no_step_is_refused(dt):
    with pytest.raises(UsageError, match="--dt"):
        make_clock(0.05, dt)


def recording(current, *, command):
    return Recording("r", np.zeros_like(current), current, 0.1, current_is_command=command)


def test_holding_current_of_a_command_is_its_first_sample():
    current = np.array([[12.345, 0.0, 0.0, 50.0], [-3.0, 0.0, 0.0, 50.0]])
    held = holding_current(recording(current, command=True), StimulusWindow(3, 3))
    assert held.tolist() == [12.345, -3.0]


def test_holding_current_of_a_recorded_current_is_the_rounded_mean_before_the_stimulus():
    current = np.array([[1.0, 1.1, 1.2, 50.0], [-3.3, -3.0, -3.13, 50.0]])
    held = holding_current(recording(current, command=False), StimulusWindow(3, 3))
    np.testing.assert_allclose(held, [1.1, -3.1])
    at_once = holding_current(recording(current, command=False), StimulusWindow(0, 3))
    np.testing.assert_allclose(at_once, [1.0, -3.3])


def test_only_the_chosen_sweeps_are_planned_and_transients_are_shared():
    current = np.arange(12.0).reshape(3, 4)
    current[:, 0] = [5.0, 7.0, 5.0]
    plan = plan_experiment(
        recording(current, command=True), StimulusWindow(1, 2), [2, 0], 0.1, 30.0
    )
    np.testing.assert_array_equal(plan.current_pA, current[[2, 0]])
    assert plan.holding_pA.tolist() == [5.0, 5.0]
    assert plan.cell_ms == pytest.approx(1000.0 + 2 * 0.4)
    assert plan.temperature_degC == 30.0
