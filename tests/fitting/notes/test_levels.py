"""How many distinct models there are below levels, counted a second time in plain words."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pytest

from fitting.parabolas import make_problem
from pyneuronautofit.fitting import Budget, search
from pyneuronautofit.fitting.notes.levels import Level, about_distinct, distinct_levels, said_levels
from pyneuronautofit.optimisers import ParetoArchive, SearchSettings, build_strategy
from pyneuronautofit.optimisers.polish.distinct import distinct
from pyneuronautofit.space import ParameterSpace

SPACE = ParameterSpace.from_rows([["s.a", "lin", 0.0, 10.0], ["s.g", "log", 1e-4, 1.0]])


def models(*units):
    """Models by where they are between the bounds."""
    return SPACE.to_model(SPACE.from_unit(np.array(units, dtype=float))).values


def test_models_that_are_nearly_the_same_count_once():
    # rms of (.07, 0) is .0495, of (.072, 0) .0509; the third is distinct from the first alone.
    found = models([0.5, 0.5], [0.57, 0.5], [0.572, 0.5], [0.1, 0.1])
    assert distinct_levels(SPACE, found, np.array([0.05, 0.06, 0.07, 3.0])) == (
        Level(0.1, 2),
        Level(5.0, 3),
    )


def test_levels_that_add_nothing_are_left_out_and_four_are_taken():
    found = models(*[[k / 10, 0.5] for k in range(8)])
    sums = np.array([0.3, 0.4, 1.5, 1.6, 7.0, 70.0, 700.0, np.inf])
    levels = distinct_levels(SPACE, found, sums)
    assert said_levels(levels) == "2 below 0.5, 4 below 2, 5 below 10, 6 below 100"


def test_a_level_itself_is_not_below_it():
    assert distinct_levels(SPACE, models([0, 0]), np.array([0.5])) == (Level(1.0, 1),)
    assert distinct_levels(SPACE, models([0, 0]), np.array([0.0])) == (Level(0.1, 1),)


@pytest.mark.parametrize("huge", [1e9, 1e300])
def test_however_bad_they_are_they_have_a_level(huge):
    (level,) = distinct_levels(SPACE, models([0, 0]), np.array([huge]))
    assert huge < level.below <= 2.1 * huge


@pytest.mark.parametrize("sums", [[], [np.nan, np.inf]])
def test_nobody_has_no_level(sums):
    found = models(*[[0, 0]] * len(sums)) if sums else np.empty((0, 2))
    assert distinct_levels(SPACE, found, np.array(sums)) == ()
    assert said_levels(()) == ""


@pytest.mark.parametrize("seed", range(6))
def test_the_rule_of_the_search(seed):
    """A search keeps the same models distinct: one rule, whoever counts."""
    rng = np.random.default_rng(seed)
    # Around few places, and some of them twice.
    unit = rng.random((5, 2))[rng.integers(0, 5, 200)] + rng.normal(0, 0.05, (200, 2))
    unit = np.clip(np.concatenate([unit, unit[:20]]), 0, 1)
    sums = rng.gamma(1.0, 3.0, len(unit))
    values = models(*unit)
    exact = SPACE.to_unit(SPACE.from_model(values))
    for level in distinct_levels(SPACE, values, sums):
        below = sums < level.below
        assert len(distinct(exact[below], sums[below])) == level.n_model


def finished(problem):
    strategy = build_strategy("N", problem.space, SearchSettings(population_size=20))
    return search(problem, strategy, Budget(generations=4, seed=3), keep_all=False)


def test_archive_and_population_are_counted_together():
    problem = make_problem()
    progress = finished(problem)
    said = about_distinct(progress, problem)
    total = progress.gains.leader.total
    assert said.endswith(f" (weighted sum; the least is {total:.4g})")
    counted = [int(part.split()[0]) for part in said.partition(" (")[0].split(", ")]
    assert all(one < other for one, other in itertools.pairwise(counted))
    # The population alone has others than the archive of one model.
    few = replace(
        progress,
        archive=ParetoArchive(progress.archive.rows[:1], progress.archive.scores[:1], 1),
    )
    alone = replace(few, population=few.population.take(np.arange(0)))
    assert about_distinct(few, problem) != about_distinct(alone, problem) != ""


def test_nothing_is_counted_where_nothing_succeeded():
    problem = make_problem()
    progress = finished(problem)
    nobody = ParetoArchive(np.arange(0), np.empty((0, 0)), 1)
    assert about_distinct(replace(progress, archive=nobody), problem) == ""
    assert about_distinct(replace(progress, gains=None), problem) == ""
