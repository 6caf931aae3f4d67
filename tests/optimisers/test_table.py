import pytest

from optimisers._made import plain
from pyneuronautofit.errors import UsageError
from pyneuronautofit.optimisers import (
    ALGORITHMS,
    NSGA2,
    SearchSettings,
    algorithm_letter,
    build_strategy,
)


@pytest.mark.parametrize("name", ["N", "n", "NSGA2", "nsga", "Nobody"])
def test_the_first_letter_decides(name):
    assert algorithm_letter(name) == "N"


def test_the_letters():
    assert set(ALGORITHMS) == set("KNMPADLC")


@pytest.mark.parametrize("name", ["", "X", "7", "-N"])
def test_no_algorithm_of_that_letter(name):
    with pytest.raises(UsageError, match=f"-A {name}: expected one of Krayzman, NSGA2, Max, Pos"):
        algorithm_letter(name)


@pytest.mark.parametrize("name", ALGORITHMS.values())
def test_every_algorithm_is_found_by_its_name(name):
    assert ALGORITHMS[algorithm_letter(name)] == name


def test_the_settings_reach_the_strategy():
    settings = SearchSettings(population_size=10, mutation_rate=0.3, mutation_slope=-1.0)
    strategy = build_strategy("N", plain(3), settings)
    assert isinstance(strategy, NSGA2)
    assert strategy.population_size == 10
    assert (strategy.mutation.mutation_rate, strategy.mutation.mutation_slope) == (0.3, -1.0)
    assert strategy.crossover.exchange_probability == 0.25
