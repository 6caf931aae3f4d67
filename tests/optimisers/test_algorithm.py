"""What algorithms make of the options that they share."""

from __future__ import annotations

from dataclasses import replace

import pytest

from optimisers._made import plain
from pyneuronautofit._options import taken
from pyneuronautofit.errors import UsageError
from pyneuronautofit.optimisers.algorithm import (
    EvolutionOptions,
    SearchTask,
    population_size_of,
)
from pyneuronautofit.optimisers.operators.mutation import AdaptiveMutation


def task(**what):
    return SearchTask(plain(2), **what)


@pytest.mark.parametrize(
    ("asked", "n_score", "size"), [(10, 6, 10), (2, 6, 2), (0, 6, 6), (-1, 6, 6), (-3, 6, 18)]
)
def test_a_population_below_1_counts_lengths_of_the_objective_vector(asked, n_score, size):
    options = EvolutionOptions(population_size=asked)
    assert population_size_of(options, task(n_score=n_score)) == size


@pytest.mark.parametrize(("asked", "n_score"), [(1, 6), (0, 1), (-1, 1)])
def test_a_population_needs_two(asked, n_score):
    expected = rf"-P {asked}: .* 1 member.* at least 2 \(.* {n_score} component"
    with pytest.raises(UsageError, match=expected):
        population_size_of(EvolutionOptions(population_size=asked), task(n_score=n_score))


@pytest.mark.parametrize(
    ("share", "last"), [(0.0, None), (0.25, 75), (0.5, 50), (1.0, 0), (0.001, 100)]
)
def test_refining_begins_after_the_other_generations(share, last):
    options = EvolutionOptions(mutation_rate=0.2, mutation_slope=0.5, refine=share)
    mutation = taken(AdaptiveMutation, options, refined_after=None)
    assert mutation.lasting(100) == replace(mutation, refined_after=last)
    assert (mutation.mutation_rate, mutation.mutation_slope) == (0.2, 0.5)
