"""Auto: what it consists of, and that it does what it is for."""

from __future__ import annotations

import numpy as np
import pytest

from optimisers._made import plain
from optimisers._problems import LeastSquares, run_of
from optimisers.polish.test_refinement import wavy
from pyneuronautofit.optimisers import SearchSettings, algorithm_letter, build_strategy
from pyneuronautofit.optimisers.polish.sequel import Sequel
from pyneuronautofit.optimisers.scalar.shade import Shade

SPACE = plain(4)


def made():
    return LeastSquares(SPACE, wavy(np.full(4, 0.6)))


def auto(problem, n_evaluation, **given):
    strategy = build_strategy(
        "A", SPACE, SearchSettings(**given), make_merits=lambda: problem.merits
    )
    return strategy.lasting(0, n_evaluation)


@pytest.mark.parametrize("name", ["Auto", "auto", "A"])
def test_by_name(name):
    assert algorithm_letter(name) == "A"


def test_a_population_and_its_refinement():
    strategy = auto(made(), 1000, population_size=20)
    assert isinstance(strategy, Sequel)
    assert isinstance(strategy.first, Shade)
    assert strategy.first.population_size == strategy.population_size == 20
    assert strategy.first.evaluations == strategy.n_first < 1000
    assert auto(made(), 1000).population_size == 60


@pytest.mark.parametrize("seed", range(3))
def test_it_finds_what_a_population_alone_does_not(seed):
    problem, alone = made(), made()
    strategy = auto(problem, 1500, population_size=20)
    asked, _phases, state = run_of(strategy, problem, seed)
    de = build_strategy(
        "D", SPACE, SearchSettings(population_size=20), make_merits=lambda: alone.merits
    )
    run_of(de.lasting(0, 1500), alone, seed)
    costs = [min(each.cost(x) for x in np.concatenate(each.told)) for each in (problem, alone)]
    assert sum(map(len, asked)) <= 1500
    assert costs[0] < 0.1 * costs[1]
    assert strategy.population(state).scores[0, 0] == pytest.approx(costs[0])
