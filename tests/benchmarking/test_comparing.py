"""Medians, levels, ranks and the test, against numbers worked out by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from benchmarking.made import PROBLEM, trial
from pyneuronautofit.benchmarking.comparing import (
    compare,
    holm,
    mean_ranks,
    median_curve,
    quantile,
    seeds_needed,
)


def group(algorithm, totals, n=10):
    return [trial(algorithm, seed, (n, total)) for seed, total in enumerate(totals)]


def test_holm_by_hand():
    """The smallest times three, the next times two, and none below one before it."""
    assert holm([0.01, 0.04, 0.03]) == pytest.approx([0.03, 0.06, 0.06])
    assert holm([0.5, 0.9]) == pytest.approx([1.0, 1.0])
    assert holm([]) == []


def test_seeds_that_are_needed():
    """Of two algorithms: 2 / C(8, 4) is the first below .05; of five, ten times 2 / C(12, 6)."""
    assert seeds_needed(2) == 4
    assert seeds_needed(5) == 6
    assert seeds_needed(8) == 7
    assert seeds_needed(1) == 2


def test_what_the_test_tells_apart():
    low, high = np.linspace(0.1, 0.2, 6), np.linspace(1.0, 2.0, 6)
    result = compare(PROBLEM, [*group("B", high), *group("A", low), *group("C", low + 0.001)])
    assert [each.algorithm for each in result.algorithms] == ["A", "C", "B"]
    a, c, b = result.algorithms
    assert (a.rank, c.rank, b.rank) == (1, 1, 3)
    assert b.worse_than == ("A", "C") or set(b.worse_than) == {"A", "C"}
    assert a.worse_than == c.worse_than == ()
    assert result.seeds_needed == 0
    assert a.quartiles == pytest.approx((0.125, 0.15, 0.175))


def test_too_few_seeds_tell_nothing_apart():
    result = compare(PROBLEM, [*group("A", [0.1] * 3), *group("B", [5.0, 6.0, 7.0])])
    assert [each.rank for each in result.algorithms] == [1, 1]
    assert result.seeds_needed == 4


def test_below_what_is_solved_all_are_equal():
    one, other = np.geomspace(1e-12, 1e-9, 8), np.geomspace(1e-7, 1e-4, 8)
    result = compare(PROBLEM, [*group("A", one), *group("B", other)])
    assert [each.rank for each in result.algorithms] == [1, 1]
    assert result.algorithms[0].quartiles[1] < 1e-9, "the numbers themselves are shown"


def test_how_soon_a_level_is_reached():
    trials = [
        trial("A", 1, (5, 0.9), (50, 0.05)),
        trial("A", 2, (20, 0.8)),
        trial("A", 3, (7, 3.0)),
    ]
    (each,) = compare(PROBLEM, trials).algorithms
    one, tenth = each.levels
    assert (one.n_reached, one.median) == (2, 20.0)
    assert (tenth.n_reached, tenth.median) == (1, math.inf)


def test_nothing_could_be_scored():
    (each,) = compare(PROBLEM, [trial("A", 1, distance=None)]).algorithms
    assert each.quartiles == (math.inf,) * 3
    assert each.distance is None


def test_quantiles_with_infinite_numbers():
    assert quantile(np.array([3.0, 1.0, 2.0]), 0.5) == 2.0
    assert quantile(np.array([1.0, math.inf]), 0.5) == math.inf
    assert quantile(np.array([1.0, 2.0, math.inf]), 0.25) == 1.5
    assert quantile(np.array([math.inf, math.inf]), 0.5) == math.inf
    rng = np.random.default_rng(1)
    values = rng.random((9, 4))
    assert quantile(values, 0.75) == pytest.approx(np.quantile(values, 0.75, axis=0))


def test_mean_ranks_are_of_algorithms_that_were_everywhere():
    low, high = np.linspace(0.1, 0.2, 8), np.linspace(1.0, 2.0, 8)
    results = [
        compare(PROBLEM, [*group("A", low), *group("B", high), *group("C", high)]),
        compare(PROBLEM, [*group("A", high), *group("B", low)]),
    ]
    assert mean_ranks(results) == {"A": 1.5, "B": 1.5}


def test_curves():
    trials = [trial("A", 1, (1, 8.0), (100, 2.0)), trial("A", 2, (20, 4.0))]
    evaluations, (_low, middle, _high) = median_curve(trials)
    assert evaluations[0] == 10
    assert evaluations[-1] == 1000
    assert middle[0] == math.inf
    assert middle[-1] == pytest.approx(3.0)
