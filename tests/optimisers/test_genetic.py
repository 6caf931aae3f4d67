import logging
import pickle
from dataclasses import dataclass, replace

import numpy as np
import pytest

from optimisers._made import plain
from pyneuronautofit.errors import UsageError
from pyneuronautofit.optimisers import GeneticAlgorithm, SearchSettings, build_strategy
from pyneuronautofit.optimisers.operators.crossover import Crossover
from pyneuronautofit.optimisers.operators.mutation import AdaptiveMutation
from pyneuronautofit.optimisers.weighting import Weights
from pyneuronautofit.optimisers.weightings.krayzman import (
    AdaptationRule,
    KrayzmanWeights,
    first_weights,
)
from pyneuronautofit.optimisers.weightings.max_scaled import MaxScaled
from pyneuronautofit.optimisers.weightings.positive import PositiveCorrelations


@dataclass(frozen=True)
class Turning:
    """Counts the first component only; after an update the second, then the first again, ..."""

    turns: bool = True

    def first(self, _vectors):
        return Weights(np.array([1.0, 0.0]), np.array([True, True]))

    def update(self, _vectors, weights, _rng):
        return (Weights(weights.values[::-1], weights.active) if self.turns else weights), None


def _strategy(size=8, elites=2, update=0.0, dynamic=False, weighting=None):
    weighting = Turning() if weighting is None else weighting
    mutation = AdaptiveMutation()
    return GeneticAlgorithm(
        plain(2), size, elites, update, dynamic, weighting, Crossover(), mutation
    )


def _score(x):
    return np.stack([x[:, 0], 1.0 - x[:, 0] + 0.1 * x[:, 1]], axis=1)


def _generation(strategy, state, score=_score):
    x, state = strategy.ask(state)
    return x, strategy.tell(state, x, score(x))


def _rows(x):
    return {tuple(row) for row in x.tolist()}


def test_the_elites_survive_and_the_children_replace_the_others():
    strategy = _strategy(update=100.0)
    x, state = _generation(strategy, strategy.init(0))
    assert len(x) == strategy.batch_size(0) == 8
    for generation in range(1, 6):
        before = strategy.population(state)
        assert (np.diff(before.scores[:, 0]) >= 0).all()
        x, state = _generation(strategy, state)
        assert len(x) == strategy.batch_size(generation) == 6
        assert _rows(strategy.population(state).x) == _rows(before.x[:2]) | _rows(x)


def test_new_weights_order_every_kept_individual_anew():
    strategy = _strategy()
    _, state = _generation(strategy, strategy.init(0))
    for generation in range(1, 6):
        before = strategy.population(state)
        _, state = _generation(strategy, state)
        population = strategy.population(state)
        counted = generation % 2
        assert (np.diff(population.scores[:, counted]) >= 0).all()
        assert _rows(before.x[:2]) <= _rows(population.x), "elites are the best of the old weights"
        np.testing.assert_array_equal(
            strategy.scalars(state, population.scores), population.scores[:, counted]
        )


def test_dynamic_elites_pause_where_weights_have_just_changed():
    """An update every second generation: P - E children, then P, and so on."""
    strategy = _strategy(update=6.0, dynamic=True)
    assert strategy.update_interval(2) == 2
    _, state = _generation(strategy, strategy.init(0))
    assert not state.changed, "the first weights replace none"
    for generation in range(1, 9):
        before, changed = strategy.population(state), state.changed
        x, state = _generation(strategy, state)
        assert changed == (generation > 1 and generation % 2 == 1)
        assert len(x) == (8 if changed else 6)
        assert strategy.batch_size(generation) == 8
        kept = _rows(before.x) & _rows(strategy.population(state).x)
        assert len(kept) == (0 if changed else 2)


def test_an_update_that_changes_nothing_lets_dynamic_elites_live():
    strategy = _strategy(dynamic=True, weighting=Turning(turns=False))
    _, state = _generation(strategy, strategy.init(0))
    for _ in range(3):
        x, state = _generation(strategy, state)
        assert len(x) == 6
        assert not state.changed


@pytest.mark.parametrize(
    ("update", "n_score", "size", "elites", "interval"),
    [
        (0.0, 34, 256, 32, 1),
        (10.0, 34, 256, 32, 2),  # 340/224 = 1.5
        (10.0, 30, 60, 10, 6),
        (1.0, 5, 256, 32, 1),
        (2.5, 17, 12, 2, 4),  # 4.25
    ],
)
def test_the_update_interval(update, n_score, size, elites, interval):
    assert _strategy(size, elites, update).update_interval(n_score) == interval


