"""Which models are shown."""

from __future__ import annotations

import numpy as np

from pyneuronautofit.report.findings.choice import MOST_TRACED, list_models, mode_sums
from pyneuronautofit.runs import open_run
from report._made import make_run

NAN = np.nan


def test_the_list_begins_with_the_best(tmp_path):
    # Sums (O, V): (2, 9) (8, 1) (4, 4) (6, 6); places 0 + 3, 3 + 0, 1 + 1, 2 + 2.
    scores = [[1, 1, 9], [8, 0, 1], [2, 2, 4], [NAN, NAN, NAN], [3, 3, 6]]
    with open_run(make_run(tmp_path / "r.sqlite", [scores])) as run:
        listed = list_models(run)
        assert listed.rows.tolist() == [2, 0, 1, 4]
        assert listed.titles == {0: "compromise", 1: "best O", 2: "best V"}
        assert listed.sums.tolist() == [[4, 4], [2, 9], [8, 1], [6, 6]]
        assert np.isnan(listed.fitness).all()
        assert listed.in_archive == {0, 1, 2, 4}
        assert listed.in_population == {0, 1, 2, 3, 4}
        assert listed.traced == (0, 1, 2, 3)


def test_the_least_weighted_fitness_is_among_the_best(tmp_path):
    scores = [[1, 1, 9], [8, 0, 1], [0, 4, 4]]
    path = make_run(tmp_path / "r.sqlite", [scores], weights=[[1, 0, 1]])
    with open_run(path) as run:
        listed = list_models(run)
    assert dict(zip(listed.rows.tolist(), listed.fitness.tolist(), strict=True)) == {
        0: 10.0, 1: 9.0, 2: 4.0
    }  # fmt: skip
    assert listed.titles[listed.rows.tolist().index(2)] == "least weighted fitness"


def test_many_models_are_listed_once_and_traced_within_bounds(tmp_path):
    rng = np.random.default_rng(3)
    path = make_run(tmp_path / "r.sqlite", rng.random((3, 300, 3)))
    with open_run(path) as run:
        listed = list_models(run)
        assert len(listed) == len(set(listed.rows.tolist())) == 300
        assert (listed.generation == 2).all()
        assert len(set(listed.traced)) == MOST_TRACED
        again = run.evaluations(listed.rows)
        assert (mode_sums(run, again.scores) == listed.sums).all()


def test_models_that_are_alike_are_not_traced_twice(tmp_path):
    path = make_run(tmp_path / "r.sqlite", [[[1, 1, 1]] * 30])
    with open_run(path) as run:
        assert list_models(run).traced == (0,)


def test_a_run_in_which_all_failed_has_no_models(tmp_path):
    with open_run(make_run(tmp_path / "r.sqlite", [[[NAN] * 3] * 2])) as run:
        listed = list_models(run)
    assert (len(listed), listed.titles, listed.traced) == (0, {}, ())
