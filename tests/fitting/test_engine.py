"""The loop."""

from __future__ import annotations

import contextlib
import logging
from dataclasses import replace

import numpy as np
import pytest

from pyneuronautofit.fitting import Budget, search
from pyneuronautofit.fitting.finer import FinerSums
from pyneuronautofit.optimisers import SearchSettings, build_strategy
from pyneuronautofit.simulators import RunStatus

from .parabolas import Parabolas, make_problem


def strategy(problem, size=10):
    return build_strategy("N", problem.space, SearchSettings(population_size=size))


class Watcher:
    def __init__(self):
        self.generations, self.counts = [], []

    def evaluated(self, generation, n_done, n_all):
        self.counts.append((generation, n_done, n_all))

    def generation(self, progress):
        self.generations.append(progress)


def test_every_generation_is_evaluated_and_told(problem):
    watcher = Watcher()
    progress = search(problem, strategy(problem), Budget(generations=4, seed=2), watcher)
    assert [p.generation for p in watcher.generations] == [0, 1, 2, 3, 4]
    assert progress.generation == 4
    assert len(progress.history) == 50
    assert progress.history.scores.shape == (50, 4)
    assert watcher.counts[:2] == [(0, 1, 10), (0, 2, 10)]
    assert watcher.counts[-1] == (4, 10, 10)
    assert not progress.interrupted
    best = problem.suite.mode_sums(progress.archive.scores)["V"].min()
    first = problem.suite.mode_sums(watcher.generations[0].archive.scores)["V"].min()
    assert best < first


def test_what_is_known_of_finer_steps_stays(problem):
    """Of a run that is extended and interrupted the models that were best may still be."""
    finer = FinerSums({3: 3e-5}, {3: {"O": 1.0, "V": 2.0}})
    part = search(problem, strategy(problem), Budget(generations=1, seed=2))
    start = replace(part, finer=finer)
    ended = search(problem, strategy(problem), Budget(generations=3, seed=2), start=start)
    assert (ended.generation, ended.finer) == (3, finer)


def test_archive_rows_are_rows_of_the_history(problem):
    progress = search(problem, strategy(problem), Budget(generations=3, seed=2))
    scores = progress.history.scores[progress.archive.rows]
    np.testing.assert_array_equal(scores, progress.archive.scores)
    assert np.isfinite(scores).all()


@pytest.mark.parametrize("block", [1, 3, 100])
def test_the_result_does_not_depend_on_the_blocks(block, problem):
    other = make_problem(Parabolas(block=block))
    one = search(problem, strategy(problem), Budget(generations=3, seed=5))
    two = search(other, strategy(other), Budget(generations=3, seed=5))
    np.testing.assert_array_equal(one.history.scores, two.history.scores)
    np.testing.assert_array_equal(one.population.x, two.population.x)


def test_failed_candidates_are_rows_of_nan(problem, caplog):
    with caplog.at_level(logging.INFO):
        progress = search(problem, strategy(problem, size=40), Budget(generations=0, seed=3))
    steep = progress.history.parameters[:, 0] > 9
    assert steep.any()
    assert np.isnan(progress.history.scores[steep]).all()
    assert np.isfinite(progress.history.scores[~steep]).all()
    assert f"{steep.sum()} candidate(s) failed" in caplog.text
    assert "too steep" in caplog.text


def test_an_interruption_gives_up_the_generation_in_flight():
    problem = make_problem(Parabolas(interrupt_after=25))
    progress = search(problem, strategy(problem), Budget(generations=10, seed=1))
    assert progress.interrupted
    assert progress.generation == 1
    assert len(progress.history) == 20
    whole = make_problem()
    uninterrupted = search(whole, strategy(whole), Budget(generations=1, seed=1))
    np.testing.assert_array_equal(progress.population.x, uninterrupted.population.x)


def test_only_the_evaluation_is_guarded(problem):
    entered = []

    @contextlib.contextmanager
    def guard():
        entered.append(len(entered))
        yield

    search(problem, strategy(problem), Budget(generations=2, seed=1), guard=guard)
    assert entered == [0, 1, 2]