@pytest.mark.parametrize(("update", "interval"), [(0.0, 1), (6.0, 2), (9.0, 3)])
def test_updates_come_at_their_interval_over_all_vectors_since_the_last_one(update, interval):
    strategy = _strategy(update=update, weighting=KrayzmanWeights(AdaptationRule()))
    assert strategy.update_interval(2) == interval
    told, state = [], strategy.init(0)
    for generation in range(8):
        x, state = _generation(strategy, state)
        told.append(_score(x))
        due = generation > 0 and generation % interval == 0
        trace = strategy.adaptation(state)
        assert (trace is not None) == due
        if due:
            assert trace.generation == generation
            assert trace.n_vector == sum(map(len, told))
            assert trace.after is state.weights
            assert len(state.gathered) == 0
            told.clear()
        else:
            np.testing.assert_array_equal(state.gathered, np.concatenate(told))


def test_the_first_weights_are_made_of_the_first_population_without_steps():
    strategy = _strategy(weighting=KrayzmanWeights(AdaptationRule()))
    x, state = _generation(strategy, strategy.init(0))
    expected = first_weights(_score(x), AdaptationRule())
    np.testing.assert_array_equal(state.weights.values, expected.values)
    assert strategy.adaptation(state) is None


def test_weights_wait_for_the_first_finite_vectors():
    weighting = KrayzmanWeights(AdaptationRule())
    strategy = _strategy(update=100.0, weighting=weighting)
    _, state = _generation(strategy, strategy.init(0), lambda x: np.full((len(x), 2), np.nan))
    assert not state.weights.active.any()
    x, state = _generation(strategy, state)
    expected = weighting.first(_score(x))
    np.testing.assert_array_equal(state.weights.values, expected.values)
    assert state.weights.active.all()


def test_failed_candidates_come_last_and_count_a_thousand_times_the_largest_component():
    strategy = _strategy(size=4, elites=1, update=100.0)
    x = np.arange(8.0).reshape(4, 2) / 8
    scores = np.array([[np.nan, 7.0], [5000.0, 1.0], [np.inf, np.inf], [3.0, 0.5]])
    state = strategy.tell(strategy.ask(strategy.init(0))[1], x, scores)
    assert strategy.population(state).x.tolist() == x[[3, 1, 0, 2]].tolist()
    assert strategy.scalars(state, scores).tolist() == [5e6, 5000.0, 5e6, 3.0]


def test_the_penalty_is_at_least_a_thousand_and_never_shrinks():
    strategy = _strategy(size=2, elites=0)
    state, failed = strategy.init(0), np.full((1, 2), np.nan)
    for scale, penalty in ((0.1, 1e3), (9.0, 9e3), (0.1, 9e3)):
        x, state = strategy.ask(state)
        state = strategy.tell(state, x, np.full((2, 2), scale))
        assert strategy.scalars(state, failed).tolist() == [penalty]


def test_scalars_too_large_for_a_number_rank_before_failed_ones():
    strategy = _strategy(size=3, elites=0, update=100.0, weighting=MaxScaled())
    x = np.array([[0.1, 0.1], [0.2, 0.2], [0.3, 0.3]])
    _, state = _generation(strategy, strategy.init(0), lambda x: np.full((len(x), 2), 1e-6))
    state = strategy.tell(state, x, np.array([[np.nan] * 2, [1.7e308] * 2, [1.0, 1.0]]))
    assert strategy.population(state).x.tolist() == x[[2, 1, 0]].tolist()


def test_equals_keep_their_order():
    strategy = _strategy(size=4, elites=2, update=100.0)
    x = np.arange(8.0).reshape(4, 2) / 8
    state = strategy.tell(strategy.init(0), x, np.ones((4, 2)))
    assert strategy.population(state).x.tolist() == x.tolist()
    children = x[:2] + 0.01
    state = strategy.tell(state, children, np.ones((2, 2)))
    assert strategy.population(state).x.tolist() == [*x[:2].tolist(), *children.tolist()]


@pytest.mark.parametrize("n_given", [1, 3, 11])
def test_an_initial_population_of_another_size(n_given):
    strategy = _strategy(size=8, elites=4)
    x = np.random.default_rng(0).random((n_given, 2))
    state = strategy.tell(strategy.init(0), x, _score(x))
    assert len(strategy.population(state)) == min(n_given, 8)
    children, state = _generation(strategy, state)
    assert len(children) == 8 - min(n_given, 4)
    assert len(strategy.population(state)) == 8


@pytest.mark.parametrize("letter", "KMP")
def test_every_option_continues_bit_for_bit(letter):
    settings = SearchSettings(
        population_size=12, elites=3, update=0.5, krayzman_threshold=0.8, norm_space=True,
        hold_normalization=True, weight_bound=4.0, inject_elites=True,
    )  # fmt: skip

    def _run(state, n_generation):
        asked = []
        for _ in range(n_generation):
            x, state = _generation(build_strategy(letter, plain(2), settings), state)
            asked.append(x)
        return asked, state

    begin = build_strategy(letter, plain(2), settings).init(5)
    whole, end = _run(begin, 9)
    for pause in (1, 4, 5):
        first, state = _run(begin, pause)
        rest, resumed = _run(pickle.loads(pickle.dumps(state)), 9 - pause)
        assert [x.tolist() for x in first + rest] == [x.tolist() for x in whole]
        assert resumed.generator == end.generator
        assert resumed.weights.values.tolist() == end.weights.values.tolist()


