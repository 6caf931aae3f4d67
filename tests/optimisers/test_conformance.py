"""What every search algorithm promises, run over the table: a new one is tested by being in it.

Most of it is in `pyneuronautofit.testing`, for plug-ins, too.
"""

from dataclasses import replace

import numpy as np
import pytest

from optimisers._made import MIXED, inside, plain, same
from pyneuronautofit.errors import UsageError
from pyneuronautofit.optimisers import ALGORITHMS
from pyneuronautofit.testing import STRATEGY_CHECKS, StrategyCase
from pyneuronautofit.testing.strategies import made_residuals, made_scores

pytestmark = pytest.mark.parametrize("letter", sorted(ALGORITHMS))

ONE = plain(1)
#: Those whose members need several others.
LEAST = {"A": 4, "C": 4, "D": 4}
#: Those that begin with given models. Their population is whatever distinct models they met.
BEGINS_WITH = "L"


def _case(letter):
    return StrategyCase(letter, LEAST.get(letter, 2), letter in BEGINS_WITH)


def _tell(strategy, state, x, scores):
    residuals = made_residuals(x, scores) if strategy.needs_residuals else None
    return strategy.tell(state, x, scores, residuals)


@pytest.mark.parametrize("check", STRATEGY_CHECKS, ids=lambda check: check.__name__)
def test_every_search(letter, check):
    check(_case(letter))


@pytest.mark.parametrize("size", [2, 3, 4])
@pytest.mark.parametrize("space", [MIXED, ONE], ids=["mixed", "one parameter"])
def test_small_populations(letter, size, space):
    case = _case(letter)
    if size < case.least:
        with pytest.raises(UsageError, match=f"-P {size}: .* needs at least {case.least} mem"):
            case.strategy(space, size)
        return
    strategy = case.strategy(space, size)
    state = strategy.init(1)
    for _ in range(6):
        x, state = strategy.ask(state)
        assert inside(space, x)
        state = _tell(strategy, state, x, made_scores(x))
    assert 0 < len(strategy.population(state)) <= case.most_members(size)


def test_how_long_a_search_is_going_to_be_changes_no_state(letter):
    strategy = _case(letter).strategy()
    told, expected = strategy.lasting(40, 480), strategy.init(3)
    if letter == "A":  # It remembers when its first search is over.
        expected = replace(expected, until=told.n_first)
    assert same(told.init(3), expected)
    assert strategy.lasting(40, 480).batch_size(7) == strategy.batch_size(7)
    assert strategy.lasting(40, 480).lasting(9, 120) == strategy.lasting(9, 120)


def test_failed_candidates_give_way_to_finite_ones(letter):
    strategy = _case(letter).strategy()
    rng = np.random.default_rng(0)
    n_finite, state = 0, strategy.init(5)
    for _ in range(6):
        x, state = strategy.ask(state)
        scores = made_scores(x)
        scores[rng.random(len(x)) < 0.4] = np.nan
        n_finite += np.isfinite(scores).all(axis=1).sum()
        state = _tell(strategy, state, x, scores)
        population = strategy.population(state)
        assert 8 <= len(population) <= _case(letter).most_members()
    assert n_finite >= 12
    assert population.finite.any()
    if letter in "NC":  # elitist: whoever succeeded stays before whoever failed
        assert population.finite.all()
