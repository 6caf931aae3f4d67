import moocore
import numpy as np
import pytest

from optimisers._made import plain, zdt1
from pyneuronautofit.errors import UsageError
from pyneuronautofit.optimisers import (
    NSGA2,
    Merits,
    ResidualRows,
    SearchSettings,
    build_strategy,
)
from pyneuronautofit.optimisers.dominance import non_dominated
from pyneuronautofit.optimisers.operators.crossover import Crossover
from pyneuronautofit.optimisers.operators.mutation import AdaptiveMutation

CORNER = np.array([1.1, 7.0])


def _strategy(space, size):
    return NSGA2(space, size, Crossover(), AdaptiveMutation())


def _told(strategy, x, scores, seed=0):
    state = strategy.init(seed)
    for generation in range(len(x)):
        state = strategy.tell(state, np.array(x[generation]), np.array(scores[generation]))
    return state


def _volume(scores):
    return moocore.hypervolume(scores[non_dominated(scores)], ref=CORNER)


def _searched(seed, n_generation=20, size=24):
    strategy = build_strategy("N", plain(6), SearchSettings(population_size=size))
    state = strategy.init(seed)
    for _ in range(n_generation):
        x, state = strategy.ask(state)
        state = strategy.tell(state, x, zdt1(x))
    return _volume(strategy.population(state).scores)


def _random(seed, n_generation=20, size=24):
    return _volume(zdt1(np.random.default_rng(seed).random((n_generation * size, 6))))


def test_finds_a_known_front_better_than_chance():
    searched = np.median([_searched(seed) for seed in range(5)])
    by_chance = np.median([_random(seed) for seed in range(5)])
    # The front itself covers 7 * 1.1 minus the area below 1 - sqrt(f1), which is 1/3.
    best = 7.0 * 1.1 - 1 / 3
    assert by_chance < searched < best
    assert best - searched < 0.7 * (best - by_chance)


def test_survivors_are_the_better_fronts_and_then_the_less_crowded():
    strategy = _strategy(plain(1), 4)
    scores = [
        # a front of six, crowded around (2, 8); and one candidate that is dominated
        [[0, 10], [1.9, 8.2], [2, 8], [2.1, 7.9]],
        [[6, 4], [10, 0], [11, 11]],
    ]
    state = _told(strategy, [[[0.1], [0.2], [0.3], [0.4]], [[0.5], [0.6], [0.7]]], scores)
    assert set(strategy.population(state).x.ravel()) == {0.1, 0.4, 0.5, 0.6}
    assert state.generation == 2


def test_the_population_is_best_first():
    strategy = _strategy(plain(1), 3)
    state = _told(strategy, [[[0.1], [0.2], [0.3]]], [[[5, 5], [np.nan, np.nan], [1, 1]]])
    assert strategy.population(state).x.ravel().tolist() == [0.3, 0.1, 0.2]


def test_offspring_come_from_the_better_parents():
    """Without mutation every child lies between parents; the failed one is never chosen."""
    space = plain(1)
    strategy = NSGA2(
        space, 4, Crossover(), AdaptiveMutation(mutation_rate=0.0, mutation_slope=-1.0)
    )
    state = _told(strategy, [[[0.1], [0.2], [0.3], [0.9]]], [[[1.0], [2.0], [3.0], [np.nan]]])
    for _ in range(20):
        x, state = strategy.ask(state)
        assert (x >= 0.1 - 1e-12).all()
        assert (x <= 0.3 + 1e-12).all()


def test_age_decides_between_equals():
    strategy = _strategy(plain(1), 2)
    state = _told(strategy, [[[0.1], [0.2]], [[0.3], [0.4]]], [[[1.0], [1.0]], [[1.0], [1.0]]])
    assert strategy.population(state).x.ravel().tolist() == [0.1, 0.2]


