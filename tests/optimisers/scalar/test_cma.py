"""CMA-ES: on functions whose least is known, beside the library on its own, and stored."""

from __future__ import annotations

import json
import math
from dataclasses import replace

import numpy as np
import pytest
from cmaes import CMA

from optimisers._made import MIXED, inside, made_residuals, plain, same, stored
from optimisers._problems import FUNCTIONS, MERITS, values_told
from pyneuronautofit.optimisers.scalar import cma
from pyneuronautofit.optimisers.scalar.cma import Cma
from pyneuronautofit.space import ParameterSpace


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize(("name", "n_evaluation"), [("ellipsoid", 3300), ("Rosenbrock", 3300)])
def test_it_finds_the_least(name, n_evaluation, seed):
    function, space = FUNCTIONS[name]
    found = values_told(Cma(space, MERITS, 24, 24), function, seed, n_evaluation)
    assert n_evaluation - 24 < len(found) <= n_evaluation
    assert found.min() < 1e-6


@pytest.mark.parametrize("name", FUNCTIONS)
def test_it_is_not_worse_than_the_library(name):
    """To where the least is found it takes no more than a tenth longer."""
    function, space = FUNCTIONS[name]
    ours, theirs = [], []
    for seed in range(5):
        found = values_told(Cma(space, MERITS, 24, 24), function, seed, 3300)
        ours.append(first_below(found, 1e-6))
        theirs.append(first_below(of_the_library(function, space, seed, 3300), 1e-6))
    assert np.median(ours) <= 1.1 * np.median(theirs)


def first_below(values, level):
    return int(np.argmax(values < level)) if (values < level).any() else math.inf


