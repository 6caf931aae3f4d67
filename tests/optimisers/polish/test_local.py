"""The refinement alone: it begins with the models that it is given, and makes them better."""

from __future__ import annotations

import numpy as np
import pytest

from optimisers._made import inside, plain
from pyneuronautofit.errors import UsageError
from pyneuronautofit.optimisers import Merits, ResidualRows, SearchSettings, build_strategy

SPACE = plain(3, -1.0, 2.0)
TRUTH = np.array([0.3, -0.2, 1.1])
NONE = np.full(3, -1)
MERITS = Merits(np.ones(1), ResidualRows(np.ones(3), np.ones(3), NONE, NONE, n_sweep=1))
GIVEN = np.array([[0.0, 0.0, 0.0], [1.5, 1.0, -0.5], [0.0, 0.0, 0.0], [1.9, np.nan, 0.2]])


def local(given=GIVEN, evaluations=300):
    made = build_strategy("L", SPACE, SearchSettings(), initial=given, make_merits=lambda: MERITS)
    return made.lasting(0, evaluations)


def missed(x):
    """A little more than a distance, so that one step does not do; and no spikes."""
    away = x - TRUTH
    return np.pad(20.0 * (away + 0.3 * away**3), [(0, 0), (0, 1)])


def told(strategy, state, x):
    residuals = missed(x)
    return strategy.tell(state, x, (residuals**2).sum(axis=1, keepdims=True), residuals)


def run(strategy, state):
    asked = []
    while True:
        x, begun = strategy.ask(state)
        if not len(x):
            return asked, state
        asked.append(x)
        state = told(strategy, begun, x)


def test_models_to_begin_with_are_needed():
    for nothing in (None, np.empty((0, 3))):
        with pytest.raises(UsageError, match=r"-A Local: expected models to begin with.*-I"):
            local(nothing)


def test_it_begins_with_each_of_them_once():
    strategy = local()
    x, _state = strategy.ask(strategy.init(1))
    assert len(x) == strategy.population_size == strategy.batch_size(0) == 3
    np.testing.assert_array_equal(x[:2], GIVEN[:2])
    # What is not known of a model is drawn, and what is beyond a bound is on it.
    np.testing.assert_array_equal(x[2, ::2], GIVEN[3, ::2])
    assert inside(SPACE, x)
    assert not len(strategy.population(strategy.init(1)))
    beyond = local(np.array([[9.0, 0.0, 0.0]]))
    np.testing.assert_array_equal(beyond.ask(beyond.init(1))[0], [[2.0, 0.0, 0.0]])


def test_it_makes_them_better_within_its_evaluations():
    asked, state = run(local(), local().init(1))
    assert sum(map(len, asked)) <= 300
    assert all(inside(SPACE, x) for x in asked)
    assert max(map(len, asked)) <= local().batch_size(1)
    best = local().population(state).x[0]
    assert np.abs(best - TRUTH).max() < 1e-3
    assert local().scalars(state, np.array([[4.0]])) == [4.0]
    assert local().adaptation(state) is None


def test_more_evaluations_go_on_where_fewer_have_ended():
    some, state = run(local(evaluations=150), local().init(1))
    more, _state = run(local(), state)
    whole, _state = run(local(), local().init(1))
    assert len(some) < len(whole)
    for one, other in zip([*some, *more], whole, strict=True):
        np.testing.assert_array_equal(one, other)


def test_it_needs_residuals():
    strategy = local()
    x, state = strategy.ask(strategy.init(1))
    with pytest.raises(ValueError, match="has to be told residuals"):
        strategy.tell(state, x, np.zeros((len(x), 1)))


def test_it_polishes_by_itself():
    with pytest.raises(UsageError, match=r"--polish 0.5: Local polishes by itself"):
        build_strategy(
            "L", SPACE, SearchSettings(polish=0.5), initial=GIVEN, make_merits=lambda: MERITS
        )
