"""What every search algorithm promises, run over the table: a new one is tested by being in it."""

import copy
from dataclasses import replace

import numpy as np
import pytest

from optimisers._made import (
    MIXED,
    inside,
    made_merits,
    made_residuals,
    plain,
    same,
    stored,
)
from pyneuronautofit.errors import UsageError
from pyneuronautofit.optimisers import ALGORITHMS, SearchSettings, build_strategy

pytestmark = pytest.mark.parametrize("letter", sorted(ALGORITHMS))

ONE = plain(1)
#: Those whose members need several others.
LEAST = {"A": 4, "C": 4, "D": 4}
#: Those that begin with given models. Their population is whatever distinct models they met.
BEGINS_WITH = "L"
#: Of so many evaluations per member, a search that does several things does the first one for long.
LONG = 100


def _score(x):
    """Three components that a candidate decides alone; the least of them is 0."""
    low, high = -6.0, 9.0
    scaled = (x - low) / (high - low)
    return np.stack(
        [(scaled**2).mean(axis=1), ((scaled - 1) ** 2).mean(axis=1), scaled[:, 0]], axis=1
    )


def _most_members(letter, size=12):
    return np.inf if letter in BEGINS_WITH else size


def _residuals(x, scores):
    return made_residuals(20.0 * (x - 0.3), failed=~np.isfinite(scores).all(axis=1))


