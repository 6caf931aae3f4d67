"""Auto: what it is made of."""

from __future__ import annotations

import pytest

from optimisers._made import made_merits, plain, same
from pyneuronautofit.errors import UsageError
from pyneuronautofit.optimisers import SearchSettings, build_strategy
from pyneuronautofit.optimisers.polish.sequel import Sequel
from pyneuronautofit.optimisers.scalar.cma import Cma
from pyneuronautofit.optimisers.scalar.shade import Shade


def auto(size=None, n_param=7):
    settings = SearchSettings(population_size=size)
    return build_strategy("A", plain(n_param), settings, make_merits=made_merits)


def test_differential_evolution_comes_first_and_again_where_nothing_else_helps():
    strategy = auto()
    assert isinstance(strategy, Sequel)
    assert isinstance(strategy.first, Shade)
    assert strategy.restarts
    assert same(strategy.merits, strategy.first.merits)
    assert (strategy.population_size, auto(17).population_size) == (80, 17)


def test_few_parameters_are_searched_by_cma():
    strategy = auto(n_param=6)
    assert isinstance(strategy.first, Cma)
    assert strategy.lasting(0, 1_000).n_first == 850
    assert (strategy.population_size, auto(17, n_param=6).population_size) == (9, 17)


@pytest.mark.parametrize(("evaluations", "part"), [(100, 0.6), (3_000, 0.6), (40_000, 0.225)])
def test_the_first_search_has_a_smaller_part_of_many_evaluations(evaluations, part):
    assert auto().lasting(0, evaluations).n_first == pytest.approx(part * evaluations, rel=0.01)


def test_it_is_named_where_its_population_is_too_small():
    with pytest.raises(UsageError, match="-P 3: Auto needs at least 4 members"):
        auto(3)
