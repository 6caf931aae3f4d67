"""What is said of searches that get nowhere, and when."""

from __future__ import annotations

import logging
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from fitting.parabolas import make_problem
from pyneuronautofit.fitting import Budget, Plan, search
from pyneuronautofit.fitting.notes.stuck import (
    StuckNotes,
    about_ranks,
    about_stagnation,
    about_unused,
    closing_notes,
)
from pyneuronautofit.optimisers import Population, SearchSettings, build_strategy

#: Nobody is better than another in all components, whatever these are.
ALL_FIRST = np.eye(6)[:, :5] + np.arange(6)[:, None] * np.array([1, -1, 0, 0, 0])


@pytest.fixture
def problem():
    return make_problem()


def by_dominance(problem, **options):
    return build_strategy("N", problem.space, SearchSettings(population_size=6, **options))


def reached(scores=ALL_FIRST, since=0, generation=99):
    return SimpleNamespace(
        generation=generation,
        population=Population(np.zeros((len(scores), 2)), np.asarray(scores, dtype=float)),
        gains=SimpleNamespace(since=since),
    )


@pytest.mark.parametrize(
    ("since", "n_generation", "said"),
    [(20, 21, False), (21, 30, True), (21, 63, False), (22, 63, True), (400, 1536, False)],
)
def test_a_search_is_stuck_after_20_generations_and_a_third_of_all(since, n_generation, said):
    text = about_stagnation(since, n_generation, adds_up=False)
    assert bool(text) == said
    if said:
        assert f"better in the last {since} generations" in text


def test_what_may_help_depends_on_the_search():
    plain, summed = (about_stagnation(50, 60, adds_up=each) for each in (False, True))
    assert "-A Auto" in plain
    assert "--polish" in plain
    assert "-e" in plain
    assert "-A Auto" not in summed
    assert "another seed" in summed


def test_a_population_of_rank_1_is_noted(problem):
    said = about_ranks(reached(), by_dominance(problem))
    assert said.startswith("no member of the population is dominated by another, in 5 components")
    assert "--elite-sums" in said


@pytest.mark.parametrize(
    "scores",
    [
        np.concatenate([ALL_FIRST, ALL_FIRST[:1] + 1]),  # one is dominated
        np.concatenate([ALL_FIRST, np.full((1, 5), np.nan)]),  # one has failed
        np.array([[0, 3], [1, 2], [3, 0]]),  # a front of two components may be the population
        ALL_FIRST[:1],
        np.empty((0, 0)),
    ],
)
def test_others_are_not(problem, scores):
    assert about_ranks(reached(scores), by_dominance(problem)) == ""


def test_only_searches_by_dominance_have_ranks(problem):
    sums = build_strategy("K", problem.space, SearchSettings(population_size=6))
    assert about_ranks(reached(), sums) == ""


def test_who_keeps_the_best_sums_is_not_told_to(problem):
    elite = replace(by_dominance(problem), elite_sums=2)
    assert "--elite-sums" not in about_ranks(reached(), elite)


def test_notes_at_the_end(problem):
    plain = by_dominance(problem)
    assert len(closing_notes(reached(since=60), plain)) == 2
    assert closing_notes(reached([[1, 2]], since=5), plain) == ()
    assert closing_notes(replace_gains(reached([[1, 2]])), plain) == ()
    summed = SimpleNamespace(needs_residuals=True)
    (note,) = closing_notes(reached(since=60), summed)
    assert "another seed" in note


def replace_gains(progress):
    """A search of which nobody has asked for gains."""
    return SimpleNamespace(**{**vars(progress), "gains": None})


def noted(strategy, plan, stages, caplog):
    observer = StuckNotes(strategy, plan)
    with caplog.at_level(logging.INFO):
        for stage in stages:
            observer.evaluated(stage.generation, 1, 2)
            observer.generation(stage)
    return [record.getMessage() for record in caplog.records]


def test_each_time_of_stagnation_is_logged_once(problem, caplog):
    """Thrice without gains: too short, and twice too long for 90 generations."""
    spans = [*range(25), *range(35), *range(50)]
    stages = [reached([[1, 2]], since, number) for number, since in enumerate(spans)]
    lines = noted(by_dominance(problem), Plan(89, 1000), stages, caplog)
    assert [line.partition(":")[0] for line in lines] == ["generation 56", "generation 91"]
    assert all("in the last 31 generations" in line for line in lines)
    # The person who waits is told at once.
    assert all(record.notice for record in caplog.records)


def test_ranks_are_logged_once(problem, caplog):
    stages = [reached(generation=number) for number in range(3)]
    (line,) = noted(by_dominance(problem), Plan(9, 60), stages, caplog)
    assert line.startswith("generation 0: no member of the population is dominated")


def test_searches_that_count_evaluations_are_left_alone(caplog):
    strategy = SimpleNamespace(counts_evaluations=True, needs_residuals=True)
    assert noted(strategy, Plan(None, 60), [reached(since=99)], caplog) == []


def test_a_search_that_gains_says_nothing(problem, caplog):
    strategy = by_dominance(problem)
    with caplog.at_level(logging.INFO):
        search(problem, strategy, Budget(generations=5, seed=1), StuckNotes(strategy, Plan(5, 36)))
    assert [r for r in caplog.records if "weighted sum" in r.getMessage()] == []


@pytest.mark.parametrize(("asked", "changed", "is_said"), [
    (60, {}, True),
    (42, {}, False),
    (60, {"stopped": "stopped after 1 minutes"}, False),
    (60, {"interrupted": True}, False),
    (60, {"given_up": "all failed"}, False),
    (None, {}, False),
])  # fmt: skip
def test_evaluations_that_are_left_are_named(asked, changed, is_said):
    how = {"history": range(41), "interrupted": False, "given_up": "", "stopped": ""}
    said = about_unused(SimpleNamespace(**{**how, **changed}), asked)
    assert said.startswith("41 of 60 evaluations are used: ") == is_said
    assert bool(said) == is_said
