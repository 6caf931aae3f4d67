"""Whether every ordered pair of repeats counts the same."""

from __future__ import annotations

from itertools import combinations_with_replacement

import pytest

from pyneuronautofit.objectives.floor.rounds import Round, rounds_of


@pytest.mark.parametrize("size", [2, 3, 7])
def test_of_groups_of_one_size_every_step_is_a_round(size):
    assert rounds_of([size] * 3) == [Round({size: n}, 1.0) for n in range(1, size)]


@pytest.mark.parametrize("sizes", [*combinations_with_replacement((2, 3, 4, 5, 9), 3), (30, 29)])
def test_every_step_of_every_size_counts_the_same(sizes):
    rounds = rounds_of(sizes)
    whole = sum(each.weight for each in rounds)
    for size in sizes:
        for step in range(1, size):
            own = sum(each.weight for each in rounds if each.steps[size] == step)
            assert own * (size - 1) == whole


def test_further_sizes_do_not_multiply_rounds():
    assert len(rounds_of((4, 5))) == 6
    assert len(rounds_of((30, 29))) == 56


def test_no_group_needs_no_round():
    assert rounds_of(()) == []
