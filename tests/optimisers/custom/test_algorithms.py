"""Functions and classes of plug-ins as algorithms of the table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import pytest

from optimisers._made import MIXED
from pyneuronautofit.errors import UsageError
from pyneuronautofit.optimisers import (
    ALGORITHMS,
    NSGA2,
    SearchSettings,
    SearchTask,
    algorithm_letter,
    algorithm_name,
    algorithm_of,
    build_strategy,
    stored_algorithm,
)
from pyneuronautofit.optimisers.algorithm import PopulationOptions
from pyneuronautofit.optimisers.custom.algorithms import made_algorithm
from pyneuronautofit.optimisers.operators.crossover import Crossover
from pyneuronautofit.optimisers.operators.mutation import AdaptiveMutation
from pyneuronautofit.plugins import active_plugins


def dream(x):
    """Members again."""
    return x


@dataclass(frozen=True, kw_only=True)
class Sober(PopulationOptions):
    """As usual."""

    usual_size: ClassVar[int] = 7
    slope: float = 0.2
    mutation_rate: float = 0.5

    def strategy(self, task: SearchTask) -> NSGA2:
        mutation = AdaptiveMutation(
            mutation_rate=self.mutation_rate, mutation_slope=self.slope, refined_after=None
        )
        return NSGA2(task.space, self.population_size or self.usual_size, Crossover(), mutation)


def test_they_are_found_by_their_whole_names():
    with active_plugins(strategies=[dream, Sober]):
        assert algorithm_letter("dream") == algorithm_letter("{dream}") == "{dream}"
        assert algorithm_letter("DREAM") == "{dream}"
        # A letter is that of a built-in one; the beginning of a plug-in's name is none.
        assert algorithm_letter("d") == "D"
        with pytest.raises(UsageError, match="-A dre: expected one of"):
            algorithm_letter("dre")
        assert list(ALGORITHMS)[-2:] == ["{dream}", "{Sober}"]
        assert ALGORITHMS["{dream}"] == "dream"
        assert algorithm_of("{dream}").about == "Members again"
        assert stored_algorithm("dream") == "{dream}"
    assert stored_algorithm("auto") == "auto"


def test_one_that_is_not_there():
    with pytest.raises(UsageError, match=r"-A \{dream\}: this is a search of a plug-in that"):
        algorithm_letter("{dream}")
    with active_plugins(strategies=[dream]), pytest.raises(UsageError, match=r"is \{dream\} meant"):
        algorithm_letter("{draem}")
    assert algorithm_name("{dream}") == "dream"
    assert algorithm_name("auto") == "Auto"
    with pytest.raises(KeyError):
        algorithm_of("{dream}")


def test_a_class_reads_options_of_the_search_and_keeps_its_own():
    with active_plugins(strategies=[Sober]):
        strategy = build_strategy("{Sober}", MIXED, SearchSettings(mutation_rate=0.3))
    inner = strategy.inner
    assert strategy.population_size == 7
    assert (inner.mutation.mutation_rate, inner.mutation.mutation_slope) == (0.3, 0.2)


def test_what_a_class_lacks():
    made = made_algorithm(Sober, "{Sober}", "a.py")
    assert (made.code, made.name, made.about) == ("{Sober}", "Sober", "As usual")
    assert (made.plans, made.leaves_trace) == (False, False)


@dataclass(frozen=True)
class Strange:
    """It returns nothing that searches."""

    def strategy(self, task):
        return task


@dataclass(frozen=True)
class Failing:
    """It returns nothing at all."""

    def strategy(self, task):
        return task.gone


@dataclass(frozen=True)
class Asking:
    """It wants what nobody has."""

    gone: int

    def strategy(self, task): ...


@pytest.mark.parametrize(
    ("thing", "expected"),
    [
        (Strange, r"-A \{Strange\}, Strange of test_alg.*: its strategy lacks needs_residuals"),
        (Failing, r"-A \{Failing\}, Failing of .*: it failed: .*test_algorithms\.py:.*Attribute"),
        (Asking, r"Asking: nobody knows its field gone: expected a default value"),
    ],
)
def test_classes_that_do_not_search(thing, expected):
    with active_plugins(strategies=[thing]), pytest.raises(UsageError, match=expected):
        build_strategy(f"{{{thing.__name__}}}", MIXED, SearchSettings())


def test_what_is_no_search():
    with pytest.raises(UsageError, match=r"a.py: the search \{x\} is int: expected a function, or"):
        made_algorithm(3, "{x}", "a.py")
    with pytest.raises(UsageError, match=r"-A \{x\}, int of a.py: expected a frozen dataclass"):
        made_algorithm(int, "{x}", "a.py")
    with pytest.raises(UsageError, match="nobody knows what its parameter y is"):
        made_algorithm(lambda y: y, "{x}", "a.py")
