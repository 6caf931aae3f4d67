"""The search in which a function proposes the candidates."""

from __future__ import annotations

import numpy as np
import pytest

from optimisers._made import MIXED, inside, plain
from pyneuronautofit.errors import UsageError
from pyneuronautofit.optimisers.custom.functions import strategy
from pyneuronautofit.optimisers.custom.proposing import Proposing
from pyneuronautofit.optimisers.dominance import non_dominated
from pyneuronautofit.testing.strategies import made_scores


def searched(function, space=MIXED, size=8):
    made = Proposing(strategy(function), space, size)
    x, state = made.ask(made.init(1))
    return made, made.tell(state, x, made_scores(x)), x


def test_what_the_function_is_given():
    seen = {}

    def curious(x, scores, low, high, space, rng, size, generation, own=3):
        seen.update(locals())
        return x

    made, state, _first = searched(curious)
    x, _asked = made.ask(state)
    np.testing.assert_array_equal(seen["x"], state.members.x)
    np.testing.assert_array_equal(seen["scores"], made_scores(seen["x"]))
    assert seen["low"].shape == seen["high"].shape == (8, 5)
    assert (seen["size"], seen["generation"], seen["own"]) == (8, 1, 3)
    assert seen["space"] is MIXED
    np.testing.assert_array_equal(x, state.members.x)


def test_what_is_proposed_is_brought_into_the_space():
    made, state, _first = searched(lambda x: np.full(x.shape, 1e9))
    assert inside(MIXED, made.ask(state)[0])


def test_the_best_of_all_are_the_population():
    made, state, first = searched(lambda space, size, rng: space.sample(rng, size), plain(2))
    told = [first]
    for _ in range(5):
        x, state = made.ask(state)
        told.append(x)
        state = made.tell(state, x, made_scores(x))
    scores = made_scores(np.concatenate(told))
    found = made.population(state).scores
    assert non_dominated(found).all()
    # The ends of a front are in no crowd.
    np.testing.assert_array_equal(found.min(axis=0), scores.min(axis=0))


def test_the_function_can_do_nothing_to_the_state():
    def spoil(x, scores):
        x[:] = 0.0
        scores[:] = 0.0
        return x

    made, state, first = searched(spoil)
    made.ask(state)
    assert {tuple(row) for row in state.members.x} <= {tuple(row) for row in first}


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (np.zeros((7, 5)), r"it returned \(7, 5\): expected finite numbers, .*\(8, 5\)"),
        (np.full((8, 5), np.nan), r"it returned some that are not finite: expected finite"),
        ("text", "it returned 'text': expected numbers"),
        (None, r"it returned \(\): expected finite numbers"),
    ],
)
def test_answers_that_are_no_candidates(answer, expected):
    made, state, _first = searched(lambda x: answer)
    with pytest.raises(UsageError, match=expected):
        made.ask(state)
