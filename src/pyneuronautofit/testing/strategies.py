"""What every search has to do."""

from __future__ import annotations

import copy
import dataclasses
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from pyneuronautofit._types import FloatArray
from pyneuronautofit.optimisers import (
    Merits,
    ResidualRows,
    SearchSettings,
    Strategy,
    algorithm_letter,
    build_strategy,
)
from pyneuronautofit.plugins import active_plugins
from pyneuronautofit.runs.store.encoding import decode, encode, restore
from pyneuronautofit.space import ParameterSpace
from pyneuronautofit.testing.checking import require, run_all

#: Every scale, a bound that depends on another parameter, and bounds in the wrong order.
MIXED = ParameterSpace.from_rows(
    [
        ["a.x", "lin", 2.0, -1.0],
        ["a.y", "lin", "a.x", 3.0],
        ["a.g", "log", 1e-6, 1e-1],
        ["a.n", "int", 1, 9],
        ["a.c", "con", 5.0, 7.0],
    ]
)
_ONE = ParameterSpace.from_rows([["a.x", "lin", 0.0, 1.0]])
_SIZE, _LONG = 12, 100
_SHORT_PHRASE = 40


@dataclass(frozen=True)
class StrategyCase:
    """A search, and what it is tried with.

    Attributes
    ----------
    letter
        As `algorithm_letter` returns it.
    least
        How many members it needs.
    begins_with_models
        Whether it makes models better that it is given: its population is then of any size.
    """

    letter: str
    least: int = 2
    begins_with_models: bool = False

    def strategy(
        self,
        space: ParameterSpace = MIXED,
        size: int = _SIZE,
        n_score: int = 3,
        n_evaluation: int | None = None,
    ) -> Strategy[Any]:
        """Return the strategy for a space."""
        nothing = np.full(len(space), -1)
        ones = np.ones(len(space))
        merits = Merits(np.ones(n_score), ResidualRows(ones, ones, nothing, nothing, n_sweep=1))
        initial = None
        if self.begins_with_models:
            initial = space.to_model(space.sample(np.random.default_rng(size), size)).values
            initial[-1, 0] = np.nan  # What is not known is drawn.
        made = build_strategy(
            self.letter,
            space,
            SearchSettings(population_size=size),
            n_score=n_score,
            initial=initial,
            make_merits=lambda: merits,
        )
        n_evaluation = n_evaluation or _LONG * size
        return made.lasting(n_evaluation // size, n_evaluation)

    def most_members(self, size: int = _SIZE) -> float:
        """Return how many the population may have."""
        return np.inf if self.begins_with_models else size


def candidates_are_in_the_space(case: StrategyCase) -> None:
    """Whatever is proposed lies within the bounds, and is as many as was said."""
    for space in (MIXED, _ONE):
        for size in (case.least, 12, 25):
            strategy = case.strategy(space, size)
            require(strategy.population_size == size, f"-P {size} has {strategy.population_size}")
            asked, state = _run(strategy, 6, strategy.init(1))
            for generation, x in enumerate(asked):
                most = strategy.batch_size(generation)
                right = 0 < len(x) <= most if strategy.counts_evaluations else len(x) == most
                require(right, f"generation {generation} has {len(x)} candidates of {most}")
                require(x.shape[1:] == (len(space),), f"candidates of shape {x.shape}")
                require(inside(space, x), f"generation {generation} leaves the bounds")
            require(len(asked[0]) == size, f"the first generation has {len(asked[0])} of {size}")
            population = strategy.population(state)
            require(0 < len(population) <= case.most_members(size), f"it has {len(population)}")
            require(inside(space, population.x), "the population leaves the bounds")


def all_generations_but_the_first_are_alike(case: StrategyCase) -> None:
    """A generation has as many candidates as any other."""
    sizes = {case.strategy().batch_size(generation) for generation in range(1, 50)}
    require(len(sizes) == 1, f"they have {sorted(sizes)} candidates")


def those_that_count_use_no_more_than_there_is(case: StrategyCase) -> None:
    """Whoever counts evaluations ends when they are used up."""
    strategy = case.strategy(n_evaluation=137)
    if not strategy.counts_evaluations:
        return
    state, n = strategy.init(1), 0
    for _ in range(200):
        x, state = strategy.ask(state)
        if not len(x):
            break
        n += len(x)
        state = _tell(strategy, state, x, made_scores(x))
    require(not len(x), "it goes on and on")
    require(n <= 137, f"it asked for {n} of 137")
    require(not len(strategy.ask(state)[0]), "it asks for more after its end")


def before_the_first_generation_there_is_nobody(case: StrategyCase) -> None:
    """A new search has no population."""
    strategy = case.strategy()
    require(len(strategy.population(strategy.init(0))) == 0, "there is somebody")


def what_comes_next_is_said_in_few_words(case: StrategyCase) -> None:
    """A phase is a short text."""
    strategy = case.strategy()
    _, state = _run(strategy, 2, strategy.init(0))
    for each in (strategy.init(0), state):
        said = strategy.phase(each)
        require(isinstance(said, str) and len(said) < _SHORT_PHRASE, f"it says {said!r}")


def inputs_are_never_modified(case: StrategyCase) -> None:
    """States, candidates and scores stay as they were."""
    strategy = case.strategy()
    state = strategy.init(1)
    for _ in range(4):
        before = copy.deepcopy(state)
        x, asked = strategy.ask(state)
        require(same(state, before), "ask changes the state")
        scores = made_scores(x)
        scores[3:4] = np.nan
        residuals = made_residuals(x, scores)
        given = copy.deepcopy((asked, x, scores, residuals))
        state = strategy.tell(asked, x, scores, residuals)
        require(same((asked, x, scores, residuals), given), "tell changes what it is given")


def a_state_keeps_nothing_of_the_callers_arrays(case: StrategyCase) -> None:
    """What a caller does to its arrays later has no say."""
    strategy = case.strategy()
    _, state = _run(strategy, 2, strategy.init(1))
    x, asked = strategy.ask(state)
    scores = made_scores(x)
    residuals = made_residuals(x, scores)
    told = strategy.tell(asked, x, scores, residuals)
    before = copy.deepcopy(told)
    x[:] = 0.0
    scores[:] = 0.0
    residuals[:] = 0.0
    require(same(told, before), "the state has the caller's own arrays")


def the_same_seed_gives_the_same_search(case: StrategyCase) -> None:
    """A seed decides everything, and numpy's global generator nothing."""
    strategy = case.strategy()
    one, first = _run(strategy, 5, strategy.init(3))
    np.random.seed(1)  # noqa: NPY002 (it is what must not matter)
    other, second = _run(strategy, 5, strategy.init(3))
    require(same(one, other) and same(first, second), "two searches of one seed differ")
    require(not same(one, _run(strategy, 5, strategy.init(4))[0]), "the seed has no say")


def asking_twice_gives_the_same(case: StrategyCase) -> None:
    """Everything that changes is in the state."""
    strategy = case.strategy()
    _, state = _run(strategy, 2, strategy.init(3))
    require(same(strategy.ask(state), strategy.ask(state)), "the second answer is another one")


def a_stored_state_continues(case: StrategyCase) -> None:
    """A search that is taken up from a store goes on as if nothing had happened."""
    strategy = case.strategy()
    whole, end = _run(strategy, 6, strategy.init(9))
    for pause in (0, 1, 3):
        begin, state = _run(strategy, pause, strategy.init(9))
        rest, resumed = _run(case.strategy(), 6 - pause, through_a_store(state))
        require(same(begin + rest, whole), f"taken up after {pause} generations it differs")
        require(same(resumed, end), f"taken up after {pause} generations it ends otherwise")
    x, asked = strategy.ask(_run(strategy, 2, strategy.init(9))[1])
    expected = _tell(strategy, asked, x, made_scores(x))
    found = _tell(strategy, through_a_store(asked), x, made_scores(x))
    require(same(found, expected), "taken up between ask and tell it differs")


def the_population_was_told(case: StrategyCase) -> None:
    """Members of the population have been proposed, and have the scores that were told."""
    strategy = case.strategy()
    asked, state = _run(strategy, 5, strategy.init(2))
    population = strategy.population(state)
    known = {tuple(row) for x in asked for row in x.tolist()}
    require({tuple(row) for row in population.x.tolist()} <= known, "some were never proposed")
    right = np.array_equal(population.scores, made_scores(population.x))
    require(right, "the scores of its members are not those that were told")


def failures_are_survived(case: StrategyCase) -> None:
    """Failed candidates, even a generation of them, end no search; finite ones remain."""
    strategy, rng = case.strategy(), np.random.default_rng(0)
    _, state = _run(strategy, 2, strategy.init(5), lambda x: np.full((len(x), 3), np.nan))

    def some_fail(x: FloatArray) -> FloatArray:
        scores = made_scores(x)
        scores[rng.random(len(x)) < 0.4] = np.nan
        return scores

    asked, state = _run(strategy, 4, state, some_fail)
    require(all(inside(MIXED, x) for x in asked), "candidates leave the bounds")
    population = strategy.population(state)
    require(population.finite.any(), "nobody of the population has finite scores")
    require(len(population) <= case.most_members(), f"it has {len(population)} members")


def any_number_of_components(case: StrategyCase) -> None:
    """One component, two, three hundred; different ones, and equal ones."""
    for n_score in (1, 2, 300):
        for equal in (False, True):

            def score(x: FloatArray, n: int = n_score, equal: bool = equal) -> FloatArray:
                return np.ones((len(x), n)) if equal else np.tile(made_scores(x), (1, 100))[:, :n]

            strategy = case.strategy(n_score=n_score)
            asked, state = _run(strategy, 4, strategy.init(5), score)
            require(all(inside(MIXED, x) for x in asked), f"of {n_score} it leaves the bounds")
            scores = strategy.population(state).scores
            require(scores.shape[1] == n_score, f"of {n_score} components it has {scores.shape}")


def it_searches(case: StrategyCase) -> None:
    """The best of the last population beats the best of as many random candidates."""
    space = ParameterSpace.from_rows([[f"a.p{k}", "lin", 0.0, 1.0] for k in range(6)])

    def score(x: FloatArray) -> FloatArray:
        squares = (x - 0.3) ** 2
        return np.stack([squares[:, :3].sum(axis=1), squares[:, 3:].sum(axis=1)], axis=1)

    found, by_chance = [], []
    for seed in range(5):
        strategy = case.strategy(space, 24, n_score=2, n_evaluation=600)
        state = strategy.init(seed)
        for _ in range(25):
            x, state = strategy.ask(state)
            if len(x):
                state = _tell(strategy, state, x, score(x))
        found.append(strategy.population(state).scores.sum(axis=1).min())
        drawn = space.sample(np.random.default_rng(seed), 600)
        by_chance.append(score(drawn).sum(axis=1).min())
    least, chance = float(np.median(found)), float(np.median(by_chance))
    require(least < chance, f"it finds {least:g}, and chance {chance:g}")


#: All of them.
STRATEGY_CHECKS: tuple[Callable[[StrategyCase], None], ...] = (
    candidates_are_in_the_space,
    all_generations_but_the_first_are_alike,
    those_that_count_use_no_more_than_there_is,
    before_the_first_generation_there_is_nobody,
    what_comes_next_is_said_in_few_words,
    inputs_are_never_modified,
    a_state_keeps_nothing_of_the_callers_arrays,
    the_same_seed_gives_the_same_search,
    asking_twice_gives_the_same,
    a_stored_state_continues,
    the_population_was_told,
    failures_are_survived,
    any_number_of_components,
    it_searches,
)


def check_strategy(
    strategy: Any, *, least: int = 2, begins_with_models: bool = False, has_to_search: bool = True
) -> None:
    """Check a search of a plug-in.

    Parameters
    ----------
    strategy
        A function, a `SearchFunction`, or a class as of `Algorithm`.
    least, begins_with_models
        See `StrategyCase`.
    has_to_search
        Whether it has to beat chance; a yardstick need not.

    Raises
    ------
    AssertionError
        If it is not what a search has to be.
    UsageError
        If it is no search at all.
    """
    with active_plugins(strategies=[strategy]):
        name = str(getattr(strategy, "name", getattr(strategy, "__name__", "")))
        case = StrategyCase(algorithm_letter(f"{{{name}}}"), least, begins_with_models)
        checks = [check for check in STRATEGY_CHECKS if has_to_search or check is not it_searches]
        run_all(checks, case, f"the search {case.letter}")


def made_scores(x: FloatArray) -> FloatArray:
    """Return three components that a candidate decides alone; the least of them is 0."""
    low, high = -6.0, 9.0
    scaled = (x - low) / (high - low)
    parts = [(scaled**2).mean(axis=1), ((scaled - 1) ** 2).mean(axis=1), scaled[:, 0]]
    return np.stack(parts, axis=1)


def made_residuals(x: FloatArray, scores: FloatArray) -> FloatArray:
    """Return residuals of candidates, and no spikes in the one sweep; nan where one has failed."""
    told = np.concatenate([20.0 * (x - 0.3), np.zeros((len(x), 1))], axis=1)
    told[~np.isfinite(scores).all(axis=1)] = np.nan
    return told


def inside(space: ParameterSpace, x: FloatArray) -> bool:
    """Tell whether candidates are within the bounds, and whole numbers whole."""
    low, high = space.bounds(x)
    whole = x[:, space.whole]
    return bool(((low <= x) & (x <= high)).all() and (whole == np.rint(whole)).all())


def same(one: Any, other: Any) -> bool:
    """Tell whether two states, or parts of them, are equal to the last bit."""
    if dataclasses.is_dataclass(one):
        fields = dataclasses.fields(one)
        return type(one) is type(other) and all(
            same(getattr(one, field.name), getattr(other, field.name)) for field in fields
        )
    if isinstance(one, np.ndarray):
        return (
            isinstance(other, np.ndarray)
            and one.dtype == other.dtype
            and one.shape == other.shape
            and one.tobytes() == other.tobytes()
        )
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    if isinstance(one, list | tuple):
        return len(one) == len(other) and all(map(same, one, other))
    return bool(one == other)


def through_a_store(state: Any) -> Any:
    """Return a state as it comes out of a store."""
    record = decode(encode(state, lambda _array: None), Path("made.sqlite"))
    return restore(record, type(state), lambda _rows: np.empty((0, 0)))


def _run(
    strategy: Strategy[Any],
    n_generation: int,
    state: Any,
    score: Callable[[FloatArray], FloatArray] = made_scores,
) -> tuple[list[FloatArray], Any]:
    asked = []
    for _ in range(n_generation):
        x, state = strategy.ask(state)
        asked.append(x)
        state = _tell(strategy, state, x, score(x))
    return asked, state


def _tell(strategy: Strategy[Any], state: Any, x: FloatArray, scores: FloatArray) -> Any:
    if strategy.needs_residuals:
        return strategy.tell(state, x, scores, made_residuals(x, scores))
    return strategy.tell(state, x, scores)