# --- nothing but failures


def hopeless_problem(simulator=None, low=9.5):
    """Make one in which every candidate fails whose first parameter is above 9."""
    problem = make_problem(simulator or Parabolas())
    rows = [["s.a", "lin", low, 10], ["s.b", "lin", 0, 10]]
    return replace(problem, space=type(problem.space).from_rows(rows))


def test_a_generation_without_a_success_is_warned_of(caplog):
    hopeless = hopeless_problem()
    progress = search(hopeless, strategy(hopeless), Budget(generations=1, seed=1))
    assert "all 10 candidates of generation 0 failed" in caplog.text
    assert "too steep" in caplog.text
    assert len(progress.archive.rows) == 0
    assert len(progress.population) == 10


def test_a_search_in_which_everything_fails_is_given_up(caplog):
    hopeless = hopeless_problem()
    progress = search(hopeless, strategy(hopeless, size=40), Budget(generations=50, seed=1))
    # Three generations, and a hundred candidates at least.
    assert (progress.generation, len(progress.history)) == (2, 120)
    said = "the voltage became infinite or not a number: too steep"
    assert progress.given_up == f"all 120 candidates failed (120 times {said})"
    assert f"nothing is found: {progress.given_up}" in caplog.text
    assert not progress.interrupted


@pytest.mark.parametrize(("size", "last"), [(10, 9), (120, 2)])
def test_it_takes_generations_and_candidates(size, last):
    hopeless = hopeless_problem()
    progress = search(hopeless, strategy(hopeless, size=size), Budget(generations=50, seed=1))
    assert progress.generation == last


def test_a_short_search_ends_as_it_should_but_with_its_reason():
    hopeless = hopeless_problem()
    progress = search(hopeless, strategy(hopeless), Budget(generations=1, seed=1))
    assert progress.generation == 1
    assert progress.given_up.startswith("all 20 candidates failed (20 times ")
    # Where it is taken up at its end, there is nothing more to be said.
    again = search(hopeless, strategy(hopeless), Budget(generations=1, seed=1), start=progress)
    assert again.given_up == "all 20 candidates failed"


class Late(Parabolas):
    """Simulates nothing before it has seen so many candidates."""

    def _traces(self, values):
        made = super()._traces(values)
        if len(self.seen) > 150:
            return made
        status = (RunStatus.FAILED,) * len(values)
        messages = tuple("not yet" if place % 4 else "" for place in range(len(values)))
        return replace(made, status=status, messages=messages)


def test_a_search_that_was_given_up_can_go_on():
    def late():
        return hopeless_problem(Late(block=40), low=0)

    problem = late()
    first = search(problem, strategy(problem, size=40), Budget(generations=6, seed=1))
    assert first.generation == 2
    assert first.given_up == (
        "all 120 candidates failed (90 times the model raised an error: not yet; 30 times the "
        "model raised an error)"
    )
    last = search(problem, strategy(problem, size=40), Budget(generations=6, seed=1), start=first)
    assert (last.generation, last.given_up) == (6, "")
    # One success is enough.
    assert len(last.archive.rows) > 0


def test_one_success_is_enough_to_go_on():
    problem = make_problem()
    progress = search(problem, strategy(problem, size=40), Budget(generations=5, seed=1))
    hopeless = hopeless_problem()
    assert progress.given_up == ""
    later = search(
        hopeless, strategy(hopeless, size=40), Budget(generations=12, seed=1), start=progress
    )
    assert (later.generation, later.given_up) == (12, "")


@pytest.mark.parametrize("n_generation", [0, 3])
def test_an_interrupted_search_is_not_given_up(n_generation):
    hopeless = hopeless_problem(Parabolas(interrupt_after=10 * n_generation))
    progress = search(hopeless, strategy(hopeless), Budget(generations=5, seed=1))
    assert progress.interrupted
    assert progress.given_up == ""
