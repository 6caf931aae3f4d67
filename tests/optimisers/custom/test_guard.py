"""A search of somebody else does what it does, and its errors say whose they are."""

from __future__ import annotations

import pytest

from optimisers._made import MIXED
from pyneuronautofit.errors import RunError, UsageError
from pyneuronautofit.optimisers import SearchSettings, build_strategy
from pyneuronautofit.optimisers.custom.guard import blamed_on, guarded_strategy
from pyneuronautofit.testing.strategies import made_scores, same


def test_it_does_what_the_other_one_does():
    inner = build_strategy("N", MIXED, SearchSettings(population_size=6))
    guarded = guarded_strategy(inner, "it").lasting(4, 24)
    inner = inner.lasting(4, 24)
    assert guarded.population_size == 6
    assert guarded.batch_size(3) == 6
    assert (guarded.needs_residuals, guarded.counts_evaluations) == (False, False)
    states = [guarded.init(1), inner.init(1)]
    for _ in range(3):
        (x, one), (other_x, other) = guarded.ask(states[0]), inner.ask(states[1])
        assert same(x, other_x)
        scores = made_scores(x)
        states = [guarded.tell(one, x, scores), inner.tell(other, x, scores)]
        assert same(*states)
    assert same(guarded.population(states[0]), inner.population(states[0]))
    assert guarded.phase(states[0]) == inner.phase(states[0])
    assert guarded.scalars(states[0], scores) is None
    assert guarded.adaptation(states[0]) is None


@pytest.mark.parametrize("name", ["init", "ask", "phase", "population", "adaptation"])
def test_errors_say_whose_they_are(name):
    class Broken:
        def __getattr__(self, _name):
            def fail(*_arguments):
                raise KeyError("lost")

            return fail

    guarded = guarded_strategy(Broken(), "-A {broken} of mine.py")
    with pytest.raises(UsageError, match=r"-A \{broken\} of mine\.py: it failed: .*KeyError: 'los"):
        getattr(guarded, name)(None)


def test_errors_of_this_package_stay_as_they_are():
    with pytest.raises(RunError, match=r"^as it is$"), blamed_on("somebody"):
        raise RunError("as it is")


def test_leaving_the_process_is_an_error_and_an_interruption_is_not():
    with (
        pytest.raises(UsageError, match=r"somebody: it failed: .*SystemExit: 7"),
        blamed_on("somebody"),
    ):
        raise SystemExit(7)
    with pytest.raises(KeyboardInterrupt), blamed_on("somebody"):
        raise KeyboardInterrupt
