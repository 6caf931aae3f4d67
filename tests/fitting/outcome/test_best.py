"""Which models are shown at the end."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from fitting.parabolas import make_problem
from pyneuronautofit.fitting import Budget, best_models, drawn_model, search
from pyneuronautofit.fitting.outcome.best import best_members, places
from pyneuronautofit.objectives.residuals import GivenWeights
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
    compromise, _best_sum, best_o, best_v = best_models(progress, problem.suite)
    assert (best_o.title, best_o.row, dict(best_o.mode_sums)) == ("best O", 0, {"O": 0, "V": 100})
    assert (best_v.title, best_v.row, dict(best_v.mode_sums)) == ("best V", 2, {"O": 8, "V": 3})
    assert (compromise.title, compromise.row) == ("compromise", 1)
    np.testing.assert_array_equal(compromise.parameters, progress.history.parameters[1])


def test_among_equals_the_better_compromise_is_shown(problem):
    progress = with_archive(finished(problem), [[0, 0, 90, 90], [0, 0, 10, 10]])
    shown = [model for model in best_models(progress, problem.suite) if model.title != "best sum"]
    assert [model.row for model in shown] == [1, 1, 1]


def test_the_best_sum_is_shown_even_if_the_archive_has_lost_it():
    """It is the least of all evaluations, of which a full archive keeps few."""
    problem = make_problem(modes="RV")
    strategy = build_strategy("N", problem.space, SearchSettings(population_size=6))
    budget = Budget(generations=6, seed=0, archive_size=1)
    whole = search(problem, strategy, budget)
    # Only the rows of archive and leader are known.
    forgetful = search(problem, strategy, budget, keep_all=False)
    totals = whole.history.scores @ problem.weights
    row = int(np.nanargmin(totals))
    assert row not in whole.archive.rows
    for progress in (whole, forgetful):
        (best,) = [m for m in best_models(progress, problem.suite) if m.title == "best sum"]
        assert best.row == progress.gains.leader.row == row
        np.testing.assert_array_equal(best.parameters, whole.history.parameters[row])
        sums = problem.suite.mode_sums(whole.history.scores[[row]])
        assert dict(best.mode_sums) == {code: values[0] for code, values in sums.items()}


def test_the_best_sum_follows_the_given_weights(problem):
    """What the user gives counts, and not what modes count by themselves."""
    of_o = replace(problem, given_weights=GivenWeights({"O": 1.0, "V": 0.0}))
    progress = search(
        of_o,
        build_strategy("N", problem.space, SearchSettings(population_size=30)),
        Budget(generations=1, seed=1),
    )
    (best,) = [m for m in best_models(progress, problem.suite) if m.title == "best sum"]
    assert best.mode_sums["O"] == problem.suite.mode_sums(progress.archive.scores)["O"].min()


def test_where_nobody_has_added_up_there_is_no_best_sum(problem):
    progress = replace(finished(problem), gains=None)
    titles = [model.title for model in best_models(progress, problem.suite)]
    assert titles == ["compromise", "best O", "best V"]


def test_a_figure_shows_what_the_search_minimises(problem):
    best = best_models(finished(problem), problem.suite)
    assert drawn_model(best, SimpleNamespace(needs_residuals=True)).title == "best sum"
    assert drawn_model(best, SimpleNamespace(needs_residuals=False)).title == "compromise"
    assert drawn_model(best[:1], SimpleNamespace(needs_residuals=True)) is best[0]


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
