"""L-SHADE on functions whose least is known."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from optimisers._made import MIXED, inside, made_merits, made_residuals, plain
from optimisers._problems import FUNCTIONS, MERITS, values_told
from pyneuronautofit.optimisers.scalar.shade import LEAST, Shade


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize(("name", "n_evaluation"), [("ellipsoid", 5500), ("Rosenbrock", 7000)])
def test_it_finds_the_least(name, n_evaluation, seed):
    function, space = FUNCTIONS[name]
    found = values_told(Shade(space, MERITS, 60, 60), function, seed, n_evaluation)
    assert len(found) == n_evaluation
    assert found.min() < 1e-6


def test_the_population_shrinks_with_the_evaluations():
    space = plain(3)
    strategy = Shade(space, MERITS, 40, 400)
    state, sizes = strategy.init(1), []
    while True:
        x, state = strategy.ask(state)
        if not len(x):
            break
        state = strategy.tell(state, x, x[:, :1], made_residuals(x[:, :0]))
        sizes.append(len(state.members))
        part = state.n_told / 400
        assert len(state.members) == min(round(40 + part * (LEAST - 40)), 40)
        assert len(state.beaten) <= len(state.members)
        assert (np.diff(state.merits) >= 0).all()
    assert sizes == sorted(sizes, reverse=True)
    assert sizes[-1] == LEAST


def test_the_last_generation_is_as_large_as_there_is_room_for():
    strategy = Shade(plain(2), MERITS, 10, 25)
    state, sizes = strategy.init(1), []
    for _ in range(5):
        x, state = strategy.ask(state)
        sizes.append(len(x))
        if len(x):
            state = strategy.tell(state, x, x[:, :1], made_residuals(x[:, :0]))
            assert len(state.members) == min(LEAST, 10)
    assert sum(sizes) == 25
    assert sizes[-1] == 0


def test_a_child_takes_the_place_of_its_parent_alone():
    """Nobody becomes worse, and whoever is as good makes room."""
    space = plain(2)
    strategy = Shade(space, MERITS, 12, 10_000)
    x, state = strategy.ask(strategy.init(3))
    state = strategy.tell(state, x, x[:, :1], made_residuals(x[:, :0]))
    parents = state.members
    x, asked = strategy.ask(state)
    scores = parents.scores.copy()
    scores[::3] -= 0.5
    scores[1::3] += 0.5
    told = strategy.tell(asked, x, scores, made_residuals(x[:, :0]))
    better, worse, equal = (
        {tuple(row) for row in rows.tolist()} for rows in (x[::3], x[1::3], x[2::3])
    )
    members = {tuple(row) for row in told.members.x.tolist()}
    assert better <= members
    assert equal <= members
    assert not worse & members
    assert {tuple(row) for row in parents.x[1::3].tolist()} <= members
    # Those that were beaten are kept, those that were equalled are not.
    assert told.beaten.tolist() == parents.x[::3].tolist()


def test_what_was_successful_is_remembered():
    """Lehmer means with the gains as weights, eq. 8; where nothing was, nothing is."""
    strategy = Shade(plain(2), MERITS, 12, 10_000)
    x, state = strategy.ask(strategy.init(3))
    state = strategy.tell(state, x, x[:, :1], made_residuals(x[:, :0]))
    x, asked = strategy.ask(state)
    residuals = made_residuals(x[:, :0])
    gains = np.zeros(12)
    gains[[2, 5]] = [1.0, 3.0]
    told = strategy.tell(asked, x, state.members.scores - gains[:, None], residuals)
    steps, rates = asked.asked_steps[[2, 5]], asked.asked_rates[[2, 5]]
    weights = np.array([0.25, 0.75])
    assert told.steps[0] == pytest.approx((weights * steps**2).sum() / (weights * steps).sum())
    assert told.rates[0] == pytest.approx((weights * rates**2).sum() / (weights * rates).sum())
    assert told.steps[1:].tolist() == told.rates[1:].tolist() == [0.5] * 5
    assert told.place == 1
    nothing = strategy.tell(asked, x, state.members.scores + 1.0, residuals)
    assert (nothing.steps == state.steps).all()
    assert nothing.place == 0


def test_bounds_whole_numbers_and_constants():
    merits = made_merits(1)
    strategy = Shade(MIXED, merits, 20, 2000)
    target = MIXED.from_unit(np.array([[0.4, 0.95, 0.1, 0.7, 0.5]]))

    def distance(x):
        assert inside(MIXED, x)
        return (np.abs(MIXED.to_unit(x) - MIXED.to_unit(target))).sum(axis=1)

    found = values_told(strategy, distance, 3, 2000)
    assert found.min() < 1e-3


def test_failed_candidates_are_no_parents_of_good_ones():
    """A third of the space fails: the rest is searched as if it were all."""
    space = plain(4)

    def half(x):
        value = ((x - 0.4) ** 2).sum(axis=1)
        return np.where(x[:, 0] > 0.66, np.nan, value)

    found = values_told(Shade(space, MERITS, 30, 30), half, 2, 3000)
    assert np.isnan(found).any()
    assert np.nanmin(found) < 1e-6
    assert np.isfinite(found[-100:]).all()


def test_it_has_to_be_told_residuals():
    strategy = Shade(plain(2), MERITS, 8, 80)
    x, state = strategy.ask(strategy.init(0))
    with pytest.raises(ValueError, match="residuals"):
        strategy.tell(state, x, x[:, :1])


def test_given_candidates_are_the_first():
    given = np.array([[0.25, np.nan], [0.5, 0.75]])
    strategy = Shade(plain(2), MERITS, 8, 80)
    x, _ = replace(strategy, initial=given).ask(strategy.init(0))
    assert x[0, 0] == 0.25
    assert x[1].tolist() == [0.5, 0.75]
    assert len(x) == 8
