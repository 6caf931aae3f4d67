"""One number says how long a search is: that of its budget."""

from __future__ import annotations

import contextlib
import dataclasses

import numpy as np
import pytest

from pyneuronautofit.fit import Budget, options_of, search
from pyneuronautofit.optimisers import ALGORITHMS, SearchSettings, build_strategy


@pytest.mark.parametrize("letter", ALGORITHMS)
def test_the_budget_alone_says_how_long_a_search_is(letter, problem):
    """So the last generations, in which mutation does not adapt, are those of the budget."""
    options = SearchSettings(population_size=10, refine=0.5)
    refining = build_strategy(letter, problem.space, options)
    found = search(problem, refining, Budget(generations=8, seed=2)).history.parameters
    again = search(
        problem, refining.lasting(1000), Budget(generations=8, seed=2)
    ).history.parameters
    assert found.tobytes() == again.tobytes()
    other = search(
        problem, refining, Budget(generations=100, seed=2), guard=after(9)
    ).history.parameters
    always = build_strategy(letter, problem.space, SearchSettings(population_size=10))
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
    assert list(options_of(Budget)) == [field.name for field in dataclasses.fields(Budget)]
