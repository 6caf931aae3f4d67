"""Answers: bit for bit what was found, or refused."""

from __future__ import annotations

import numpy as np
import pytest

from fitting.parabolas import make_problem
from pyneuronautofit.fitting.evaluators.answers import GatheredScores, as_plain
from pyneuronautofit.simulators import RunStatus


@pytest.fixture
def found():
    problem = make_problem()
    x = problem.space.sample(np.random.default_rng(3), 9)
    x[2, 0] = 9.5  # fails
    return problem.evaluate(x, with_residuals=True)


def gathered(found):
    return GatheredScores(found.parameters, found.scores.shape[1], found.residuals.shape[1])


def test_parts_in_any_order_are_the_whole(found):
    problem, whole = make_problem(), gathered(found)
    for rows in (range(4, 9), range(4)):
        part = problem.evaluate(found.parameters[rows.start : rows.stop], with_residuals=True)
        whole.take(rows, as_plain(part))
    again = whole.evaluation()
    assert whole.n_done == 9
    for name in ("scores", "residuals", "seconds", "parameters"):
        assert getattr(again, name).tobytes() == getattr(found, name).tobytes()
    assert (again.status, again.messages) == (found.status, found.messages)
    assert again.status[2] is RunStatus.DIVERGED


@pytest.mark.parametrize(
    "changed",
    [
        {"scores": b"12345678"}, {"scores": None}, {"status": ["OK"] * 8}, {"messages": []},
        {"status": ["FINE"] * 9}, {"residuals": None}, {"seconds": b""},
    ],
)  # fmt: skip
def test_what_is_no_answer_is_none(found, changed):
    whole = gathered(found)
    with pytest.raises(ValueError):
        whole.take(range(9), {**as_plain(found), **changed})
    with pytest.raises(ValueError):
        whole.take(range(9), {})
    assert whole.n_done == 0


def test_who_is_given_up(found):
    whole = gathered(found)
    whole.give_up(4, "five have died")
    again = whole.evaluation()
    assert (again.status[4], again.messages[4]) == (RunStatus.CRASHED, "five have died")
    assert np.isnan(again.scores[4]).all()
