"""How a search went, generation by generation."""

from __future__ import annotations

import numpy as np

from pyneuronautofit.report.findings.course import follow, shown_generations
from pyneuronautofit.runs import open_run
from report._made import make_run

NAN = np.nan
GENERATIONS = [
    [[1, 1, 9], [8, 0, 1], [NAN, NAN, NAN]],  # sums O, V: (2, 9) (8, 1)
    [[2, 2, 4], [3, 3, 6], [9, 9, 8]],  # (4, 4) (6, 6) (18, 8)
]


def test_best_and_median_of_every_mode(tmp_path):
    with open_run(make_run(tmp_path / "r.sqlite", GENERATIONS)) as run:
        course = follow(run)
    assert course.generation.tolist() == [0, 1]
    assert course.n_evaluation.tolist() == [3, 6]
    assert course.best.tolist() == [[2, 1], [2, 1]]
    assert course.population_best.tolist() == [[2, 1], [4, 4]]
    assert course.population_median.tolist() == [[5, 5], [6, 6]]
    assert course.sums[[0, 5]].tolist() == [[2, 9], [18, 8]]
    assert course.failures == {"CRASHED": 1}
    assert course.last_failure == (2, "CRASHED", "signal <11>")
    assert course.seconds_per_candidate == 0.25
    assert np.isnan(course.scalar_best).all()
    assert np.isnan(course.weights).all()


def test_the_scalar_is_that_under_the_weights_of_then(tmp_path):
    path = make_run(tmp_path / "r.sqlite", GENERATIONS, weights=[[1, 0, 0], [0, 0, 2]])
    with open_run(path) as run:
        course = follow(run)
    assert course.scalar_best.tolist() == [1, 8]
    assert course.scalar_median.tolist() == [4.5, 12]
    assert course.weights.tolist() == [[1, 0, 0], [0, 0, 2]]


def test_a_population_of_old_and_new_candidates(tmp_path):
    """Scores are not read a second time, so survivors have to be found among those in memory."""
    rng = np.random.default_rng(0)
    path = make_run(tmp_path / "r.sqlite", rng.random((40, 12, 3)))
    with open_run(path) as run:
        # As a search would: every population is drawn from the one before and the new ones.
        members, populations = np.arange(12), []
        for generation in run.generations:
            both = np.union1d(members, generation.rows)
            members = rng.permutation(both)[:12]
            object.__setattr__(generation, "population", members)
            populations.append(members)
        course = follow(run)
        for place, members in enumerate(populations):
            scores = run.evaluations(members).scores
            assert course.population_best[place, 1] == scores[:, 2].min()
            assert course.population_median[place, 0] == np.median(scores[:, :2].sum(axis=1))


def test_nothing_is_known_of_a_run_without_a_generation(tmp_path):
    with open_run(make_run(tmp_path / "r.sqlite", [])) as run:
        course = follow(run)
    assert len(course.generation) == len(course.sums) == len(course.hypervolume) == 0
    assert course.best.shape == (0, 2)


def test_where_all_fail_nothing_is_invented(tmp_path):
    with open_run(make_run(tmp_path / "r.sqlite", [[[NAN] * 3] * 2] * 2)) as run:
        course = follow(run)
    for values in (course.best, course.population_best, course.population_median):
        assert np.isnan(values).all()
    assert np.isnan(course.hypervolume).all()


def test_generations_are_shown_evenly_with_both_ends():
    assert shown_generations(5, 300).tolist() == [0, 1, 2, 3, 4]
    shown = shown_generations(1000, 300)
    assert len(shown) == 300
    assert (shown[0], shown[-1]) == (0, 999)
    assert set(np.diff(shown).tolist()) == {3, 4}
