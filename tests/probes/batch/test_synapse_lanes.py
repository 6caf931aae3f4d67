"""Trials and searches of a synapse's threshold, answered from functions of time."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

import numpy as np
import pytest

from probes.batch.driven import Driver, begun_cell
from pyneuronautofit.codegen.kinds import NodeVariable
from pyneuronautofit.probes import settling, synapse
from pyneuronautofit.probes.batch import synapse_lanes
from pyneuronautofit.probes.batch.synapse_lanes import (
    Rested,
    ThresholdSearch,
    conductance_uS,
    rest_before_event,
    shown_trial,
    synapse_process,
    trial,
    with_mix,
)
from pyneuronautofit.probes.synapse import SynapseTrial
from pyneuronautofit.probes.tests import SynapseTest
from pyneuronautofit.probes.threshold import NONE_FIRES

NAME = "AMPAandNMDAwithTone#0"
DT_MS = 0.5
TEST = SynapseTest(
    ((1.0, 0.0), (0.25, 0.75)), 35.0, DT_MS, 0.0, 0.2, 1e-3,
    rest_ms=3000.0, response_ms=450.0, threshold_mV=-5.0,
)  # fmt: skip


class Runner:
    """State: a voltage, a state of the cell's own, and those of the synapse."""

    own = np.array([True, True, False, False, False, False])
    rows: ClassVar = {
        ("mechanism", NAME, name): 2 + k
        for k, name in enumerate(("Aampa", "Bampa", "Anmda", "Bnmda"))
    }

    def state_row(self, node, name):
        assert node == 0
        return self.rows.get(name)

    def with_values(self, cell, node, values):
        assert node == 0
        return replace(cell, values=np.array([*values.values()]), cable=np.array([*values]))


def state(voltage=-70.0, own=0.5, synapse=(0.0, 0.0, 0.0, 0.0)):
    return (voltage, own, *synapse)


def driver(made=lambda _step: state(), **functions):
    return Driver(DT_MS, made, **functions)


def cell():
    return begun_cell(runner=Runner())


@pytest.fixture
def rested():
    return driver().finish(rest_before_event(cell(), TEST))


# --- the rest


def test_it_rests_until_the_event_and_is_looked_at_a_second_before():
    found = driver(lambda step: state(-70.0 + 1e-3 * step))
    rested = found.finish(rest_before_event(cell(), TEST))
    assert [each.n_step for each in found.requests] == [3999, 2000, 1]
    assert rested.last.time_ms == 2999.5
    assert rested.cell.time_ms == 3000.0
    assert rested.rest_mV == pytest.approx(-70.0 + 5.999)
    assert not rested.settled


@pytest.mark.parametrize(
    ("change", "settled"), [(0.5 * settling.STILL, True), (2.0 * settling.STILL, False)]
)
def test_it_has_settled_if_its_own_state_changes_little_in_a_second(change, settled):
    def made(step):
        now = 1.0 + change * (step > 3999)
        # The synapse is none of the cell's own.
        return state(own=now, synapse=(float(step), 0.0, 0.0, 0.0))

    assert driver(made).finish(rest_before_event(cell(), TEST)).settled is settled


def test_a_rest_shorter_than_a_second_is_compared_with_its_beginning():
    found = driver()
    found.finish(rest_before_event(cell(), replace(TEST, rest_ms=100.0)))
    assert [each.n_step for each in found.requests] == [0, 199, 1]
    found = driver()
    found.finish(rest_before_event(cell(), replace(TEST, rest_ms=0.0)))
    assert [each.n_step for each in found.requests] == [0, 0, 1]


@pytest.mark.parametrize("unsound", [3999, 5999, 6000])
def test_a_rest_with_a_voltage_that_is_not_sound_is_none(unsound):
    found = driver(sound=lambda step: step != unsound)
    assert found.finish(rest_before_event(cell(), TEST)) is None


# --- one trial


def run_trial(found, rested, weight_uS=0.1, test=TEST):
    return found.finish(trial(rested, test, weight_uS, NAME))


def test_a_trial_that_never_comes_back_goes_on_to_the_end(rested):
    found = driver()
    assert run_trial(found, replace(rested, settled=False)) is False
    # 25 ms, in which most fire; then to every tenth of a second, and to the end.
    assert [each.n_step for each in found.requests] == [50, 150, 200, 200, 200, 100]
    first, *others = found.requests
    assert (first.event_node, first.weight) == (0, 0.1)
    assert {each.event_node for each in others} == {None}
    assert {each.threshold_mV for each in found.requests} == {-5.0}
    assert all(each.reference is rested.last.state for each in found.requests)


