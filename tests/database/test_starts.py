"""Which models of a run another search begins with, in runs that were made up."""

from __future__ import annotations

import numpy as np
import pytest

from pyneuronautofit.database.starts import best_models, best_row, selected_rows
from pyneuronautofit.errors import RunError, UsageError
from pyneuronautofit.runs import open_run
from pyneuronautofit.space import ParameterSpace
from report._made import make_run

NAN = np.nan
#: The archive of these runs, and their population, is whoever succeeded in the last generation.
SCORES = [
    [[0, 0, 0], [1, 1, 1], [2, 2, 2], [3, 3, 3], [4, 4, 4]],
    [[2, 2, 20], [0, 0, 60], [NAN, NAN, NAN], [9, 9, 5], [0, 1, 60]],
]
UNITS = [
    [[0.0, 0.0]] * 5,
    [[0.4, 0.4], [0.5, 0.5], [0.6, 0.6], [0.7, 0.7], [0.501, 0.501]],
]


@pytest.fixture
def run(tmp_path):
    make_run(tmp_path / "run.sqlite", SCORES, units=UNITS)
    with open_run(tmp_path / "run.sqlite") as opened:
        yield opened


def best(run, weights, selection=None):
    """Return which evaluations the models are."""
    space = ParameterSpace.from_rows(run.header.parameters, log_search=run.info.log_search)
    found = best_models(run, space, np.array(weights), selection)
    everything = run.evaluations().parameters
    return [int(np.flatnonzero((everything == row).all(axis=1))[0]) for row in found]


def test_the_best_by_the_weighted_sum_none_near_a_better_one(run):
    assert best(run, [1.0, 1.0, 1.0]) == [8, 5, 6]
    assert best(run, [10.0, 10.0, 1.0]) == [5, 6, 8]
    # The last one is as good as that which it is near to, here better.
    assert best(run, [10.0, -1.0, 1.0]) == [5, 9, 8]


def test_the_ones_that_are_asked_for_in_their_order(run):
    assert best(run, [1.0, 1.0, 1.0], "9,5:7,6") == [9, 5, 6]


@pytest.mark.parametrize("selection", ["10", "0:11", "3,0:99999999999"])
def test_evaluations_that_are_not_there(run, selection):
    with pytest.raises(UsageError, match=r"--models .*run.sqlite has the evaluations 0 to 9"):
        selected_rows(run, selection, "--models")


def test_none_that_could_be_scored(run, tmp_path):
    with pytest.raises(RunError, match="run has no model that could be scored among those"):
        best(run, [1.0, 1.0, 1.0], "7")
    make_run(tmp_path / "bad.sqlite", [[[NAN, NAN, NAN]] * 2])
    with (
        open_run(tmp_path / "bad.sqlite") as bad,
        pytest.raises(RunError, match="bad has no model that could be scored: there is nothing"),
    ):
        best(bad, [1.0, 1.0, 1.0])


def test_the_one_best(run):
    assert best_row(run, np.array([1.0, 1.0, 1.0])) == 8
    assert best_row(run, np.array([10.0, 10.0, 1.0])) == 5


def test_no_best_without_scores(tmp_path):
    make_run(tmp_path / "none.sqlite", [[[NAN, NAN, NAN]] * 3])
    said = "none has no model that could be scored"
    with open_run(tmp_path / "none.sqlite") as opened, pytest.raises(RunError, match=said):
        best_row(opened, np.ones(3))
