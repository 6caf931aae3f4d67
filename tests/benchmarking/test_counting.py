"""Evaluations are counted one by one, in the order in which they were asked for."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarking.made import Bowl
from pyneuronautofit.benchmarking.counting import CountedProblem, EnoughEvaluations


def test_the_curve_has_every_gain():
    counted = CountedProblem(Bowl(0.5), 10)
    sums = counted.sums(np.array([[0.9], [0.6], [0.7]]))
    # Two components, the second with a weight of a half, and twice as large.
    assert sums == pytest.approx([2 * 0.16, 2 * 0.01, 2 * 0.04])
    counted.sums(np.array([[0.55]]))
    assert [n for n, _total in counted.curve] == [1, 2, 4]
    assert [total for _n, total in counted.curve] == pytest.approx([0.32, 0.02, 0.005])
    assert counted.best == pytest.approx([1.1])
    assert (counted.n_done, counted.n_failed, counted.n_param) == (4, 0, 1)


def test_what_failed_counts_and_is_the_worst():
    counted = CountedProblem(Bowl(0.5), 10)
    sums = counted.sums(np.array([[0.0], [0.6]]))
    assert sums[0] > 1e5 > sums[1]
    assert (counted.n_done, counted.n_failed) == (2, 1)
    assert [n for n, _total in counted.curve] == [2]


def test_no_evaluation_beyond_the_last():
    counted = CountedProblem(Bowl(0.5), 5)
    counted.sums(np.full((3, 1), 0.9))
    with pytest.raises(EnoughEvaluations):
        counted.sums(np.array([[0.9], [0.5], [0.51]]))
    # Those that were left have been used.
    assert counted.n_done == 5
    assert counted.curve[-1] == (5, pytest.approx(0.0))
    with pytest.raises(EnoughEvaluations):
        counted.sums(np.array([[0.5]]))
    assert counted.n_done == 5
    assert sum(map(len, counted.problem.asked)) == 5
