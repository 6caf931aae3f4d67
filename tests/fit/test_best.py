"""Which models are shown at the end."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from pyneuronautofit.fit import Budget, best_models, search
from pyneuronautofit.fit.best import best_members, places
from pyneuronautofit.optimisers import ParetoArchive, SearchSettings, build_strategy


def finished(problem):
    strategy = build_strategy("N", problem.space, SearchSettings(population_size=6))
    return search(problem, strategy, Budget(generations=1, seed=1))


def with_archive(progress, scores):
    scores = np.array(scores, dtype=float)
    return replace(progress, archive=ParetoArchive(np.arange(len(scores)), scores, 100))


def test_the_best_of_each_mode_and_the_compromise(problem):
    # O of two sweeps, V of two sweeps.
    progress = with_archive(
        finished(problem),
        [[0, 0, 50, 50], [1, 0, 9, 10], [4, 4, 1, 2], [0, 3, 30, 30]],
    )
    compromise, best_o, best_v = best_models(progress, problem.suite)
    assert (best_o.title, best_o.row, dict(best_o.mode_sums)) == ("best O", 0, {"O": 0, "V": 100})
    assert (best_v.title, best_v.row, dict(best_v.mode_sums)) == ("best V", 2, {"O": 8, "V": 3})
    assert (compromise.title, compromise.row) == ("compromise", 1)
    np.testing.assert_array_equal(compromise.parameters, progress.history.parameters[1])


def test_among_equals_the_better_compromise_is_shown(problem):
    progress = with_archive(finished(problem), [[0, 0, 90, 90], [0, 0, 10, 10]])
    assert [model.row for model in best_models(progress, problem.suite)] == [1, 1, 1]


def test_nothing_is_best_where_nothing_succeeded(problem):
    progress = finished(problem)
    nobody = replace(progress, archive=ParetoArchive(np.arange(0), np.empty((0, 0)), 10))
    assert best_models(nobody, problem.suite) == ()


@pytest.mark.parametrize("seed", range(20))
def test_the_rule_written_down_a_second_time(seed):
    # Few values: many are equal, which is where rules differ.
    sums = np.random.default_rng(seed).integers(0, 5, (30, 3)).astype(float)
    models = sums.tolist()
    place = [[sum(other[k] < model[k] for other in models) for k in range(3)] for model in models]
    assert places(sums).tolist() == place
    expected = {"compromise": min(range(30), key=lambda m: sum(place[m]))}
    for k, code in enumerate("OVA"):
        expected[f"best {code}"] = min(range(30), key=lambda m: (models[m][k], sum(place[m])))
    assert best_members(sums, "OVA") == expected


def test_nobody_is_best_among_nobody():
    assert best_members(np.empty((0, 2)), "OV") == {}
