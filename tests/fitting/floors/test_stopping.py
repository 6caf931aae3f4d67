"""--stop-after in noise floors."""

from __future__ import annotations

from argparse import ArgumentTypeError
from dataclasses import dataclass, replace

import numpy as np
import pytest

from fitting.parabolas import Parabolas, make_problem
from pyneuronautofit.errors import UsageError
from pyneuronautofit.fitting import Budget, search
from pyneuronautofit.fitting.floors.stopping import (
    check_stop,
    floor_to_reach,
    floors_asked,
    stop_word,
)
from pyneuronautofit.objectives.floor import Floor, unknown_floor
from pyneuronautofit.optimisers import SearchSettings, build_strategy
from pyneuronautofit.simulators import RunStatus


def strategy(problem):
    return build_strategy("N", problem.space, SearchSettings(population_size=10))


def with_floor(levels):
    problem = make_problem()
    markers = problem.whole.markers
    found = np.array([levels[mark] / markers.count(mark) for mark in markers])
    floor = Floor(markers, found, np.ones(len(markers), dtype=bool), (0.1,), (0.0,), 0, 2)
    return replace(problem, known_floor=floor)


def test_words_of_the_flag():
    assert [stop_word(w) for w in ("30", "floor", "2 floors")] == [30, "floor", "2floor"]
    for word in ("x", "0floor", "2.5", "floor2"):
        with pytest.raises(ArgumentTypeError, match="a number of generations, of at least 1, or f"):
            stop_word(word)
    assert check_stop(0) == check_stop("flor") == check_stop("0floor") != None  # noqa: E711
    assert check_stop(1) is check_stop("1.5floor") is None
    assert [floors_asked(each) for each in (None, 7, "floor", "1.5floor")] == [None, None, 1, 1.5]


def test_a_search_ends_at_the_floor_and_does_so_when_it_is_taken_up_again():
    problem = make_problem()
    whole = search(problem, strategy(problem), Budget(generations=9, seed=2))
    sums = make_problem().suite.mode_sums(whole.history.scores)
    level = float(np.sort(sums["V"])[4])
    problem = with_floor({"O": 1e9, "V": level / 2})
    budget = Budget(generations=9, seed=2, stop_after="2floor")
    ended = search(problem, strategy(problem), budget)
    first = int(np.flatnonzero(sums["V"] <= level)[0])
    assert 0 <= ended.generation < 9
    assert ended.generation == first // 10
    within = problem.floor.reached(ended.archive.scores, 2)
    assert f"evaluation {ended.archive.rows[within].min()} is" in ended.stopped
    assert "is within 2 noise floors in every mode (--stop-after 2floor)" in ended.stopped
    # With nothing but its state it knows again that it has ended.
    start = replace(ended, evaluation=None, stopped="")
    again = search(problem, strategy(problem), budget, start=start)
    assert (again.generation, again.stopped) == (ended.generation, ended.stopped)
    # Step by step it ends where it ended at once.
    part = search(problem, strategy(problem), replace(budget, generations=1))
    rest = search(problem, strategy(problem), budget, start=part)
    np.testing.assert_array_equal(rest.history.scores, ended.history.scores)


@dataclass
class Rough(Parabolas):
    """Its steps take a part of every voltage away, which makes models better than they are."""

    part: float = 0.0

    def finer_steps(self, _parameters):
        return {1e-4: Parabolas()}

    def _traces(self, values):
        traces = super()._traces(values)
        traces.voltage_mV[...] *= 1 - self.part
        return traces


@pytest.mark.parametrize("part", [0.0, 0.2])
def test_a_model_has_to_be_within_it_with_finer_steps(part, caplog):
    """What the search's steps leave is not what a model is."""
    finely = make_problem()
    whole = search(finely, strategy(finely), Budget(generations=9, seed=2))
    level = float(np.nanmin(finely.suite.mode_sums(whole.history.scores)["V"]))
    problem = replace(with_floor({"O": 1e9, "V": level * 3}), simulator=Rough(part=part))
    budget = Budget(generations=9, seed=2, stop_after="floor")
    ended = search(problem, strategy(problem), budget)
    coarsely = search(problem, strategy(problem), replace(budget, stop_after=None))
    within = problem.floor.reached(coarsely.history.scores)
    assert within.any()
    followed = "the search follows what its steps leave, and goes on" in caplog.text
    if part == 0:
        first = np.flatnonzero(within)[0]
        assert ended.generation == first // 10
        said = f"evaluation {first} is within the noise floor in every mode, also with finer steps"
        assert said in ended.stopped
        assert not followed
    else:
        truly = problem.floor.reached(finely.evaluate_here(coarsely.history.parameters).scores)
        assert not (within & truly).any()
        assert (ended.generation, ended.stopped) == (9, "")
        assert followed
        # Whoever goes on from the middle finds out the same.
        part_way = search(problem, strategy(problem), replace(budget, generations=3))
        again = search(problem, strategy(problem), budget, start=part_way)
        assert (again.generation, again.stopped) == (ended.generation, ended.stopped)


def test_where_finer_steps_are_too_many_the_searchs_are_what_there_is(caplog):
    """Nothing is known of a model then, and that is no reason to doubt it."""

    class TooFine(Parabolas):
        def _traces(self, values):
            traces = super()._traces(values)
            traces.voltage_mV[...] = np.nan
            return replace(traces, status=(RunStatus.TOO_MANY_STEPS,) * len(values))

    class Usual(Parabolas):
        def finer_steps(self, _parameters):
            return {1e-5: TooFine()}

    problem = with_floor({"O": 1e9, "V": 1e9})
    budget = Budget(generations=3, seed=2, stop_after="floor")
    ended = search(replace(problem, simulator=Usual()), strategy(problem), budget)
    assert ended.generation == 0
    assert "is within the noise floor in every mode (--stop-after floor)" in ended.stopped
    assert "follows what its steps leave" not in caplog.text


def test_every_mode_has_to_be_within_it():
    problem = with_floor({"O": 1e9, "V": 0.0})
    ended = search(problem, strategy(problem), Budget(generations=3, seed=2, stop_after="floor"))
    assert (ended.generation, ended.stopped) == (3, "")


def test_a_recording_without_a_floor_is_refused():
    problem = make_problem()
    unknown = unknown_floor(problem.whole.markers, 2, "cell.abf: nobody knows its noise")
    problem = replace(problem, known_floor=unknown)
    assert floor_to_reach(problem, 30) is None
    with pytest.raises(UsageError, match=r"--stop-after floor: cell\.abf: nobody knows its noise"):
        search(problem, strategy(problem), Budget(generations=3, stop_after="floor"))
    untouched = with_floor({"O": 0.0, "V": 0.0})
    with pytest.raises(UsageError, match="noise changes no score by O, V on this recording, and"):
        floor_to_reach(untouched, "floor")
    silent = replace(untouched, known_floor=replace(untouched.known_floor, noise_mV=(0.0,)))
    with pytest.raises(UsageError, match="the recording has no noise"):
        floor_to_reach(silent, "floor")
