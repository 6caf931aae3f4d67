"""A search that is taken up again from its state."""

from __future__ import annotations

import numpy as np
import pytest

from pyneuronautofit._options import options_of
from pyneuronautofit.fit import Budget, FitConfig, search
from pyneuronautofit.fit.resume import _BY_CONTENT, _EXTENDING, _FREE
from pyneuronautofit.optimisers import ALGORITHMS, SearchSettings, build_strategy

from .parabolas import Parabolas, make_problem


@pytest.mark.parametrize("letter", ALGORITHMS)
def test_a_search_goes_on_where_it_stopped(letter):
    def strategy(problem):
        return build_strategy(letter, problem.space, SearchSettings(12, elites=3, update=1.0))

    problem = make_problem(modes="OVR")
    whole = search(problem, strategy(problem), Budget(9, seed=4))
    stopped = make_problem(Parabolas(interrupt_after=60), modes="OVR")
    first = search(stopped, strategy(stopped), Budget(9, seed=4))
    assert first.interrupted
    assert 0 < first.generation < 9
    again = make_problem(Parabolas(block=5), modes="OVR")
    second = search(again, strategy(again), Budget(9, seed=4), start=first)
    assert second.generation == 9
    for one, other in (
        (whole.history.scores, second.history.scores),
        (whole.history.parameters, second.history.parameters),
        (whole.population.x, second.population.x),
        (whole.archive.scores, second.archive.scores),
    ):
        assert one.tobytes() == other.tobytes()
    assert whole.archive.rows.tolist() == second.archive.rows.tolist()


def test_time_goes_on(problem):
    strategy = build_strategy("N", problem.space, SearchSettings(10))
    first = search(problem, strategy, Budget(1, seed=1))
    longer = type(first)(**{**vars(first), "seconds": 100.0})
    assert search(problem, strategy, Budget(2, seed=1), start=longer).seconds > 100


def test_what_is_asked_has_the_order_of_memory_that_is_stored(problem):
    """Sums along an axis round differently in another one: that would tell a resumed run apart."""
    strategy = build_strategy("N", problem.space, SearchSettings(10))

    class Columns:
        def __getattr__(self, name):
            return getattr(strategy, name)

        def ask(self, state):
            x, asked = strategy.ask(state)
            return np.asfortranarray(x), asked

    progress = search(problem, Columns(), Budget(1, seed=1))
    assert progress.asked.flags.c_contiguous
    assert progress.population.x.flags.c_contiguous


def test_options_that_may_change_exist():
    assert set(options_of(FitConfig)) >= _FREE | _BY_CONTENT | _EXTENDING
