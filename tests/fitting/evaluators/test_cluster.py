"""The head: results hang on the population alone, whoever comes, goes, dies or fails."""

from __future__ import annotations

import logging

import numpy as np
import pytest

from fitting.parabolas import make_problem
from pyneuronautofit.errors import ModelError, UnsupportedModel
from pyneuronautofit.fitting import Budget, search
from pyneuronautofit.fitting.evaluation import WorkersLost
from pyneuronautofit.fitting.evaluators.cluster import GIVEN_UP
from pyneuronautofit.fitting.evaluators.work_order import WorkOrder
from pyneuronautofit.optimisers import SearchSettings, build_strategy
from pyneuronautofit.simulators import RunStatus

from .made import Dies, Worker, WorkersHere, evaluator, opened_fit

N = 30


@pytest.fixture
def table():
    problem = make_problem()
    x = problem.space.sample(np.random.default_rng(5), N)
    x[7, 0] = 9.5  # fails
    return problem.space.to_model(x)


def assert_same(one, other, but=()):
    rows = [row for row in range(len(one.status)) if row not in but]
    for name in ("parameters", "scores", "residuals"):
        assert getattr(one, name)[rows].tobytes() == getattr(other, name)[rows].tobytes()
    for name in ("status", "messages"):
        assert [getattr(one, name)[r] for r in rows] == [getattr(other, name)[r] for r in rows]


@pytest.fixture
def expected(table):
    return make_problem().evaluate_here(table, with_residuals=True)


@pytest.mark.parametrize("generated", [True, False])
@pytest.mark.parametrize("n_worker", [1, 2, 4])
def test_it_is_the_evaluation_that_would_be_made_here(table, expected, n_worker, generated):
    crew = WorkersHere({f"w{k}": Worker() for k in range(n_worker)}, seed=n_worker)
    heads = evaluator(crew, order=lambda: WorkOrder({}, "", (generated,)))
    told = []
    heads.check()
    found = heads.evaluate(table, lambda *numbers: told.append(numbers), with_residuals=True)
    assert_same(found, expected)
    assert told[-1] == (N, N)
    without = heads.evaluate(table)
    assert without.residuals is None
    assert without.scores.tobytes() == expected.scores.tobytes()
    heads.close()
    assert crew.closed


def test_a_search_is_the_same(table):
    def history(where):
        problem = make_problem()
        strategy = build_strategy("N", problem.space, SearchSettings(population_size=12))
        if where is not None:
            object.__setattr__(problem, "evaluator", evaluator(where))
        with problem.opened():
            return search(problem, strategy, Budget(generations=4, seed=2)).history

    here = history(None)
    crew = WorkersHere({"a": Worker(), "b": Worker()}, seed=4)
    there = history(crew)
    assert crew.closed
    assert here.scores.tobytes() == there.scores.tobytes()
    assert here.parameters.tobytes() == there.parameters.tobytes()


def dying(times):
    """A worker that dies so often, whatever it is asked; those after it do not."""
    left = iter(range(times))

    def before(_values):
        if next(left, None) is not None:
            raise Dies

    return before


@pytest.mark.parametrize("generated", [True, False])
def test_workers_die_and_come(table, expected, generated):
    before = dying(4)
    more = [(f"new{k}", Worker(before=before)) for k in range(9)]
    crew = WorkersHere({"a": Worker(before=before)}, more=more)
    heads = evaluator(crew, order=lambda: WorkOrder({}, "", (generated,)))
    assert_same(heads.evaluate(table, with_residuals=True), expected)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_candidate_that_kills_every_worker_is_given_up_and_no_other(table, expected, seed):
    poison = table.values[11]

    def before(values):
        if (values == poison).all(axis=1).any():
            raise Dies

    more = [(f"new{k}", Worker(before=before)) for k in range(20)]
    workers = {f"w{k}": Worker(before=before) for k in range(2)}
    crew = WorkersHere(workers, seed, more)
    heads = evaluator(crew, order=lambda: WorkOrder({}, "", (True,)))
    found = heads.evaluate(table, with_residuals=True)
    assert_same(found, expected, but=[11])
    assert (found.status[11], found.messages[11]) == (RunStatus.CRASHED, GIVEN_UP)
    assert np.isnan(found.scores[11]).all()


def test_a_candidate_over_which_every_worker_fails_is_given_up_with_the_reason(table, expected):
    def before(values):
        if (values == table.values[3]).all(axis=1).any():
            raise RuntimeError("division by a cell")

    crew = WorkersHere({"a": Worker(before=before), "b": Worker(before=before)})
    heads = evaluator(crew, order=lambda: WorkOrder({}, "", (True,)))
    found = heads.evaluate(table, with_residuals=True)
    assert_same(found, expected, but=[3])
    assert found.messages[3] == f"{GIVEN_UP}: division by a cell"


def test_a_worker_that_fails_over_everything_costs_no_candidate(table, expected, caplog):
    def before(_values):
        raise RuntimeError("too many open files")

    crew = WorkersHere({"sick": Worker(before=before), "well": Worker()}, seed=1)
    assert_same(evaluator(crew).evaluate(table, with_residuals=True), expected)
    said = "the worker sick is refused: it fails whatever it is asked: too many open files"
    assert caplog.messages.count(said) == 1


