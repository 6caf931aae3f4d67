"""Whether a search still gets better, worked out by hand."""

from __future__ import annotations

import numpy as np

from pyneuronautofit.fitting.gains import no_gains, with_leader

NAN = np.nan


def gains(problem, weights=(1.0, 1.0, 0.01, 0.01)):
    """Two modes of two components each, O and V."""
    return no_gains(problem.suite, np.array(weights))


def test_the_best_of_each_mode_and_of_the_weighted_sum(problem):
    found = gains(problem).after(np.array([[1, 2, 100, 0], [0, 1, 300, 100], [NAN, 0, 0, 0]]))
    # O, V, O + V/100
    np.testing.assert_allclose(found.best, [1, 100, 4])


def test_generations_without_gain_are_counted(problem):
    found = gains(problem).after(np.array([[1, 1, 100, 100]]))
    assert found.since == 0
    found = found.after(np.array([[1, 1, 100, 100]])).after(np.array([[NAN] * 4]))
    assert found.since == 2
    # A mode alone is a gain, too.
    assert found.after(np.array([[9, 9, 50, 50]])).since == 0
    # One below the part that counts is none.
    assert found.after(np.array([[1, 1, 100, 100 - 1e-6]])).since == 3


def test_nothing_has_succeeded(problem):
    found = gains(problem).after(np.full((3, 4), NAN))
    assert (found.since, found.leader, found.n_told) == (1, None, 3)
    assert np.isinf(found.best).all()


def test_who_leads_is_remembered(problem):
    found = gains(problem).after(np.array([[NAN] * 4, [3, 0, 0, 100], [3, 0, 0, 50]]))
    assert (found.leader.row, found.leader.total) == (2, 3.5)
    # Of equals the first; a better one takes its place, whatever the modes are.
    found = found.after(np.array([[3, 0, 0, 50], [0, 0, 900, 0]]))
    assert found.leader.row == 2
    found = found.after(np.array([[9, 9, 9, 9], [1, 0, 100, 0]]))
    assert (found.leader.row, found.leader.total) == (6, 2.0)
    assert found.leader.scores.tolist() == [1, 0, 100, 0]


def test_the_row_of_the_leader_is_among_those_that_are_kept(problem):
    rows = np.array([4, 9])
    found = gains(problem).after(np.array([[NAN] * 4, [1, 1, 1, 1]]))
    assert with_leader(rows, found).tolist() == [1, 4, 9]
    assert with_leader(np.array([1, 4]), found).tolist() == [1, 4]
    assert with_leader(rows, None) is rows
    assert with_leader(rows, gains(problem)) is rows
