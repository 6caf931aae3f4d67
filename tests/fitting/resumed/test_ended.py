"""Whether anything is left to do for a run."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from pyneuronautofit._options import options_of
from pyneuronautofit.fitting import FitOptions, has_ended

CONFIG = FitOptions(recording="cell.abf", generations=9, minutes=5.0)


def run(*outcomes, **changed):
    settings = {name: getattr(CONFIG, name) for name in options_of(CONFIG)} | changed
    sessions = [
        SimpleNamespace(outcome=outcome, content={"settings": settings}) for outcome in outcomes
    ]
    return SimpleNamespace(sessions=sessions)


@pytest.mark.parametrize(
    ("outcomes", "ended"),
    [
        (("finished",), True),
        (("interrupted", None, "finished"), True),
        (("finished", None), False),
        (("interrupted",), False),
        ((None,), False),
        ((), False),
        (("cannot write: the disk is full",), False),
        (("all 120 candidates failed (120 times ValueError:\nx)",), True),
        (("all 120 candidates failed",), True),
        (("all is well",), False),
    ],
)
def test_what_its_last_sitting_says(outcomes, ended):
    assert has_ended(run(*outcomes), CONFIG) is ended


@pytest.mark.parametrize(
    "changed",
    [{"generations": 8}, {"evaluations": 80}, {"minutes": 1.0}, {"stop_after": 3}],
)
def test_it_has_not_where_it_is_to_be_longer_than_it_was_to_be(changed):
    assert not has_ended(run("finished", **changed), CONFIG)


def test_the_seed_and_who_computes_are_no_length():
    assert has_ended(run("finished", seed=7, n_worker=3), CONFIG)


def test_a_run_that_does_not_say_has_not():
    old = SimpleNamespace(sessions=[SimpleNamespace(outcome="finished", content={})])
    assert not has_ended(old, CONFIG)