def test_another_worker_is_refused_by_name_and_reason_and_gets_nothing(table, expected, caplog):
    def describe(described):
        return {"described": {**described, "libc": "glibc 1", "host": "node7"}}

    other, right = Worker(describe=describe), Worker()
    silent = Worker(describe=lambda _described: {"refused": "no compiler here"})
    odd = Worker(describe=lambda _described: {"described": {"host": "x"}})
    crew = WorkersHere({"a": other, "b": silent, "c": odd, "d": right})
    heads = evaluator(crew)
    for _twice in range(2):
        assert_same(heads.evaluate(table, with_residuals=True), expected)
    refused = sorted(m for m in caplog.messages if "is refused" in m)
    assert len(refused) == 3
    assert refused[0].startswith("the worker a (node7) is refused: its C library is glibc 1, and ")
    assert refused[1] == "the worker b is refused: no compiler here"
    assert refused[2].startswith("the worker c (x) is refused: it is of another version")
    assert [len(each.seen) > 0 for each in (other, silent, odd, right)] == [False] * 3 + [True]


def test_a_worker_that_has_closed_the_problem_is_asked_once_more(table, expected):
    worker = Worker()
    heads = evaluator(WorkersHere({"a": worker}))
    heads.evaluate(table)
    worker.known.clear()
    assert_same(heads.evaluate(table, with_residuals=True), expected)


def test_what_no_worker_can_do_is_the_users_mistake(table):
    def before(_values):
        return {"refused": "the downsampler cannot be used"}

    for workers in (["a"], ["a", "b"], ["a", "b", "c"]):
        crew = WorkersHere({name: Worker(before=before) for name in workers})
        with pytest.raises(ModelError, match="the downsampler cannot be used"):
            evaluator(crew).evaluate(table)


def test_what_one_worker_cannot_do_another_does(table, expected, caplog):
    def before(_values):
        return {"refused": "no room left in its cache"}

    crew = WorkersHere({"full": Worker(before=before), "b": Worker(), "c": Worker()}, seed=2)
    assert_same(evaluator(crew).evaluate(table, with_residuals=True), expected)
    assert "the worker full is refused: no room left in its cache" in caplog.messages


def test_a_model_that_generated_code_cannot_simulate_is_the_heads_affair(table):
    def before(_values):
        return {"unsupported": "a LinearMechanism"}

    crew = WorkersHere({"a": Worker(before=before)})
    heads = evaluator(crew)
    decided = []

    class Decides:
        """As PreferredSimulator, where it has to refuse."""

        def give_up(self, error):
            decided.append(str(error))
            raise error

        def settle(self, table):
            decided.append("settled")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("pyneuronautofit.fitting.evaluators.cluster.PreferredSimulator", Decides)
        object.__setattr__(heads._opened.problem, "simulator", Decides())
        with pytest.raises(UnsupportedModel, match="a LinearMechanism"):
            heads.evaluate(table)
    assert decided == ["settled", "a LinearMechanism"]


def test_workers_are_told_anew_what_simulates(table, expected):
    order = [WorkOrder({}, "", (True,))]
    worker = Worker()
    heads = evaluator(WorkersHere({"a": worker}), order=lambda: order[0])
    heads.evaluate(table)
    order[0] = WorkOrder({}, "", (False,))
    assert_same(heads.evaluate(table, with_residuals=True), expected)
    assert worker.known == {WorkOrder({}, "", (g,)).key for g in (True, False)}


def test_a_lost_scheduler_interrupts_the_search_and_leaves_what_was_found():
    problem = make_problem()
    crew = WorkersHere({"a": Worker()})
    object.__setattr__(problem, "evaluator", evaluator(crew))

    class Observer:
        def evaluated(self, *_numbers):
            pass

        def generation(self, progress):
            if progress.generation == 1:
                crew.lose_scheduler()

    strategy = build_strategy("N", problem.space, SearchSettings(population_size=12))
    found = search(problem, strategy, Budget(generations=4, seed=2), Observer())
    assert (found.interrupted, found.generation) == (True, 1)
    assert found.lost.startswith("the scheduler tcp://here:1 is lost (it was killed). Start it")


def test_nobody_is_waited_for_a_while(table, caplog, monkeypatch):
    monkeypatch.setattr("pyneuronautofit.fitting.evaluators.cluster._SILENT_S", 0.0)
    describe = lambda _described: {"refused": "it has no NEURON"}  # noqa: E731
    crew = WorkersHere({"a": Worker(describe=describe)})
    with pytest.raises(WorkersLost) as lost:
        evaluator(crew, wait_s=0.05).evaluate(table)
    assert "no worker of tcp://here:1 can be used (1 refused), for" in str(lost.value)
    assert "--workers-wait" in str(lost.value)
    said = [r for r in caplog.records if "waiting for one" in r.getMessage()]
    assert [r.levelno for r in said] == [logging.WARNING]


def test_what_is_interrupted_is_called_off(table):
    crew = WorkersHere({"a": Worker(before=lambda _v: (_ for _ in ()).throw(KeyboardInterrupt))})
    heads = evaluator(crew, opened_fit())
    with pytest.raises(KeyboardInterrupt):
        heads.evaluate(table)
    assert crew.forgotten