def test_a_goal_that_is_missed_is_logged(caplog):
    strategy = _strategy(weighting=KrayzmanWeights(AdaptationRule(krayzman_threshold=0.9)))

    def score(x):
        return np.stack([x[:, 0], 1.0 - x[:, 0]], axis=1)

    with caplog.at_level(logging.INFO):
        _, state = _generation(strategy, strategy.init(0), score)
        assert not caplog.records
        _, state = _generation(strategy, state, score)
    assert not strategy.adaptation(state).reached
    assert "generation 1: the weights miss their goal after 2000 steps" in caplog.text


@pytest.mark.parametrize("letter", "KMP")
class TestSettings:
    @pytest.mark.parametrize(("size", "elites"), [(2, 0), (8, 1), (100, 12), (256, 32), (4096, 32)])
    def test_elites_by_default(self, letter, size, elites):
        assert (
            build_strategy(letter, plain(2), SearchSettings(population_size=size)).elites == elites
        )

    @pytest.mark.parametrize("elites", [8, 9, -1])
    def test_elites_that_leave_no_children(self, letter, elites):
        with pytest.raises(UsageError, match=f"-E {elites}: expected 0 to 7 .* of -P 8"):
            build_strategy(letter, plain(2), SearchSettings(population_size=8, elites=elites))

    def test_everything_reaches_the_strategy(self, letter):
        settings = SearchSettings(
            population_size=10, mutation_rate=0.3, mutation_slope=-1.0, refine=0.5, elites=4,
            update=2.5, krayzman_threshold=0.2, norm_space=True, hold_normalization=True,
            weight_bound=7.0, inject_elites=True,
        )  # fmt: skip
        strategy = build_strategy(letter, plain(2), settings).lasting(10, 1000)
        rule = AdaptationRule(
            krayzman_threshold=0.2, norm_space=True, hold_normalization=True, weight_bound=7.0
        )
        above_zero = replace(rule, krayzman_threshold=np.nextafter(0.0, 1.0))
        weightings = {
            "K": KrayzmanWeights(rule), "P": PositiveCorrelations(above_zero), "M": MaxScaled()
        }  # fmt: skip
        assert (strategy.population_size, strategy.elites, strategy.update) == (10, 4, 2.5)
        assert strategy.inject_elites
        assert strategy.weighting == weightings[letter]
        assert strategy.mutation == AdaptiveMutation(
            mutation_rate=0.3, mutation_slope=-1.0, refine=0.5, refined_after=5
        )


@pytest.mark.parametrize("letter", "KP")
@pytest.mark.parametrize("bound", [0.5, -1.0, float("nan")])
def test_a_bound_below_1_bounds_nothing(letter, bound):
    with pytest.raises(UsageError, match=f"-b {bound:g}: expected X of 1 or more"):
        build_strategy(letter, plain(2), SearchSettings(population_size=8, weight_bound=bound))


def test_nsga2_has_no_elites_no_scalars_and_no_weights():
    strategy = build_strategy("N", plain(2), SearchSettings(population_size=8, elites=99))
    _, state = _generation(strategy, strategy.init(0))
    assert strategy.batch_size(0) == strategy.batch_size(5) == 8
    assert strategy.scalars(state, np.ones((3, 2))) is None
    assert strategy.adaptation(state) is None


@pytest.mark.parametrize("options", [{}, {"update": 0.0, "elites": 6}, {"inject_elites": True}])
@pytest.mark.parametrize("letter", "KMP")
def test_components_of_all_sizes_are_minimised_better_than_by_chance(letter, options):
    """Ten squares in units a million apart: by the median over seeds, and relative to chance."""
    space, sizes = plain(5), 10.0 ** np.arange(-3, 7)
    targets = np.random.default_rng(1).random((10, 5)) * 0.2 + 0.4

    def score(x):
        return ((x[:, None] - targets) ** 2).mean(axis=2) * sizes

    found, by_chance = [], []
    for seed in range(5):
        strategy = build_strategy(letter, space, SearchSettings(population_size=32, **options))
        state, n_evaluation = strategy.init(seed), 0
        for _ in range(20):
            x, state = _generation(strategy, state, score)
            n_evaluation += len(x)
        found.append((strategy.population(state).scores / sizes).sum(axis=1).min())
        chance = score(space.sample(np.random.default_rng(seed), n_evaluation)) / sizes
        by_chance.append(chance.sum(axis=1).min())
    assert np.median(found) < np.median(by_chance)
