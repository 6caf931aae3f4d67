"""Which models are shown."""

from __future__ import annotations

import numpy as np
import pytest

from pyneuronautofit.errors import UsageError
from pyneuronautofit.fitting.notes.levels import Level
from pyneuronautofit.report.findings.choice import (
    MOST_TRACED,
    LeastSum,
    list_models,
    mode_sums,
    weights_of,
)
from pyneuronautofit.runs import open_run
from report._made import info, make_run

NAN = np.nan


def test_the_list_begins_with_the_best(tmp_path):
    # Sums (O, V): (2, 9) (8, 1) (4, 4) (6, 6); places 0 + 3, 3 + 0, 1 + 1, 2 + 2.
    scores = [[1, 1, 9], [8, 0, 1], [2, 2, 4], [NAN, NAN, NAN], [3, 3, 6]]
    with open_run(make_run(tmp_path / "r.sqlite", [scores])) as run:
        listed = list_models(run)
        assert listed.rows.tolist() == [2, 0, 1, 4]
        assert listed.titles == {0: "compromise", 1: "best sum, best O", 2: "best V"}
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


def given(weights):
    """A run with --weights."""
    return info(settings={**info().settings, "weights": weights})


@pytest.mark.parametrize(
    ("weights", "expected"),
    [(None, [1, 1, 0.01]), ("V=2", [1, 1, 2]), ("O=3,V=0", [3, 3, 0])],
)
def test_what_components_count_is_known_from_the_store(tmp_path, weights, expected):
    with open_run(make_run(tmp_path / "r.sqlite", [], about=given(weights))) as run:
        assert weights_of(run).tolist() == expected


def test_weights_that_are_none_are_told(tmp_path):
    path = make_run(tmp_path / "r.sqlite", [], about=given("V=x"))
    with open_run(path) as run, pytest.raises(UsageError, match="--weights V=x: expected MODE"):
        weights_of(run)


def test_the_best_sum_follows_the_weights(tmp_path):
    # Sums (O, V): (2, 9) (8, 1) (4, 4).
    scores = [[1, 1, 9], [8, 0, 1], [2, 2, 4]]
    best = {}
    for weights in ("O=1,V=0", "O=0.001", "O=1,V=1"):
        path = make_run(tmp_path / f"{weights}.sqlite", [scores], about=given(weights))
        with open_run(path) as run:
            listed = list_models(run)
        (place,) = [p for p, title in listed.titles.items() if "best sum" in title]
        best[weights] = int(listed.rows[place]), float(listed.totals[place])
    assert best == {
        "O=1,V=0": (0, 2.0), "O=0.001": (1, pytest.approx(0.018)), "O=1,V=1": (2, 8.0)
    }  # fmt: skip


def test_the_leader_is_listed_wherever_it_is(tmp_path):
    """An archive that is full may have lost it."""
    scores = [[[0, 0, 1], [9, 9, 9]], [[2, 2, 4], [3, 3, 6]]]
    with open_run(make_run(tmp_path / "r.sqlite", scores)) as run:
        assert 0 not in run.archive()
        listed = list_models(run, LeastSum(0, 0.01))
        place = listed.rows.tolist().index(0)
        assert "best sum" in listed.titles[place]
        assert place in listed.traced
        assert 0 not in listed.in_archive | listed.in_population


def test_who_leads():
    first = LeastSum().after(10, np.array([NAN, 4.0, 3.0, 3.0]))
    assert first == LeastSum(12, 3.0)
    assert first.after(14, np.array([3.0, 5.0])) is first
    assert first.after(14, np.array([NAN])) is first
    assert first.after(14, np.array([5.0, 2.0])) == LeastSum(15, 2.0)


def test_distinct_models_are_counted(tmp_path):
    # The second one is nearly the first, the third is far away; sums of O and V/100.
    scores, units = [[0, 0, 10], [0, 0, 20], [1, 0, 30]], [[0.2, 0.2], [0.21, 0.2], [0.8, 0.2]]
    with open_run(make_run(tmp_path / "r.sqlite", [scores], units=[units])) as run:
        assert list_models(run).levels == (Level(0.2, 1), Level(2.0, 2))
