"""Models on their way through a test: when each begins, and what is reported of it."""

from __future__ import annotations

from collections import deque
from types import SimpleNamespace

import numpy as np
import pytest

from pyneuronautofit.codegen.kinds import NodeKind
from pyneuronautofit.probes.batch import work as module
from pyneuronautofit.probes.batch.synapse_lanes import Rested
from pyneuronautofit.probes.batch.work import ProbeWork
from pyneuronautofit.probes.synapse import SynapseTrial
from pyneuronautofit.probes.tests import Rest, RestTest, StepTest, SynapseTest
from pyneuronautofit.simulators import RunStatus
from pyneuronautofit.simulators.cells.image import Signature
from pyneuronautofit.simulators.processes.pool import Outcome

STEPS = StepTest((1.0, 2.0), 35.0, 0.1)
REST = RestTest(35.0, 0.1)
SEARCH = SynapseTest(((1.0, 0.0), (0.0, 1.0)), 35.0, 0.1)
SYNAPSE = "AMPAandNMDAwithTone#0"
ONE = Signature((-1,), (0,), (NodeKind((), ()),))
TWO = Signature((-1, 0), (1, 0), (NodeKind((), ()), NodeKind((), (), (SYNAPSE,))))
GOOD = Rest({"soma.v": -70.0}, np.zeros(1))


class Scheduler:
    """Answers one course a step, after half a second; by the cell where that is given."""

    def __init__(self, answers=None, seconds=0.5):
        self.waiting, self.asked, self.most = deque(), [], 0
        self.answers, self.seconds = answers or {}, seconds

    @property
    def busy(self):
        return bool(self.waiting)

    def begin(self, course, ended, spent):
        self.asked.append(course)
        self.waiting.append((course, ended, spent))
        self.most = max(self.most, len(self.waiting))

    def step(self):
        course, ended, spent = self.waiting.popleft()
        if spent(self.seconds):
            asks, *of = course
            ended(self.answers.get(of[0], GOOD) if isinstance(asks, str) else GOOD)


@pytest.fixture(autouse=True)
def courses(monkeypatch):
    """Courses that tell what they were made of; the cell of a model is its number."""
    for name in ("current_steps", "long_rest", "shown_trial", "rest_before_event"):
        monkeypatch.setattr(module, name, lambda cell, *given, name=name: (name, cell, *given))


def models(*signatures):
    return [
        Outcome(
            10 + number,
            RunStatus.OK,
            "",
            SimpleNamespace(signature=signature, image=(signature, number)),
            0.25,
        )
        for number, signature in enumerate(signatures)
    ]


def work(test, scheduler, *, n_lane=8, time_limit_s=60.0):
    runners = {each: SimpleNamespace(cell_of=lambda image: image) for each in (ONE, TWO)}
    return ProbeWork(test, scheduler, runners, time_limit_s, n_lane)


@pytest.mark.parametrize(
    ("test", "course"),
    [
        (STEPS, ("current_steps", "model", STEPS)),
        (REST, ("long_rest", "model", REST)),
        (SynapseTrial(SEARCH, 0.1), ("shown_trial", SynapseTrial(SEARCH, 0.1), SYNAPSE)),
    ],
)
def test_a_model_goes_through_the_course_of_its_test(test, course):
    scheduler = Scheduler()
    some = models(TWO)
    (found,) = work(test, scheduler).run(some)
    name, *given = course
    given = [some[0].value if each == "model" else each for each in given]
    assert scheduler.asked == [(name, (TWO, 0), *given)]
    assert (found.candidate, found.status, found.message) == (10, RunStatus.OK, "")
    assert found.answer is GOOD
    assert found.seconds == 0.25 + 0.5, "reading it, and half a second"


def test_nothing_comes_of_nothing():
    assert list(work(REST, Scheduler()).run([])) == []


@pytest.mark.parametrize("answer", [None, Rest({"soma.v": np.nan}, np.zeros(1))])
def test_a_voltage_that_is_no_number_is_a_status(answer):
    some = models(ONE, TWO)
    scheduler = Scheduler({(ONE, 0): answer})
    diverged, good = work(REST, scheduler).run(some)
    assert (diverged.status, diverged.answer) == (RunStatus.DIVERGED, None)
    assert diverged.message == RunStatus.DIVERGED.value
    assert good.status is RunStatus.OK


