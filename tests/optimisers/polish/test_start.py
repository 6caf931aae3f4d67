"""One local search, beside scipy's on the same problems."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from scipy.optimize import least_squares

from optimisers._made import MIXED, inside, plain, same, stored
from optimisers._problems import LeastSquares
from pyneuronautofit.optimisers.polish.start import DIFFERENCES, FIRST_DIFFERENCE, LocalSearch
from pyneuronautofit.optimisers.polish.steps import N_TRIAL
from pyneuronautofit.space import ParameterSpace


def polished(problem, unit, *, through_store=False, most=100, fine=False):
    """The start in which a local search ends, and how often it took slopes."""
    local = LocalSearch(problem.space, problem.merits)
    x = problem.space.from_unit(np.atleast_2d(unit))
    scores, residuals = problem.evaluate(x)
    start, n_slopes = local.begin(x[0], scores[0], residuals[0], fine=fine), 0
    for _ in range(most):
        x = local.ask(start)
        assert len(x) == local.n_asked(start)
        if not len(x):
            return start, n_slopes
        n_slopes += not len(start.jacobian)
        before = dataclasses.replace(start)
        scores, residuals = problem.evaluate(x)
        given = x.copy(), scores.copy(), residuals.copy()
        if through_store:
            start = stored(start)
        told = local.tell(start, x, scores, residuals)
        assert same((x, scores, residuals), given)
        assert same(start, before)
        start = told
    return start, n_slopes


def unit_of(problem, start):
    return problem.space.to_unit(start.x[None])[0]


def linear(target, seed=2, n=20):
    matrix = np.random.default_rng(seed).normal(size=(n, len(target))) * 40
    return lambda values: (values - target) @ matrix.T


def with_rest(function, rest):
    """The same with residuals that do not vanish at the solution."""
    return lambda values: function(values) + rest


def bent(target):
    """Not linear, but without other minima nearby."""
    straight = linear(target)
    return lambda values: straight(values) + 30 * (values - target).sum(axis=1)[:, None] ** 2


REST = np.random.default_rng(5).normal(size=20)


@pytest.mark.parametrize("rest", [0.0, REST], ids=["exact", "with a rest"])
def test_a_linear_problem_is_solved_in_two_steps(rest):
    target = np.array([0.45, 0.55, 0.6, 0.4])
    problem = LeastSquares(plain(4), with_rest(linear(target), rest))
    start, _ = polished(problem, np.full(4, 0.5), most=3)
    assert start.n_step == 2
    expected = least_squares(problem.of_unit, np.full(4, 0.5), bounds=(0, 1))
    np.testing.assert_allclose(unit_of(problem, start), expected.x, atol=1e-4)
    end, n_slopes = polished(problem, np.full(4, 0.5))
    assert end.done
    assert end.fine
    assert n_slopes <= 8
    assert problem.cost(unit_of(problem, end)) <= expected.cost / 200 * 1.001 + 1e-9


@pytest.mark.parametrize("seed", range(4))
def test_bent_problems_are_solved_as_well_as_by_scipy(seed):
    rng = np.random.default_rng(seed)
    target, begin = rng.uniform(0.3, 0.7, 5), rng.uniform(0.2, 0.8, 5)
    problem = LeastSquares(plain(5), with_rest(bent(target), REST))
    start, n_slopes = polished(problem, begin)
    expected = least_squares(problem.of_unit, begin, bounds=(0, 1))
    assert start.done
    assert n_slopes <= 15
    assert start.n_step <= 30
    # Their cost is half the sum of squares, ours a four-hundredth of it.
    assert problem.cost(unit_of(problem, start)) <= expected.cost / 200 * 1.01


@pytest.mark.parametrize("target", [[-0.2, 0.5, 1.1, 0.4], [0.5, 1.3, -0.1, -0.05]])
def test_solutions_at_bounds_are_those_of_scipy(target):
    problem = LeastSquares(plain(4), linear(np.array(target)))
    start, n_slopes = polished(problem, np.full(4, 0.5))
    expected = least_squares(problem.of_unit, np.full(4, 0.5), bounds=(0, 1), ftol=1e-12)
    assert n_slopes <= 15
    assert problem.cost(unit_of(problem, start)) <= expected.cost / 200 * 1.01
    at = np.abs(expected.x - np.rint(expected.x)) < 1e-3
    assert at.any()
    np.testing.assert_allclose(unit_of(problem, start)[at], np.rint(expected.x[at]), atol=1e-6)
    for x in problem.told:
        assert inside(problem.space, x)


def test_a_bound_that_is_another_parameter():
    space = ParameterSpace.from_rows(
        [["a.x", "lin", 0.5, 2.0], ["a.y", "lin", 0.0, "a.x"], ["a.z", "log", 1e-3, "a.x"]]
    )
    # Its y would be above its x.
    target = np.array([0.8, 0.9, 0.05])
    problem = LeastSquares(space, linear(target))
    begin = np.array([0.6, 0.5, 0.5])
    start, _ = polished(problem, begin)
    expected = least_squares(problem.of_unit, begin, bounds=(0, 1), ftol=1e-12)
    assert problem.cost(unit_of(problem, start)) <= expected.cost / 200 * 1.02
    values = space.to_model(start.x[None]).values[0]
    assert values[1] <= values[0]
    assert all(inside(space, x) for x in problem.told)


def test_whole_numbers_and_constants_stay_what_they_are():
    target = np.array([0.5, 1.5, 1e-3, 7.0, 1.0])
    scale = np.array([40.0, 40.0, 1e4, 4.0, 1.0])
    problem = LeastSquares(MIXED, lambda values: (values - target) * scale)
    begin = MIXED.from_unit(np.array([[0.7, 0.3, 0.5, 0.2, 0.5]]))
    start, _ = polished(problem, MIXED.to_unit(begin))
    assert start.x[3:].tolist() == begin[0, 3:].tolist()
    values = MIXED.to_model(start.x[None]).values[0]
    np.testing.assert_allclose(values[:3], target[:3], rtol=1e-2)
    for x in problem.told:
        assert inside(MIXED, x)
        assert (x[:, 3:] == begin[0, 3:]).all()


def test_nothing_that_could_be_moved_is_nothing_to_do():
    space = ParameterSpace.from_rows([["a.n", "int", 1, 9], ["a.c", "con", 5.0, 7.0]])
    problem = LeastSquares(space, lambda values: values * np.ones((1, 2)))
    local = LocalSearch(space, problem.merits)
    x = space.sample(np.random.default_rng(0), 1)
    scores, residuals = problem.evaluate(x)
    start = local.begin(x[0], scores[0], residuals[0])
    assert start.done
    assert local.n_asked(start) == 0
    assert local.ask(start).shape == (0, 2)


def test_failed_neighbours_are_survived():
    """What has no neighbours that can be simulated stays, and the others go where they can."""
    target = np.array([0.45, 0.55, 0.6, 0.4])
    straight = linear(target)

    def failing(values):
        found = straight(values)
        found[(values[:, 0] > 0.5) | (values[:, 3] != 0.5)] = np.nan
        return found

    problem = LeastSquares(plain(4), failing)
    start, _ = polished(problem, np.full(4, 0.5))
    assert np.isfinite(start.residuals).all()
    expected = least_squares(lambda two: straight(np.array([[0.5, *two, 0.5]]))[0], [0.5, 0.5])
    np.testing.assert_allclose(unit_of(problem, start)[[0, 3]], 0.5)
    np.testing.assert_allclose(unit_of(problem, start)[[1, 2]], expected.x, atol=1e-3)


def test_where_all_neighbours_fail_it_is_over_soon():
    def alone(values):
        return np.where((values == 0.5).all(axis=1)[:, None], 1.0, np.nan) * np.ones((1, 6))

    problem = LeastSquares(plain(3), alone)
    start, n_slopes = polished(problem, np.full(3, 0.5))
    assert start.done
    assert (start.x == 0.5).all()
    # Every difference is tried, with the coarse residuals and with the fine ones.
    assert n_slopes == 2 * len(DIFFERENCES)
    assert len(problem.told) == 1 + 2 * n_slopes


def test_noise_that_no_slope_describes_ends_it():
    """Residuals with steps: larger differences look across them."""
    target = np.array([0.45, 0.55, 0.6])
    straight = linear(target)

    def rounded(values):
        return np.rint(straight(values) * 4) / 4

    problem = LeastSquares(plain(3), rounded)
    start, _ = polished(problem, np.full(3, 0.5))
    assert start.done
    assert problem.cost(unit_of(problem, start)) < 1e-3 * problem.cost(np.full(3, 0.5))


def test_through_a_store_it_is_the_same_to_the_last_bit():
    problem = LeastSquares(plain(5), with_rest(bent(np.full(5, 0.6)), REST))
    one, _ = polished(problem, np.full(5, 0.3))
    other, _ = polished(problem, np.full(5, 0.3), through_store=True)
    assert same(one, other)


def test_a_start_that_is_done_asks_for_nothing():
    problem = LeastSquares(plain(2), linear(np.array([0.5, 0.5])))
    start, _ = polished(problem, np.full(2, 0.4))
    local = LocalSearch(problem.space, problem.merits)
    assert start.done
    assert local.n_asked(start) == len(local.ask(start)) == 0
    empty = np.empty((0, 2))
    assert local.tell(start, empty, np.empty((0, 1)), np.empty((0, 21))) is start


def test_at_an_upper_bound_it_looks_back():
    problem = LeastSquares(plain(2), linear(np.array([0.5, 0.5])))
    local = LocalSearch(problem.space, problem.merits)
    x = np.array([[1.0, 0.5]])
    scores, residuals = problem.evaluate(x)
    asked = local.ask(local.begin(x[0], scores[0], residuals[0]))
    np.testing.assert_allclose(asked, [[1 - FIRST_DIFFERENCE, 0.5], [1.0, 0.5 + FIRST_DIFFERENCE]])


def test_trials_come_behind_slopes():
    problem = LeastSquares(plain(2), linear(np.array([0.5, 0.5])))
    local = LocalSearch(problem.space, problem.merits)
    x = np.array([[0.3, 0.4]])
    scores, residuals = problem.evaluate(x)
    start = local.begin(x[0], scores[0], residuals[0])
    asked = local.ask(start)
    start = local.tell(start, asked, *problem.evaluate(asked))
    assert start.jacobian.dtype == np.float32
    assert len(local.ask(start)) == local.n_asked(start) == N_TRIAL
