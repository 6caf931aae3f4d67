"""What becomes of a cell in a test: steps and rests of cells whose answer is a formula."""

from __future__ import annotations

import dataclasses
from types import SimpleNamespace

import numpy as np
import pytest

from probes.batch.fake_runner import FakeRunner, run_alone
from pyneuronautofit.probes.batch.courses import (
    clamp_steps,
    current_steps,
    long_rest,
    rises,
    steps_in,
)
from pyneuronautofit.probes.tests import RestTest, StepTest

MODEL = SimpleNamespace(watched=(0,), watched_mV=(-8.0,), middles={"soma.v": 0})
STEPS = StepTest((100.0, 3000.0, 5000.0), 35.0, 0.5, onset_ms=2.0, duration_ms=1.5, end_ms=5.0)


def test_steps_with_current():
    """A step has current if its middle is within the pulse."""
    test = StepTest((1.0,), 35.0, 0.1, onset_ms=1.0, duration_ms=0.52, end_ms=3.0)
    assert clamp_steps(test) == (10, 15)
    assert clamp_steps(dataclasses.replace(test, onset_ms=1.06)) == (11, 16)


def test_numbers_of_steps():
    """NEURON rounds a duration to whole steps, halves upward."""
    assert [steps_in(t, 0.1) for t in (0.0, 1.0, 1.04, 1.05, 1.06)] == [0, 10, 10, 11, 11]
    assert steps_in(60_000.0, 0.025) == 2_400_000


def by_hand(amplitude_nA):
    """Ten steps of half a millisecond; current in those from 2 to 3.5 ms."""
    voltage = [-8.0]
    for step in range(10):
        voltage.append(voltage[-1] * 0.5 + (amplitude_nA if 4 <= step < 7 else 0.0))
    return voltage


def test_traces_of_all_steps():
    found, asked = run_alone(current_steps(FakeRunner().new_cell(), MODEL, STEPS))
    assert found.amplitudes_pA == (100.0, 3000.0, 5000.0)
    expected = [[by_hand(nA)] for nA in (0.1, 3.0, 5.0)]
    np.testing.assert_allclose(found.voltage_mV, expected, rtol=1e-14)
    # What comes before the onset is simulated once.
    assert [request.begins for request in asked] == [True, False, False, False]


def test_the_first_step_that_fires_is_the_last():
    test = dataclasses.replace(STEPS, until_mV=2.0)
    found, asked = run_alone(current_steps(FakeRunner().new_cell(), MODEL, test))
    assert found.amplitudes_pA == (100.0, 3000.0)
    assert found.voltage_mV.shape == (2, 1, 11)
    assert len(asked) == 3


@pytest.mark.parametrize("explodes_at", [4.5, 7.0])
def test_steps_of_a_cell_that_is_not_sound_have_no_answer(explodes_at):
    """Before the onset, or in the strongest step."""
    cell = FakeRunner(explodes_at=explodes_at).new_cell(-8.0 if explodes_at > 5 else -10.0)
    assert run_alone(current_steps(cell, MODEL, STEPS))[0] is None


def test_rising_is_from_below():
    assert rises(np.array([-1.0, 0.0, 1.0]), 0.0)
    assert not rises(np.array([1.0, 0.5, 0.0]), 0.0)
    assert not rises(np.array([-1.0, 0.0]), 0.0)
    assert not rises(np.array([-1.0, 1.0]), None)


REST = RestTest(35.0, 0.5, duration_ms=20_000.0, watched_ms=3000.0)


def test_a_rest_ends_where_nothing_changes_any_more():
    found, asked = run_alone(long_rest(FakeRunner().new_cell(), MODEL, REST))
    # After one second the voltage is 2^-2000 of what it was: none.
    assert [request.n_step for request in asked] == [2000, 2000]
    assert found.final_mV == {"soma.v": 0.0}
    assert found.watched_mV.tolist() == [0.0] * 3000


def test_a_cell_that_goes_on_is_watched_to_the_end():
    # It shrinks by a fourth in a second.
    decay = 0.75 ** (1 / 2000)
    found, asked = run_alone(long_rest(FakeRunner(decay=decay).new_cell(), MODEL, REST))
    assert sum(request.n_step for request in asked) == 40_000
    assert found.final_mV["soma.v"] == pytest.approx(-8.0 * 0.75**20)
    times_s = 17.0 + np.arange(1, 3001) / 1000
    np.testing.assert_allclose(found.watched_mV, -8.0 * 0.75**times_s, rtol=1e-9)


def test_a_rest_shorter_than_a_second_is_watched_as_well():
    test = RestTest(35.0, 0.5, duration_ms=10.0, watched_ms=4.0)
    found, _asked = run_alone(long_rest(FakeRunner().new_cell(), MODEL, test))
    np.testing.assert_allclose(found.watched_mV, -8.0 * 0.25 ** np.arange(7.0, 11.0))


def test_a_rest_of_a_cell_that_is_not_sound_has_no_answer():
    cell = FakeRunner(decay=2.0, explodes_at=1e6).new_cell()
    assert run_alone(long_rest(cell, MODEL, REST))[0] is None