def test_a_model_that_takes_too_long_is_given_up():
    def slow():
        scheduler = Scheduler(seconds=10.0)
        return scheduler, work(REST, scheduler, time_limit_s=9.0)

    _scheduler, late = slow()
    (found,) = late.run(models(ONE))
    assert (found.status, found.answer) == (RunStatus.TIMED_OUT, None)
    assert found.message == RunStatus.TIMED_OUT.value
    assert found.seconds == 10.25
    # The limit itself is in time.
    (found,) = work(REST, Scheduler(seconds=9.0), time_limit_s=9.0).run(models(ONE))
    assert found.status is RunStatus.OK


def test_models_are_reported_as_they_are_finished():
    reported = work(REST, Scheduler(), n_lane=1).run(models(*[ONE] * 5))
    assert next(reported).candidate == 10
    assert [each.candidate for each in reported] == [11, 12, 13, 14]


def test_two_models_are_begun_for_every_lane():
    scheduler = Scheduler()
    assert len(list(work(REST, scheduler, n_lane=3).run(models(*[ONE] * 20)))) == 20
    assert scheduler.most == 6


@pytest.mark.parametrize(("n_byte", "most"), [(3 * 8 * 2 * STEPS.n_sample, 3), (1, 1), (10**9, 6)])
def test_of_steps_no_more_than_their_voltages_have_room(monkeypatch, n_byte, most):
    monkeypatch.setattr(module, "_MOST_BYTES", n_byte)
    scheduler = Scheduler()
    assert len(list(work(STEPS, scheduler, n_lane=3).run(models(*[ONE] * 20)))) == 20
    assert scheduler.most == most


# --- searches


class Search:
    """A search that tries two at once, and has an answer then."""

    open = 0
    most = 0

    def __init__(self, test, rested, process, run, found):
        self.made_of, self.rested, self.run, self.found = (test, process), rested, run, found
        self.left = 2

    def begin(self):
        Search.open += 1
        Search.most = max(Search.most, Search.open)
        for number in range(self.left):
            self.run((self.rested, "trial", number), self._ended)

    def _ended(self, _fired):
        self.left -= 1
        if not self.left:
            Search.open -= 1
            self.found(GOOD)


@pytest.fixture
def searches(monkeypatch):
    made = []

    def make(*given):
        made.append(Search(*given))
        return made[-1]

    monkeypatch.setattr(module, "ThresholdSearch", make)
    monkeypatch.setattr(Search, "open", 0)
    monkeypatch.setattr(Search, "most", 0)
    return made


def test_a_model_rests_and_is_searched_then(searches):
    rested = Rested(None, None, settled=True)
    scheduler = Scheduler({(TWO, 0): rested})
    (found,) = work(SEARCH, scheduler).run(models(TWO))
    (search,) = searches
    assert search.made_of == (SEARCH, SYNAPSE)
    assert search.rested is rested
    assert scheduler.asked[0] == ("rest_before_event", (TWO, 0), SEARCH)
    assert found.answer is GOOD
    assert found.seconds == 0.25 + 3 * 0.5


def test_a_model_whose_rest_diverges_is_not_searched(searches):
    scheduler = Scheduler({(TWO, 0): None})
    (found,) = work(SEARCH, scheduler).run(models(TWO))
    assert found.status is RunStatus.DIVERGED
    assert not searches


@pytest.mark.parametrize(("n_lane", "most"), [(8, 3), (22, 4), (23, 5), (1, 2)])
def test_so_many_are_searched_that_no_lane_stays_empty(searches, n_lane, most):
    scheduler = Scheduler()
    # Two mixes of eleven each: 22 trials of a model are three for every lane, and one model more.
    found = list(work(SEARCH, scheduler, n_lane=n_lane).run(models(*[TWO] * 12)))
    assert len(found) == len(searches) == 12
    assert Search.most == min(most, 2 * n_lane)


def test_a_search_that_is_given_up_makes_room(searches):
    scheduler = Scheduler(seconds=10.0)
    reported = list(work(SEARCH, scheduler, n_lane=1, time_limit_s=15.0).run(models(*[TWO] * 4)))
    assert [each.status for each in reported] == [RunStatus.TIMED_OUT] * 4
    assert len(searches) == 4
    assert len(scheduler.asked) == 12, "a rest of each, and trials that are not waited for"
