"""Evaluations on several recordings, as one."""

from __future__ import annotations

import numpy as np

from pyneuronautofit.fitting import Evaluation
from pyneuronautofit.fitting.several import merged
from pyneuronautofit.simulators import RunStatus

OK, BAD = RunStatus.OK, RunStatus.DIVERGED


def evaluation(scores, status, residuals=None):
    n = len(status)
    messages = tuple("" if each is OK else "lost" for each in status)
    given = None if residuals is None else np.array(residuals, dtype=float)
    return Evaluation(
        np.arange(n)[:, None] + 0.5,
        np.array(scores, dtype=float),
        status,
        messages,
        np.ones(n),
        given,
    )


def test_scores_follow_each_other_and_a_failure_is_one_of_all():
    one = evaluation([[1, 2], [3, 4], [5, 6]], (OK, OK, OK))
    two = evaluation([[7], [8], [np.nan]], (OK, BAD, OK))
    found = merged([one, two], ["a.abf", "b.abf"], [0, 0])
    np.testing.assert_array_equal(found.scores, [[1, 2, 7], [np.nan] * 3, [5, 6, np.nan]])
    assert found.status == (OK, BAD, OK)
    assert found.messages == ("", "lost (b.abf)", "")
    assert found.seconds.tolist() == [2.0, 2.0, 2.0]
    assert found.residuals is None
    np.testing.assert_array_equal(found.parameters, one.parameters)


def test_numbers_of_spikes_stand_behind_all_residuals():
    one = evaluation([[1], [1]], (OK, OK), [[10, 11, 3], [10, 11, 3]])
    two = evaluation([[1], [1]], (OK, BAD), [[20, 4, 5], [np.nan] * 3])
    found = merged([one, two], ["a", "b"], [2, 1])
    np.testing.assert_array_equal(found.residuals, [[10, 11, 20, 3, 4, 5], [np.nan] * 6])