@pytest.mark.parametrize("n_given", [1, 3, 9])
def test_an_initial_population_of_another_size(n_given):
    strategy = _strategy(plain(2), 4)
    x = np.random.default_rng(0).random((n_given, 2))
    state = strategy.tell(strategy.init(0), x, zdt1(x))
    assert len(strategy.population(state)) == min(n_given, 4)
    offspring, state = strategy.ask(state)
    assert offspring.shape == (4, 2)
    state = strategy.tell(state, offspring, zdt1(offspring))
    assert len(strategy.population(state)) == 4


def _merits(*weights):
    """What components count; there are no residuals."""
    none = np.empty(0)
    rows = ResidualRows(none, none, none.astype(int), none.astype(int), 0)
    return Merits(np.array(weights, dtype=float), rows)


def _survivors(scores, **elites):
    """Which of so many candidates live on in a population of three."""
    strategy = NSGA2(plain(1), 3, Crossover(), AdaptiveMutation(), **elites)
    x = np.arange(len(scores))[:, None] / 100
    state = _told(strategy, [x], [scores])
    return (strategy.population(state).x.ravel() * 100).round().astype(int).tolist()


# A front of five; the sums are 10, 10, 8.5, 8.4, 8.6: the best ones are crowded.
CROWDED = [[0, 10], [10, 0], [4, 4.5], [4.1, 4.3], [4.4, 4.2]]


def test_the_best_sums_live_on_however_crowded_they_are():
    assert _survivors(CROWDED)[:2] == [0, 1]
    plain_order = _survivors(CROWDED)
    one = _survivors(CROWDED, elite_sums=1, merits=_merits(1, 1))
    assert 3 in one
    assert {0, 1} < set(one)
    assert set(_survivors(CROWDED, elite_sums=3, merits=_merits(1, 1))) == {2, 3, 4}
    # By the weights it is another one.
    assert 0 in _survivors(CROWDED[::-1], elite_sums=1, merits=_merits(0, 1))
    assert _survivors(CROWDED, elite_sums=0, merits=_merits(1, 1)) == plain_order


def test_the_population_stays_best_first_and_of_its_size():
    dominated = [*CROWDED, [5, 5]]
    kept = _survivors(dominated, elite_sums=1, merits=_merits(0.001, 0.001))
    order = _survivors(dominated)
    assert len(kept) == len(order) == 3
    assert [member for member in order if member in kept] == [m for m in kept if m in order]


def test_failed_candidates_are_no_elites():
    scores = [[np.nan, np.nan], [1, 2], [2, 1], [np.inf, 1]]
    assert set(_survivors(scores, elite_sums=3, merits=_merits(1, 1))[:2]) == {1, 2}


@pytest.mark.parametrize("seed", range(3))
def test_the_least_sum_is_never_lost(seed):
    """In six components everybody is of rank 1, and crowding alone decides."""
    strategy = build_strategy(
        "N",
        plain(4),
        SearchSettings(population_size=8, elite_sums=1),
        make_merits=lambda: _merits(*[1] * 6),
    )
    state, least = strategy.init(seed), np.inf
    for _ in range(15):
        x, state = strategy.ask(state)
        scores = np.abs(x[:, [0, 1, 2, 3, 0, 1]] - np.array([0, 0.2, 0.4, 0.6, 0.8, 1]))
        state = strategy.tell(state, x, scores)
        least = min(least, scores.sum(axis=1).min())
        assert strategy.population(state).scores.sum(axis=1).min() == least


def test_without_elites_nobody_is_asked_what_components_count():
    def fail():
        raise AssertionError

    strategy = build_strategy("N", plain(2), SearchSettings(population_size=8), make_merits=fail)
    assert (strategy.elite_sums, strategy.merits) == (0, None)


def test_more_elites_than_members_are_refused():
    settings = SearchSettings(population_size=8, elite_sums=9)
    with pytest.raises(UsageError, match="--elite-sums 9: the population has 8 members"):
        build_strategy("N", plain(2), settings, make_merits=lambda: _merits(1))