@pytest.mark.parametrize("response_ms", [10.0, 25.0, 60.0, 100.0, 130.0])
def test_a_trial_is_as_long_as_the_response(rested, response_ms):
    found = driver()
    test = replace(TEST, response_ms=response_ms)
    run_trial(found, replace(rested, settled=False), test=test)
    assert sum(each.n_step for each in found.requests) == response_ms / DT_MS


EVENT = 6000  # in steps


@pytest.mark.parametrize(("crossed", "n_request"), [(EVENT + 50, 1), (EVENT + 400, 3)])
def test_a_trial_that_crosses_the_threshold_fires(rested, crossed, n_request):
    # What comes with a crossing is good for nothing.
    found = driver(
        crossed=lambda step: 7 if step >= crossed else -1, sound=lambda step: step < crossed
    )
    assert run_trial(found, rested) is True
    assert len(found.requests) == n_request


def test_a_trial_with_a_voltage_that_is_not_sound_is_none(rested):
    assert run_trial(driver(sound=lambda step: step < EVENT + 200), rested) is None


NEAR, FAR = 0.5 * settling.NEAR, 2 * settling.NEAR


@pytest.mark.parametrize(
    ("distances", "left_uS", "settled", "n_request"),
    [
        # Near from the first look on, which is nearer than never.
        ([NEAR] * 4, [0.0] * 4, True, 2),
        # It goes away first.
        ([FAR, 2 * FAR, NEAR, NEAR], [0.0] * 4, True, 4),
        # Something is left of the synapse; after that it does not come nearer, or does.
        ([NEAR] * 4, [1e-5, 1e-5, 0.0, 0.0], True, 6),
        ([NEAR, NEAR, 0.9 * NEAR, NEAR], [1e-5, 1e-5, 0.0, 0.0], True, 4),
        ([settling.STILL] * 4, [1e-5, 0.0, 0.0, 0.0], True, 3),
        # It had not settled before.
        ([NEAR] * 4, [0.0] * 4, False, 6),
    ],
)
def test_a_trial_ends_when_the_cell_is_back(rested, distances, left_uS, settled, n_request):
    def at(values, step):
        # The first answer is no look; of the time after the last the last is told.
        return [7e-9, *values][(step - EVENT) // 200]

    found = driver(
        lambda step: state(synapse=(0.0, at(left_uS, step), 0.0, 0.0)),
        distance=lambda step: at(distances, step),
    )
    assert run_trial(found, replace(rested, settled=settled)) is False
    assert len(found.requests) == n_request


@pytest.mark.parametrize("synapse_state", [(0.0, 2e-6, 0.0, 0.0), (0.0, 0.0, 0.0, 2e-6)])
def test_what_is_left_is_of_both_conductances(synapse_state):
    there = replace(cell(), state=np.array(state(synapse=synapse_state)))
    assert conductance_uS(there, NAME) == pytest.approx(2e-6 * synapse.SETTINGS["gsynmod"])


def test_what_rises_is_subtracted_from_what_decays():
    there = replace(cell(), state=np.array(state(synapse=(0.25, 0.5, 0.125, 1.0))))
    assert conductance_uS(there, NAME) == (0.25 + 0.875) * synapse.SETTINGS["gsynmod"]


def test_where_a_conductance_is_not_kept_it_is_not_known():
    runner = Runner()
    runner.rows = {name: row for name, row in Runner.rows.items() if name[2] != "Anmda"}
    there = replace(begun_cell(runner=runner), state=np.array(state()))
    assert conductance_uS(there, NAME) == np.inf


def test_a_mix_is_set_in_the_process():
    mixed = with_mix(cell(), (0.25, 0.75), NAME)
    assert mixed.cable.tolist() == [
        NodeVariable("mechanism", NAME, name, None) for name in ("AMPAp", "NMDAp")
    ]
    assert mixed.values.tolist() == [0.25, 0.75]


@pytest.mark.parametrize(
    ("processes", "name"),
    [
        ((NAME,), NAME),
        (("Other#0", NAME, "AMPAandNMDAwithTone#1"), "AMPAandNMDAwithTone#1"),
        ((NAME, "Other#0", "Other#1"), NAME),
    ],
)
def test_of_several_the_last_is_the_one_of_the_test(processes, name):
    assert synapse_process(processes) == name


# --- a trial that is shown


def shown(found, before_ms, test=TEST):
    return found.finish(shown_trial(cell(), SynapseTrial(test, 0.125, before_ms), NAME))


def test_a_trial_is_shown_from_before_the_event_on():
    found = driver(lambda step: state(step - 10_000.0))
    trace = shown(found, 200.0)
    assert [(each.n_step, each.every) for each in found.requests] == [(5600, 0), (400, 1), (900, 1)]
    event = found.requests[2]
    assert (event.event_node, event.weight) == (0, 0.125)
    assert [each.event_node for each in found.requests[:2]] == [None, None]
    # The mix is set when the event comes.
    assert event.cell.values.tolist() == [1.0, 0.0]
    assert not len(found.requests[1].cell.values)
    np.testing.assert_array_equal(trace.time_ms, np.arange(-400, 901) * DT_MS)
    np.testing.assert_array_equal(trace.voltage_mV, np.arange(5600, 6901) - 10_000.0)
    assert trace.fired is False


def test_a_trial_that_is_shown_from_the_beginning_begins_with_the_cells_voltage():
    found = driver(lambda step: state(float(step)))
    trace = shown(found, 9000.0)
    assert [each.n_step for each in found.requests] == [6000, 900]
    assert trace.time_ms[0] == -3000.0
    assert trace.voltage_mV[:3].tolist() == [-70.0, 1.0, 2.0]


@pytest.mark.parametrize(
    ("rises_at", "fired"), [(EVENT - 1, False), (EVENT, False), (EVENT + 1, True), (None, False)]
)
def test_it_has_fired_if_it_rises_after_the_event(rises_at, fired):
    found = driver(lambda step: state(10.0 if rises_at is not None and step >= rises_at else -70.0))
    assert shown(found, 200.0).fired is fired


def test_a_trial_with_a_voltage_that_is_not_sound_is_not_shown():
    assert shown(driver(lambda step: state(np.nan if step == 6200 else 0.0)), 200.0) is None


# --- the searches of a model


class Trials:
    """Runs trials: which fires is a function of the weight and of the mix."""

    def __init__(self, monkeypatch, fires):
        self.fires, self.tried, self.answers = fires, [], []
        monkeypatch.setattr(
            synapse_lanes, "trial", lambda rested, test, weight, process: (rested, weight, process)
        )
        self.waiting = []

    def run(self, course, ended):
        self.waiting.append((course, ended))

    def search(self, test):
        rested = Rested(replace(cell(), state=np.array(state(-66.0))), cell(), settled=True)
        ThresholdSearch(test, rested, NAME, self.run, self.answers.append).begin()
        while self.waiting:
            # The last one first.
            (rested, weight, process), ended = self.waiting.pop()
            assert process == NAME
            mix = tuple(rested.cell.values.tolist())
            self.tried.append((mix, weight))
            ended(self.fires(mix, weight))
        (answer,) = self.answers
        return answer


def linear(mix, weight):
    """The first mix fires from 0.1233 uS on, and others at a third of that; never at 0."""
    return weight >= (0.1233 if mix == (1.0, 0.0) else 0.0411)


def test_every_mix_has_its_threshold(monkeypatch):
    trials = Trials(monkeypatch, linear)
    answer = trials.search(TEST)
    assert answer.rest_mV == -66.0
    assert answer.settled is True
    assert [t.conductance_uS for t in answer.thresholds] == pytest.approx([0.1234, 0.0412])
    assert len(trials.tried) == len(set(trials.tried)), "nothing is tried twice"


def test_nothing_at_all_is_tried_once_for_all_mixes(monkeypatch):
    trials = Trials(monkeypatch, linear)
    trials.search(TEST)
    assert [mix for mix, weight in trials.tried if weight == 0.0] == [()], "whatever the mix"
    above = Trials(monkeypatch, linear)
    above.search(replace(TEST, lowest_uS=0.01))
    assert {mix for mix, weight in above.tried if weight == 0.01} == {(1.0, 0.0), (0.25, 0.75)}


def test_a_whole_grid_is_tried_before_the_next_begins(monkeypatch):
    # Trials below the threshold may end after those above it.
    trials = Trials(monkeypatch, lambda mix, weight: weight > 0.1 or weight == 0.04)
    answer = trials.search(replace(TEST, mixes=((1.0, 0.0),), accuracy_uS=0.02001))
    (found,) = answer.thresholds
    assert found.conductance_uS == pytest.approx(0.04)
    assert found.silent_above_uS == pytest.approx((0.06, 0.08, 0.1))
    assert found.n_trial == 11


def test_a_model_that_fires_by_itself_or_never(monkeypatch):
    always = Trials(monkeypatch, lambda *_: True).search(TEST)
    assert {t.conductance_uS for t in always.thresholds} == {None}
    never = Trials(monkeypatch, lambda *_: False).search(TEST)
    assert [t.reason for t in never.thresholds] == [NONE_FIRES] * 2


@pytest.mark.parametrize("lowest_uS", [0.0, 0.01])
def test_without_mixes_there_is_an_answer_too(monkeypatch, lowest_uS):
    answer = Trials(monkeypatch, linear).search(replace(TEST, mixes=(), lowest_uS=lowest_uS))
    assert answer.thresholds == ()
    assert answer.rest_mV == -66.0
