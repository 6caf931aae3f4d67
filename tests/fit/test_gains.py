"""Whether a search still gets better."""

from __future__ import annotations

import numpy as np
import pytest

from pyneuronautofit.fit.gains import Gains, no_gains

from .parabolas import make_problem

#: Two components of one mode, one of another; in the sum of all, they count 1, 1 and 0.5.
SUMS = np.array([[1.0, 0, 1], [1, 0, 1], [0, 1, 0.5]])


def gains(best=(9.0, 9.0, 9.0), since=0):
    return Gains(SUMS, np.array(best), since)


@pytest.mark.parametrize(
    ("scores", "best", "since"),
    [
        ([[1, 2, 8]], [3, 8, 7], 0),  # all
        ([[8, 0, 20]], [8, 9, 9], 0),  # one mode
        ([[9, 9, 2]], [9, 2, 9], 0),  # the other
        ([[4.4, 4.4, 9]], [8.8, 9, 9], 0),
        ([[9, 9, 9]], [9, 9, 9], 4),
        ([[9, 0, 9]], [9, 9, 9], 4),  # as good is not better
        ([[9 - 1e-9, 0, 9]], [9 - 1e-9, 9, 9], 4),  # nor is a rounding error
        ([[np.nan, 0, 0]], [9, 9, 9], 4),
        ([[np.inf, 0, 0], [1, 1, 1]], [2, 1, 2.5], 0),
        (np.empty((0, 3)), [9, 9, 9], 4),
    ],
)
def test_what_is_better(scores, best, since):
    before = gains(since=3)
    after = before.after(np.array(scores, dtype=float))
    assert after.best == pytest.approx(best)
    assert after.since == since
    assert before.best.tolist() == [9, 9, 9]


def test_the_sum_of_all_alone_is_a_gain():
    """Where neither mode is better than it ever was, but both together are."""
    before = gains(best=(2.0, 2.0, 6.0), since=3)
    after = before.after(np.array([[1.5, 1.5, 4.0]]))
    assert (after.since, after.best.tolist()) == (0, [2.0, 2.0, 5.0])


def test_before_the_first_generation_everything_is_a_gain():
    problem = make_problem()
    first = problem.no_gains
    assert (first.best == np.inf).all()
    failed = first.after(np.full((3, 4), np.nan))
    assert failed.since == 1
    assert first.after(np.ones((3, 4))).since == failed.after(np.ones((3, 4))).since == 0


def test_sums_are_those_of_modes_and_the_weighted_one():
    problem = make_problem()
    assert problem.suite.markers == tuple("OOVV")
    found = no_gains(problem.suite, np.array([1.0, 1.0, 0.01, 0.01]))
    assert found.sums.tolist() == [[1, 0, 1], [1, 0, 1], [0, 1, 0.01], [0, 1, 0.01]]