def _strategy(letter, space=MIXED, size=12, n_score=3, n_evaluation=None):
    settings = SearchSettings(population_size=size)
    merits = made_merits(n_score, len(space))
    initial = None
    if letter in BEGINS_WITH:
        initial = space.to_model(space.sample(np.random.default_rng(size), size)).values
        initial[-1, 0] = np.nan  # What is not known is drawn.
    strategy = build_strategy(letter, space, settings, initial=initial, make_merits=lambda: merits)
    n_evaluation = n_evaluation or LONG * size
    return strategy.lasting(n_evaluation // size, n_evaluation)


def _tell(strategy, state, x, scores):
    if strategy.needs_residuals:
        return strategy.tell(state, x, scores, _residuals(x, scores))
    return strategy.tell(state, x, scores)


def _run(strategy, n_generation, state, score=_score):
    asked = []
    for _ in range(n_generation):
        x, state = strategy.ask(state)
        asked.append(x)
        state = _tell(strategy, state, x, score(x))
    return asked, state


@pytest.mark.parametrize("size", [2, 3, 4, 12, 25])
@pytest.mark.parametrize("space", [MIXED, ONE], ids=["mixed", "one parameter"])
def test_candidates_are_in_the_space(letter, size, space):
    if size < LEAST.get(letter, 2):
        with pytest.raises(UsageError, match=f"-P {size}: .* needs at least {LEAST[letter]} mem"):
            _strategy(letter, space, size)
        return
    strategy = _strategy(letter, space, size)
    assert strategy.population_size == size
    asked, state = _run(strategy, 6, strategy.init(1))
    for generation, x in enumerate(asked):
        most = strategy.batch_size(generation)
        assert 0 < len(x) <= most if strategy.counts_evaluations else len(x) == most
        assert x.shape[1] == len(space)
        assert inside(space, x)
    assert len(asked[0]) == size
    assert 0 < len(strategy.population(state)) <= _most_members(letter, size)
    assert inside(space, strategy.population(state).x)


def test_all_generations_but_the_first_have_the_same_number(letter):
    strategy = _strategy(letter)
    assert len({strategy.batch_size(generation) for generation in range(1, 50)}) == 1


def test_how_long_a_search_is_going_to_be_changes_no_state(letter):
    strategy = _strategy(letter)
    told, expected = strategy.lasting(40, 480), strategy.init(3)
    if letter == "A":  # It remembers when its first search is over.
        expected = replace(expected, until=told.n_first)
    assert same(told.init(3), expected)
    assert strategy.lasting(40, 480).batch_size(7) == strategy.batch_size(7)
    assert strategy.lasting(40, 480).lasting(9, 120) == strategy.lasting(9, 120)


def test_those_that_count_use_no_more_than_there_is(letter):
    strategy = _strategy(letter, n_evaluation=137)
    if not strategy.counts_evaluations:
        return
    state, n = strategy.init(1), 0
    for _ in range(200):
        x, state = strategy.ask(state)
        if not len(x):
            break
        n += len(x)
        state = _tell(strategy, state, x, _score(x))
    assert not len(x)
    assert n <= 137
    # It stays so.
    assert not len(strategy.ask(state)[0])


def test_before_the_first_generation_there_is_nobody(letter):
    strategy = _strategy(letter)
    assert len(strategy.population(strategy.init(0))) == 0


def test_what_comes_next_is_said_in_few_words(letter):
    strategy = _strategy(letter)
    _, state = _run(strategy, 2, strategy.init(0))
    for each in (strategy.init(0), state):
        assert len(strategy.phase(each)) < 40


def test_inputs_are_never_modified(letter):
    strategy = _strategy(letter)
    state = strategy.init(1)
    for _ in range(4):
        before = copy.deepcopy(state)
        x, asked = strategy.ask(state)
        assert same(state, before)
        scores = _score(x)
        scores[3] = np.nan
        residuals = _residuals(x, scores)
        given = copy.deepcopy((asked, x, scores, residuals))
        state = strategy.tell(asked, x, scores, residuals)
        assert same((asked, x, scores, residuals), given)


def test_a_state_keeps_nothing_of_the_callers_arrays(letter):
    strategy = _strategy(letter)
    _, state = _run(strategy, 2, strategy.init(1))
    x, asked = strategy.ask(state)
    scores = _score(x)
    residuals = _residuals(x, scores)
    told = strategy.tell(asked, x, scores, residuals)
    before = copy.deepcopy(told)
    x[:] = 0.0
    scores[:] = 0.0
    residuals[:] = 0.0
    assert same(told, before)


def test_the_same_seed_gives_the_same_search(letter):
    strategy = _strategy(letter)
    one, first = _run(strategy, 5, strategy.init(3))
    other, second = _run(strategy, 5, strategy.init(3))
    assert same(one, other)
    assert same(first, second)
    assert not same(one, _run(strategy, 5, strategy.init(4))[0])


def test_the_global_generator_has_no_say(letter):
    strategy = _strategy(letter)
    one, _ = _run(strategy, 3, strategy.init(3))
    np.random.seed(1)  # noqa: NPY002
    other, _ = _run(strategy, 3, strategy.init(3))
    assert same(one, other)


def test_asking_twice_gives_the_same(letter):
    strategy = _strategy(letter)
    _, state = _run(strategy, 2, strategy.init(3))
    assert same(strategy.ask(state), strategy.ask(state))


@pytest.mark.parametrize("pause", [0, 1, 3])
def test_a_stored_state_continues_as_if_nothing_had_happened(letter, pause):
    strategy = _strategy(letter)
    whole, end = _run(strategy, 6, strategy.init(9))
    begin, state = _run(strategy, pause, strategy.init(9))
    rest, resumed = _run(_strategy(letter), 6 - pause, stored(state))
    assert same(begin + rest, whole)
    assert same(resumed, end)


@pytest.mark.parametrize("n_before", [0, 2])
def test_a_state_between_ask_and_tell_continues_too(letter, n_before):
    strategy = _strategy(letter)
    _, state = _run(strategy, n_before, strategy.init(9))
    x, asked = strategy.ask(state)
    expected = _tell(strategy, asked, x, _score(x))
    assert same(_tell(strategy, stored(asked), x, _score(x)), expected)


def test_the_population_was_told(letter):
    strategy = _strategy(letter)
    asked, state = _run(strategy, 5, strategy.init(2))
    population = strategy.population(state)
    known = {tuple(row) for x in asked for row in x.tolist()}
    assert {tuple(row) for row in population.x.tolist()} <= known
    np.testing.assert_array_equal(population.scores, _score(population.x))


def test_failed_candidates_give_way_to_finite_ones(letter):
    strategy = _strategy(letter)
    rng = np.random.default_rng(0)

    def score(x):
        scores = _score(x)
        scores[rng.random(len(x)) < 0.4] = np.nan
        return scores

    n_finite, state = 0, strategy.init(5)
    for _ in range(6):
        x, state = strategy.ask(state)
        scores = score(x)
        n_finite += np.isfinite(scores).all(axis=1).sum()
        state = _tell(strategy, state, x, scores)
        population = strategy.population(state)
        assert 8 <= len(population) <= _most_members(letter)
    assert n_finite >= 12
    assert population.finite.any()
    if letter in "NC":  # elitist: whoever succeeded stays before whoever failed
        assert population.finite.all()


def test_a_generation_of_failures_is_survived(letter):
    strategy = _strategy(letter)
    _, state = _run(strategy, 2, strategy.init(5), lambda x: np.full((len(x), 3), np.nan))
    # Distinct models are those that could be simulated; a population has its members anyway.
    assert 0 < len(strategy.population(state)) <= 12 or letter in BEGINS_WITH
    asked, state = _run(strategy, 3, state)
    assert all(inside(MIXED, x) for x in asked)
    assert strategy.population(state).finite.any()


@pytest.mark.parametrize("n_score", [1, 2, 300])
def test_any_number_of_components(letter, n_score):
    strategy = _strategy(letter, n_score=n_score)

    def score(x):
        return np.tile(_score(x), (1, 100))[:, :n_score]

    asked, state = _run(strategy, 4, strategy.init(5), score)
    assert all(inside(MIXED, x) for x in asked)
    scores = strategy.population(state).scores
    assert 8 <= len(scores) <= _most_members(letter)
    assert scores.shape[1] == n_score


def test_equal_scores_are_no_trouble(letter):
    strategy = _strategy(letter, n_score=2)
    asked, state = _run(strategy, 4, strategy.init(5), lambda x: np.ones((len(x), 2)))
    assert all(inside(MIXED, x) for x in asked)
    assert 8 <= len(strategy.population(state)) <= _most_members(letter)


def test_it_searches(letter):
    """The best of the last population beats the best of as many random candidates."""
    space = plain(6)

    def score(x):
        squares = (x - 0.3) ** 2
        return np.stack([squares[:, :3].sum(axis=1), squares[:, 3:].sum(axis=1)], axis=1)

    found, by_chance = [], []
    for seed in range(5):
        strategy = _strategy(letter, space, 24, n_score=2, n_evaluation=600)
        state = strategy.init(seed)
        for _ in range(25):
            x, state = strategy.ask(state)
            if len(x):
                state = _tell(strategy, state, x, score(x))
        found.append(strategy.population(state).scores.sum(axis=1).min())
        by_chance.append(score(space.sample(np.random.default_rng(seed), 600)).sum(axis=1).min())
    assert np.median(found) < np.median(by_chance)