def of_the_library(function, space, seed, n_evaluation):
    low, high = (side[0] for side in space.bounds(space.sample(np.random.default_rng(0), 1)))
    mean = np.random.default_rng(seed).uniform(low, high)
    search = CMA(
        mean, (high[0] - low[0]) / 5, np.stack([low, high], 1), seed=seed, population_size=24
    )
    found = []
    for _ in range(n_evaluation // 24):
        x = np.stack([search.ask() for _ in range(24)])
        found.extend(function(x).tolist())
        search.tell(list(zip(x, found[-24:], strict=True)))
    return np.array(found)


def told(strategy, state, function, n=1):
    for _ in range(n):
        x, state = strategy.ask(state)
        residuals = made_residuals(np.empty((len(x), 0)))
        state = strategy.tell(state, x, function(x)[:, None], residuals)
    return state


def sizes_of(strategy, function, seed, n_evaluation):
    """How many candidates the generations have."""
    strategy, sizes = strategy.lasting(0, n_evaluation), []
    state = strategy.init(seed)
    while True:
        x, state = strategy.ask(state)
        if not len(x):
            return sizes, state
        sizes.append(len(x))
        state = strategy.tell(state, x, function(x)[:, None], made_residuals(x[:, :0]))


def test_where_it_has_converged_it_begins_anew_with_twice_the_population():
    strategy = Cma(plain(3), MERITS, 8, 8)
    sizes, state = sizes_of(strategy, lambda x: ((x - 0.3) ** 2).sum(axis=1), 1, 4000)
    assert sorted(set(sizes)) == [8 * 2**k for k in range(len(set(sizes)))]
    assert sizes == sorted(sizes)
    assert len(set(sizes)) >= 2
    assert strategy.phase(state) == f"restart {state.n_again}, {8 * 2**state.n_again} at once"
    # A whole generation did not fit any more.
    assert 4000 - 8 * 2**state.n_again < sum(sizes) <= 4000
    assert len(state.members) == 8
    kept = replace(strategy, n_kept=24)
    sizes, state = sizes_of(kept, lambda x: ((x - 0.3) ** 2).sum(axis=1), 1, 4000)
    assert len(state.members) == 24
    # So many are drawn to begin with.
    assert sizes[:3] == [24, 8, 8]
    assert [kept.batch_size(k) for k in (0, 1, 2)] == [24, 8, 8]
    assert (np.diff(state.merits) >= 0).all()


def test_it_begins_at_the_best_of_a_population():
    strategy = Cma(plain(3), MERITS, 8, 8000)
    x, asked = strategy.ask(strategy.init(2))
    scores = np.arange(8.0)[::-1, None].copy()
    state = strategy.tell(asked, x, scores, made_residuals(x[:, :0]))
    np.testing.assert_allclose(state.learnt["_mean"], plain(3).to_unit(x)[-1])
    assert set(state.learnt) == {"_mean"}


def test_a_failed_population_is_drawn_again():
    strategy = Cma(plain(3), MERITS, 8, 8000)
    state = told(strategy, strategy.init(2), lambda x: np.full(len(x), np.nan), 3)
    assert state.learnt is None
    x, _ = strategy.ask(state)
    assert len(x) == 8
    assert not state.n_again


def test_failed_candidates_come_last():
    merits = np.array([3.0, np.inf, -1.0, np.inf, 2.0])
    comparable = cma._comparable(merits)
    assert np.isfinite(comparable).all()
    assert np.argsort(comparable, kind="stable").tolist() == [2, 4, 0, 1, 3]
    assert cma._comparable(np.full(3, np.inf)).tolist() == [np.nextafter(0, 1)] * 3


def test_where_many_fail_the_others_decide():
    space = plain(4)

    def half(x):
        value = ((x - 0.4) ** 2).sum(axis=1)
        return np.where(x[:, 0] > 0.45, np.nan, value)

    found = values_told(Cma(space, MERITS, 12, 12), half, 2, 2000)
    assert np.isnan(found).any()
    assert np.nanmin(found) < 1e-6


def test_a_plateau_ends_a_run_without_a_warning():
    sizes, state = sizes_of(Cma(plain(3), MERITS, 6, 6), lambda x: np.ones(len(x)), 1, 3000)
    assert state.n_again >= 1
    assert sizes == sorted(sizes)


def test_numbers_that_are_none_end_a_run(monkeypatch):
    strategy = Cma(plain(3), MERITS, 8, 8000)
    state = told(strategy, strategy.init(2), lambda x: x[:, 0], 2)
    x, asked = strategy.ask(state)
    monkeypatch.setattr(CMA, "tell", lambda search, _told: setattr(search, "_sigma", math.nan))
    after = strategy.tell(asked, x, x[:, :1], made_residuals(x[:, :0]))
    assert (after.learnt, after.n_again) == (None, 1)


@pytest.mark.parametrize("where", [0.0, 1.0])
def test_the_least_may_be_at_a_bound(where):
    space = plain(4)
    found = values_told(
        Cma(space, MERITS, 12, 12), lambda x: ((x - where) ** 2).sum(axis=1), 1, 2500
    )
    assert found.min() < 1e-6


def test_bounds_whole_numbers_and_constants():
    strategy = Cma(MIXED, MERITS, 12, 12)
    target = MIXED.from_unit(np.array([[0.4, 0.95, 0.1, 0.7, 0.5]]))

    def distance(x):
        assert inside(MIXED, x)
        return ((MIXED.to_unit(x) - MIXED.to_unit(target)) ** 2).sum(axis=1)

    assert values_told(strategy, distance, 3, 2000).min() < 1e-5
    # The library knows nothing of constants.
    assert told(strategy.lasting(0, 900), strategy.init(1), distance).asked.shape == (12, 4)


def test_nothing_to_be_searched_is_searched():
    constant = ParameterSpace.from_rows([["a.c", "con", 5.0, 7.0]])
    assert values_told(Cma(constant, MERITS, 6, 6), lambda x: x[:, 0], 0, 60).tolist() == [5.0] * 60


def test_what_lies_beyond_a_bound_is_its_mirror_image():
    strategy = Cma(plain(2), MERITS, 8, 8)
    unit = strategy._unit(np.array([[-0.25, 1.25], [2.25, -1.75], [0.5, 1.0], [-7.25, 9.75]]))
    np.testing.assert_allclose(unit, [[0.25, 0.75], [0.25, 0.25], [0.5, 1.0], [0.75, 0.25]])


def test_every_state_goes_on_from_a_store_to_the_last_bit():
    """Through a restart; the library keeps arrays in other orders of memory, which sums notice."""
    strategy = Cma(plain(5), MERITS, 6, 6).lasting(0, 2000)
    one = other = strategy.init(5)
    while True:
        x, one = strategy.ask(one)
        y, other = strategy.ask(stored(other))
        assert same(x, y)
        if not len(x):
            break
        # Flat in the end, which ends a run.
        scores = np.maximum(((x - 0.3) ** 2).sum(axis=1), 1e-3)[:, None]
        residuals = made_residuals(x[:, :0])
        one = strategy.tell(one, x, scores, residuals)
        other = strategy.tell(stored(other), x, scores, residuals)
        assert same(one, other)
    assert one.n_again >= 1


def test_a_state_is_plain():
    """Numbers, texts, and arrays of numbers: nothing that would have to be executed to be read."""
    strategy = Cma(plain(3), MERITS, 8, 8000)
    state = told(strategy, strategy.init(2), lambda x: x[:, 0], 12)
    _, asked = strategy.ask(state)
    learnt = {**state.learnt, **asked.learnt}
    assert {"_B", "_D"} <= learnt.keys()
    arrays = [value for value in learnt.values() if isinstance(value, np.ndarray)]
    others = {name: v for name, v in learnt.items() if not isinstance(v, np.ndarray)}
    assert all(array.dtype == np.float64 and array.flags.c_contiguous for array in arrays)
    assert json.loads(json.dumps(others)) == others
    json.dumps(state.generator)


def test_a_state_of_another_version_of_the_library_is_refused():
    strategy = Cma(plain(3), MERITS, 8, 8000)
    state = told(strategy, strategy.init(2), lambda x: x[:, 0], 2)
    state.learnt["_unheard_of"] = 1.0
    with pytest.raises(ValueError, match="cmaes does not know _unheard_of: it is another version"):
        strategy.ask(state)


def test_it_has_to_be_told_residuals():
    strategy = Cma(plain(2), MERITS, 8, 80)
    x, state = strategy.ask(strategy.init(0))
    with pytest.raises(ValueError, match="residuals"):
        strategy.tell(state, x, x[:, :1])
