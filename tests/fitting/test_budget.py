"""One number says how long a search is: that of its budget."""

from __future__ import annotations

import contextlib
import dataclasses

import numpy as np
import pytest

from pyneuronautofit.errors import UsageError
from pyneuronautofit.fitting import (
    Budget,
    FitConfig,
    Plan,
    build_search,
    options_of,
    plan_of,
    search,
)
from pyneuronautofit.fitting.budget import lasting
from pyneuronautofit.optimisers import ALGORITHMS, algorithms_that_read

from .parabolas import begun_with


def strategy_of(letter, problem, **options):
    config = FitConfig(algorithm=letter, population_size=10, **options)
    return build_search(config, problem, begun_with(letter, 10))


@pytest.mark.parametrize("letter", ALGORITHMS)
def test_the_budget_alone_says_how_long_a_search_is(letter, problem):
    strategy = strategy_of(letter, problem, refine=0.5)
    found = search(problem, strategy, Budget(generations=8, seed=2)).history.parameters
    told = strategy.lasting(1000, 100_000)
    again = search(problem, told, Budget(generations=8, seed=2)).history.parameters
    assert found.tobytes() == again.tobytes()


@pytest.mark.parametrize("letter", algorithms_that_read("refine"))
def test_the_last_generations_are_those_of_the_budget(letter, problem):
    """In them mutation does not adapt."""
    refining = strategy_of(letter, problem, refine=0.5)
    found = search(problem, refining, Budget(generations=8, seed=2)).history.parameters
    other = search(
        problem, refining, Budget(generations=100, seed=2), guard=after(9)
    ).history.parameters
    always = strategy_of(letter, problem)
    adapting = search(problem, always, Budget(generations=8, seed=2)).history.parameters
    assert other.tobytes() == adapting.tobytes()
    # Generation 5 is the first that is made with the mutation of the second half.
    same = [np.array_equal(*rows) for rows in zip(found, adapting, strict=True)]
    first = same.index(False)
    n_first = refining.batch_size(0) + 4 * refining.batch_size(1)
    assert n_first <= first < n_first + refining.batch_size(1)


def after(generations):
    """Interrupts a search after so many generations, the initial population being one."""
    left = iter(range(generations))

    def guard():
        if next(left, None) is None:
            raise KeyboardInterrupt
        return contextlib.nullcontext()

    return guard


def test_what_a_budget_is_without_being_told():
    assert Budget() == Budget(generations=256, seed=0, archive_size=5000)
    assert Budget() == Budget(evaluations=None, minutes=None, stop_after=None)
    assert list(options_of(Budget)) == [field.name for field in dataclasses.fields(Budget)]


@pytest.mark.parametrize(
    ("letter", "given", "plan"),
    [
        ("N", {"generations": 8}, Plan(8, 90)),
        ("N", {"generations": 0}, Plan(0, 10)),
        # Three elites are not evaluated again.
        ("K", {"generations": 8, "elites": 3}, Plan(8, 66)),
        # Whole generations, as many as there are evaluations for.
        ("N", {"evaluations": 90}, Plan(8, 90)),
        ("N", {"evaluations": 99}, Plan(8, 90)),
        ("N", {"evaluations": 10}, Plan(0, 10)),
        ("K", {"evaluations": 65, "elites": 3}, Plan(7, 59)),
        # The others know by themselves when it is over.
        ("D", {"generations": 8}, Plan(None, 90)),
        ("D", {"evaluations": 99}, Plan(None, 99)),
        ("A", {"evaluations": 99, "generations": 3}, Plan(None, 99)),
        ("C", {"evaluations": 99}, Plan(None, 99)),
        ("N", {"evaluations": 99, "polish": 0.5}, Plan(None, 99)),
    ],
)
def test_what_a_budget_comes_to(letter, given, plan, problem):
    names = options_of(Budget)
    budget = Budget(**{name: value for name, value in given.items() if name in names})
    others = {name: value for name, value in given.items() if name not in names}
    assert plan_of(budget, strategy_of(letter, problem, **others)) == plan


@pytest.mark.parametrize("letter", ALGORITHMS)
def test_too_few_evaluations_for_the_first_population(letter, problem):
    expected = "--evaluations 9: the initial population alone has 10; "
    with pytest.raises(UsageError, match=expected) as refused:
        plan_of(Budget(evaluations=9), strategy_of(letter, problem))
    said = str(refused.value)
    assert ("polish fewer models (--models)" in said) == (letter == "L")
    assert ("some thousands" in said) == (letter != "L")
    # Nobody is sent to what he has already.
    assert ("-A Auto" in said) == (letter in "KNMP")


def test_a_strategy_is_told_what_the_plan_says(problem):
    budget = Budget(evaluations=99)
    told = {
        letter: lasting(strategy, plan_of(budget, strategy))
        for letter in "DNA"
        if (strategy := strategy_of(letter, problem, refine=0.5))
    }
    assert told["D"].evaluations == told["A"].evaluations == 99
    # Of few parameters the first search of Auto has nearly all.
    assert told["A"].init(1).until == told["A"].n_first == round(0.85 * 99)
    assert told["N"].mutation.refined_after == 4


@pytest.mark.parametrize("polish", [0.0, 0.5])
@pytest.mark.parametrize("n_evaluation", [10, 57, 400])
@pytest.mark.parametrize("letter", ALGORITHMS)
def test_never_more_evaluations_than_asked_for(letter, n_evaluation, polish, problem):
    if letter in "AL" and polish:
        return
    strategy = strategy_of(letter, problem, polish=polish)
    progress = search(problem, strategy, Budget(evaluations=n_evaluation, seed=4))
    n_largest = max(strategy.batch_size(0), 80)
    assert n_evaluation - n_largest < len(progress.history) <= n_evaluation
