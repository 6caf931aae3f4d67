"""Which of many runs are the best."""

from __future__ import annotations

import numpy as np

from pyneuronautofit.fitting.outcome.counted import weights_of
from pyneuronautofit.report import best_of_run, best_stores
from pyneuronautofit.runs import open_run
from report._made import make_run

NAN = np.nan


def test_the_best_model_of_a_run_is_the_one_with_the_least_weighted_sum(tmp_path):
    path = make_run(tmp_path / "a.sqlite", [[[1, 1, 9], [8, 0, 1]], [[NAN] * 3, [1, 1, 4]]])
    with open_run(path) as run:
        found = best_of_run(run)
    # Of [1, 1, 4] and [8, 0, 1], which no other dominates.
    assert (found.row, found.sums) == (3, {"O": 2.0, "V": 4.0})
    assert found.total > 0
    with open_run(make_run(tmp_path / "none.sqlite", [[[NAN] * 3]])) as run:
        assert best_of_run(run) is None


def test_the_best_runs_come_first_and_those_without_a_model_not_at_all(tmp_path):
    scores = {"b": [[[3, 3, 3]]], "a": [[[1, 1, 1]]], "none": [[[NAN] * 3]], "c": [[[2, 2, 2]]]}
    stores = [make_run(tmp_path / f"{name}.sqlite", each) for name, each in scores.items()]
    assert [path.stem for path in best_stores(stores, 9)] == ["a", "c", "b"]
    assert [path.stem for path in best_stores(stores, 2)] == ["a", "c"]


def test_it_is_the_sum_of_every_evaluation(tmp_path):
    rng = np.random.default_rng(3)
    scores = rng.uniform(0, 9, (4, 6, 3))
    path = make_run(tmp_path / "r.sqlite", scores)
    with open_run(path) as run:
        totals = scores.reshape(-1, 3) @ weights_of(run)
        assert best_of_run(run).total == np.float64(totals.min())
        assert best_of_run(run).row == totals.argmin()
