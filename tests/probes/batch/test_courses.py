"""What is asked for in steps and rests, and what is made of the answers; no kernel is run."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from probes.batch.driven import Driver, begun_cell
from pyneuronautofit.probes.batch.courses import (
    clamp_steps,
    current_steps,
    long_rest,
    rises,
    steps_in,
)
from pyneuronautofit.probes.batch.lanes import Clamp
from pyneuronautofit.probes.tests import RestTest, StepTest

STEPS = StepTest(
    (10.0, 20.0, 30.0), 35.0, 0.1, ("soma(0.5).v", "axon(1).v"), 1.0, 0.52, 3.0, until_mV=None
)
#: Voltages at the ends of sections are not the nodes'.
MODEL = SimpleNamespace(
    watched=(0, 2), watched_mV=(-70.0, -65.0), middles={"soma.v": 0, "axon.v": 1}
)


def test_steps_with_current():
    """A step has current if its middle is within the pulse."""
    assert clamp_steps(STEPS) == (10, 15)
    assert clamp_steps(replace(STEPS, onset_ms=1.06)) == (11, 16)


def test_numbers_of_steps():
    """NEURON rounds a duration to whole steps, halves upward."""
    assert [steps_in(t, 0.1) for t in (0.0, 1.0, 1.04, 1.05, 1.06)] == [0, 10, 10, 11, 11]
    assert steps_in(0.35, 0.1) == 4, "0.35/0.1 is 3.4999999999999996"
    assert steps_in(60_000.0, 0.025) == 2_400_000
    assert steps_in(-1.0, 0.1) == 0


@pytest.mark.parametrize(
    ("voltage", "until_mV", "expected"),
    [
        ([-70.0, 0.0, 1.0, -70.0], 0.0, True),
        ([-70.0, 0.0, -70.0], 0.0, False),
        ([5.0, 1.0, 3.0], 0.0, False),  # it was above from the beginning
        ([5.0, -1.0, 3.0], 0.0, True),
        ([-70.0, 5.0], None, False),
    ],
)
def test_to_rise_is_to_have_been_below(voltage, until_mV, expected):
    assert rises(np.array(voltage), until_mV) is expected


# --- steps


def ramp(step):
    """A state that tells the step."""
    return (float(step), 0.0)


def test_what_comes_before_the_steps_is_the_same_for_all():
    driver = Driver(0.1, ramp)
    found = driver.finish(current_steps(begun_cell(), MODEL, STEPS))
    assert driver.times == [0, 9, 9, 9]
    assert [each.n_step for each in driver.requests] == [9, 21, 21, 21]
    # The current in nA, its steps counted from where these begin.
    clamps = [Clamp(), Clamp(0.01, 1, 6), Clamp(0.02, 1, 6), Clamp(0.03, 1, 6)]
    assert [each.clamp for each in driver.requests] == clamps
    assert {(each.watched, each.every) for each in driver.requests} == {((0, 2), 1)}
    assert found.amplitudes_pA == (10.0, 20.0, 30.0)
    trace = np.arange(31.0)
    expected = np.array([trace, trace + 2000.0])
    expected[:, 0] = MODEL.watched_mV
    np.testing.assert_array_equal(found.voltage_mV, [expected] * 3)


def test_a_step_from_the_very_beginning_has_nothing_before_it():
    driver = Driver(0.1, ramp)
    test = replace(STEPS, amplitudes_pA=(10.0,), onset_ms=0.0)
    found = driver.finish(current_steps(begun_cell(), MODEL, test))
    assert [each.n_step for each in driver.requests] == [0, 30]
    assert driver.requests[1].clamp == Clamp(0.01, 0, 5)
    assert found.voltage_mV[0, 0].tolist() == [-70.0, *np.arange(1.0, 31.0)]


@pytest.mark.parametrize(
    ("until_mV", "n_step"),
    [(None, 3), (29.5, 1), (30.0, 3), (9.5, 1), (8.5, 3)],
)
def test_the_first_step_that_makes_it_rise_is_the_last(until_mV, n_step):
    # The ramp is 9 at the sample before the onset: what rises before it does not count.
    test = replace(STEPS, until_mV=until_mV)
    found = Driver(0.1, ramp).finish(current_steps(begun_cell(), MODEL, test))
    assert found.amplitudes_pA == test.amplitudes_pA[:n_step]
    assert len(found.voltage_mV) == n_step


@pytest.mark.parametrize(("places", "watched"), [(("axon(1).v",), (2,)), (STEPS.places, (2, 0))])
def test_what_rises_is_the_soma_wherever_it_is_among_the_places(places, watched):
    model = SimpleNamespace(watched=watched, watched_mV=(-65.0, -70.0)[: len(watched)])
    driver = Driver(0.1, ramp)
    test = replace(STEPS, places=places, until_mV=29.5)
    found = driver.finish(current_steps(begun_cell(), model, test))
    assert {each.watched for each in driver.requests} == {(2, 0)}
    assert found.voltage_mV.shape == (1, len(places), test.n_sample)
    assert found.voltage_mV[0, :, 0].tolist() == list(model.watched_mV)
    assert found.voltage_mV[0, :, 5].tolist() == [1000.0 * node + 5.0 for node in watched]


@pytest.mark.parametrize("unsound", [9, 30])
def test_steps_with_a_voltage_that_is_not_sound_are_none(unsound):
    driver = Driver(0.1, ramp, sound=lambda step: step != unsound)
    assert driver.finish(current_steps(begun_cell(), MODEL, STEPS)) is None
    assert len(driver.requests) == (1 if unsound == 9 else 2)


def test_a_voltage_that_was_not_sound_in_between_counts():
    driver = Driver(0.1, lambda step: (np.inf if step == 20 else 0.0, 0.0))
    assert driver.finish(current_steps(begun_cell(), MODEL, STEPS)) is None


# --- rests

REST = RestTest(35.0, 0.5, duration_ms=10_000.0, watched_ms=2_000.0)
#: Voltage of two nodes, and a state that is none of the cell's own.
OWN = (True, True, False)


def rest(driver, test=REST):
    return driver.finish(long_rest(begun_cell(OWN), MODEL, test))


def test_a_cell_that_does_not_settle_is_watched_to_the_end():
    driver = Driver(0.5, lambda step: (float(step), 2.0 * step, 0.0))
    found = rest(driver)
    # Eight looks at it, a second each; then two seconds are watched, a second at a time.
    assert [(each.n_step, each.every) for each in driver.requests] == [(2000, 0)] * 8 + [
        (2000, 1)
    ] * 2
    assert {each.watched for each in driver.requests[8:]} == {(0,)}
    assert driver.times == list(range(0, 20_000, 2000))
    # One sample at the end of every millisecond.
    np.testing.assert_array_equal(found.watched_mV, np.arange(16_002.0, 20_001.0, 2.0))
    assert found.final_mV == {"soma.v": 20_000.0, "axon.v": 40_000.0}


@pytest.mark.parametrize(("largest", "settles"), [(0.9e-9, True), (1.1e-9, False)])
def test_a_cell_of_which_nothing_changes_has_settled(largest, settles):
    def state(step):
        # The smaller changes by as much of its size, in the third second.
        return (-70.0, 1e-3 * (1 + largest * (step > 4000)), float(step))

    driver = Driver(0.5, lambda step: state(step) if step > 2000 else (float(step), 0.0, 0.0))
    found = rest(driver)
    # After two and three seconds it is the same, or after three and four.
    assert driver.times[-1] == (4000 if settles else 6000)
    np.testing.assert_array_equal(found.watched_mV, np.full(2000, -70.0))
    assert found.final_mV["soma.v"] == -70.0


def test_a_rest_that_is_no_whole_seconds():
    driver = Driver(0.5, lambda step: (float(step), 0.0, 0.0))
    test = replace(REST, duration_ms=3_700.0, watched_ms=1_200.0)
    found = rest(driver, test)
    assert [each.n_step for each in driver.requests] == [2000, 2000, 1000, 2000, 400]
    assert len(found.watched_mV) == 1200
    assert (found.watched_mV[0], found.watched_mV[-1]) == (5002.0, 7400.0)
    # The samples of the second turn follow those of the first.
    assert (np.diff(found.watched_mV) == 2.0).all()


def test_samples_where_time_steps_do_not_divide_a_millisecond():
    driver = Driver(0.3, lambda step: (float(step), 0.0, 0.0))
    test = replace(REST, dt_ms=0.3, duration_ms=6.0, watched_ms=4.0)
    found = rest(driver, test)
    # 3, 4, 5, 6 ms are 10, 13.33, 16.67, 20 steps.
    assert found.watched_mV.tolist() == [10.0, 13.0, 17.0, 20.0]


def test_what_is_watched_longer_than_it_lasts_is_watched_from_the_beginning():
    driver = Driver(0.5, lambda step: (float(step), 0.0, 0.0))
    found = rest(driver, replace(REST, duration_ms=5.0))
    assert [(each.n_step, each.every) for each in driver.requests] == [(10, 1)]
    assert found.watched_mV.tolist() == [2.0, 4.0, 6.0, 8.0, 10.0]


@pytest.mark.parametrize("unsound", [4000, 5000, 7000, 7400])
def test_a_rest_with_a_voltage_that_is_not_sound_is_none(unsound):
    driver = Driver(0.5, lambda step: (float(step), 0.0, 0.0), sound=lambda step: step != unsound)
    assert rest(driver, replace(REST, duration_ms=3_700.0, watched_ms=1_200.0)) is None
    assert driver.times[-1] + driver.requests[-1].n_step == unsound
