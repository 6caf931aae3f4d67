"""Which models of a run are looked at."""

from __future__ import annotations

import numpy as np
import pytest

from pyneuronautofit.certainty.choosing import good_rows
from pyneuronautofit.errors import RunError
from pyneuronautofit.report.findings.spread import space_of
from pyneuronautofit.runs import open_run
from report._made import make_run

#: Components O, O, V: weights 1, 1, 1. Sums 5, 6, 6.5, 20 and a failed one.
SCORES = [[[1, 2, 2], [1, 2, 3], [1, 2, 3.5], [9, 9, 2], [np.nan, np.nan, np.nan]]]
UNITS = [[[0.1, 0.1], [0.12, 0.1], [0.9, 0.9], [0.5, 0.5], [0.7, 0.2]]]


def rows_of(tmp_path, scores, **how):
    with open_run(make_run(tmp_path / "run.sqlite", scores, units=UNITS)) as run:
        return good_rows(run, space_of(run), np.ones(3), **how).tolist()


def test_the_best_one_and_those_about_as_good_that_are_distinct(tmp_path):
    # Number 1 is nearly the same as 0, number 3 far worse.
    assert rows_of(tmp_path, SCORES) == [0, 2]


def test_there_are_no_more_than_are_wanted(tmp_path):
    assert rows_of(tmp_path, SCORES, most=1) == [0]


def test_without_any_model_there_is_nothing_to_say(tmp_path):
    with pytest.raises(RunError, match="run has no model that could be scored"):
        rows_of(tmp_path, [[[np.nan] * 3] * 5])
