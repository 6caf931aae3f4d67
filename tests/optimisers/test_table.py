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


@pytest.mark.parametrize("name", ["N", "n", "NSGA2", "nsga", "NSGA-2", "NSGA-II", "nsgaii"])
def test_a_letter_a_name_or_its_beginning_in_any_case(name):
    assert algorithm_letter(name) == "N"


@pytest.mark.parametrize(("name", "letter"), [
    ("kamoga", "K"), ("Kray", "K"), ("L-SHADE", "D"), ("cma-es", "C"), ("pos", "P"), ("l", "L"),
])  # fmt: skip
def test_what_people_call_them(name, letter):
    assert algorithm_letter(name) == letter


@pytest.mark.parametrize(("name", "meant"), [
    ("Autos", "Auto"), ("Nobody", None), ("NSGA3", "NSGA2"), ("Krazyman", "Krayzman"),
    ("Maximum", "Max"), ("CMAES2", "CMA-ES"), ("PSO", None),
])  # fmt: skip
def test_another_word_that_begins_with_the_letter_is_refused(name, meant):
    with pytest.raises(UsageError, match=f"-A {name}: expected one of Krayz") as refused:
        algorithm_letter(name)
    guess = f"; did you mean {meant}?" if meant else "or its first letter"
    assert str(refused.value).endswith(guess)


def test_the_letters():
    assert set(ALGORITHMS) == set("KNMPADLC")


@pytest.mark.parametrize("name", ["", "X", "7", "-"])
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
