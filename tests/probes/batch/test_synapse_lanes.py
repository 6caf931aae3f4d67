"""Trials and thresholds of cells that fire where their weight is large enough, which is known."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from probes.batch.fake_runner import PROCESS, SHARES, FakeRunner, run_alone
from pyneuronautofit.probes.batch.synapse_lanes import (
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

TEST = SynapseTest(
    ((1.0, 0.0), (0.5, 0.5)), 35.0, 0.5, 0.0, 1.0, 0.02,
    rest_ms=2500.0, response_ms=300.0, threshold_mV=10.0,
)  # fmt: skip


class RisingRunner(FakeRunner):
    """One whose cells go on for a step as the event has left them, so that they rise, and decay."""

    def _answer(self, request):
        reply = super()._answer(request)
        if request.event_node is not None:
            start = request.cell.state[0] + request.weight * self.gain * request.cell.values[0]
            fires = request.threshold_mV is not None and start > request.threshold_mV
            return replace(reply, crossed=0 if fires else -1)
        return reply


def rested(runner):
    found, _asked = run_alone(rest_before_event(runner.new_cell(), TEST))
    return found


def test_a_model_rests_until_one_step_before_the_event():
    found, asked = run_alone(rest_before_event(FakeRunner().new_cell(), TEST))
    assert [request.n_step for request in asked] == [2999, 2000, 1]
    assert (found.last.time_ms, found.cell.time_ms) == (2499.5, 2500.0)
    assert found.settled
    assert found.rest_mV == 0.0


def test_a_model_that_still_moves_has_not_settled():
    found, _asked = run_alone(
        rest_before_event(FakeRunner(decay=0.75 ** (1 / 2000)).new_cell(), TEST)
    )
    assert not found.settled


def test_a_rest_without_numbers_is_none():
    cell = FakeRunner(decay=2.0, explodes_at=1e6).new_cell()
    assert run_alone(rest_before_event(cell, TEST))[0] is None


def test_a_mix_is_set_at_the_synapse():
    cell = with_mix(FakeRunner().new_cell(), (0.25, 0.75), PROCESS)
    assert cell.values.tolist() == [0.25, 0.75]
    assert [share.name for share in SHARES] == ["AMPAp", "NMDAp"]


@pytest.mark.parametrize(("weight_uS", "fires"), [(0.0, False), (0.09, False), (0.11, True)])
def test_a_trial_fires_above_the_threshold(weight_uS, fires):
    before = rested(RisingRunner())
    before = replace(before, cell=with_mix(before.cell, (1.0, 0.0), PROCESS))
    found, asked = run_alone(trial(before, TEST, weight_uS, PROCESS))
    assert found is fires
    assert [request.event_node for request in asked] == [0, *[None] * (len(asked) - 1)]


def test_a_silent_trial_ends_when_the_cell_is_back_at_rest():
    before = rested(RisingRunner())
    _found, asked = run_alone(trial(before, TEST, 0.05, PROCESS))
    # 25 ms, and the rest of the first 100: then it is at rest, and its synapse closed.
    assert [request.n_step for request in asked] == [50, 150]


def test_where_nothing_is_known_of_the_synapse_a_trial_goes_on_to_the_end():
    before = rested(RisingRunner())
    before.cell.runner.gain = 0.0
    assert conductance_uS(before.cell, PROCESS) == np.inf
    _found, asked = run_alone(trial(before, TEST, 0.05, PROCESS))
    assert [request.n_step for request in asked] == [50, 150, 200, 200]


def search(runner, test=TEST):
    answers, n_trial = [], []

    def run(course, ended):
        n_trial.append(1)
        ended(run_alone(course)[0])

    before, _asked = run_alone(rest_before_event(runner.new_cell(), test))
    ThresholdSearch(test, before, PROCESS, run, answers.append).begin()
    (answer,) = answers
    return answer, len(n_trial)


def test_thresholds_of_all_mixes():
    """A gain of 100 mV/uS and a threshold of 10 mV: 0.1 uS, and twice that with half of AMPA."""
    answer, _n = search(RisingRunner())
    ones = [each.conductance_uS for each in answer.thresholds]
    # On grids of 0.1, then 0.01: the first that is above.
    assert ones == pytest.approx([0.11, 0.21])
    assert answer.settled
    assert answer.rest_mV == 0.0


def test_the_trial_without_weight_is_one_for_all_mixes():
    _answer, n_trial = search(RisingRunner())
    assert n_trial == 1 + 2 * 10 + 2 * 9


def test_a_search_that_does_not_begin_with_nothing_has_its_own_lowest_trial():
    answer, _n = search(RisingRunner(), replace(TEST, lowest_uS=0.15))
    assert answer.thresholds[0].conductance_uS is None  # its lowest fires
    assert answer.thresholds[1].conductance_uS == pytest.approx(0.2, abs=0.02)


def test_a_search_for_no_mix_has_an_empty_answer():
    assert search(RisingRunner(), replace(TEST, mixes=()))[0].thresholds == ()


def test_a_trial_that_is_shown():
    test = replace(TEST, rest_ms=10.0, response_ms=2.0, mixes=((1.0, 0.0),))
    shown = SynapseTrial(test, 0.2, before_ms=1.0)
    found, _asked = run_alone(shown_trial(FakeRunner().new_cell(), shown, PROCESS))
    np.testing.assert_allclose(found.time_ms, np.arange(-2, 5) * 0.5)
    at_rest = -8.0 * 0.5**20
    after = (at_rest + 20.0) * 0.5 ** np.arange(1, 5)
    np.testing.assert_allclose(found.voltage_mV, [at_rest * 4, at_rest * 2, at_rest, *after])
    assert not found.fired  # 10 mV are not above the threshold


def test_the_synapse_of_the_test_is_the_last_of_its_kind():
    assert synapse_process(("Other#0", "AMPAandNMDAwithTone#0")) == "AMPAandNMDAwithTone#0"
    both = ("AMPAandNMDAwithTone#0", "AMPAandNMDAwithTone#1")
    assert synapse_process(both) == "AMPAandNMDAwithTone#1"
