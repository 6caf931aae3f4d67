"""Stored models are scored in groups, and given back in their order."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from database._made import content, database, model
from pyneuronautofit.database.tools.scoring import ScoredGroup, find_target, score_models
from pyneuronautofit.errors import DatabaseError
from pyneuronautofit.fitting import Evaluation
from pyneuronautofit.simulators import RunStatus

EVALUATIONS = {"A": {"mode": "OV"}, "B": {"mode": "V"}, "C": {"mode": "OV"}}


class Sums:
    """A suite of two components of O and one of V, as far as it is asked."""

    markers = ("O", "O", "V")

    def mode_sums(self, scores):
        return {"O": scores[:, 0] + scores[:, 1], "V": scores[:, 2]}


class Scorer:
    """Scores a model by its length; 42 um fails."""

    def __init__(self):
        self.groups = []

    def __call__(self, path, evaluation, stored):
        lengths = [each.parameters["soma.L"] for each in stored.models]
        self.groups.append((path, evaluation, lengths))
        scores = np.outer(lengths, [1.0, 10.0, 100.0])
        failed = [length == 42.0 for length in lengths]
        scores[failed] = np.nan
        status = tuple(RunStatus.DIVERGED if bad else RunStatus.OK for bad in failed)
        messages = tuple("too long" if bad else "" for bad in failed)
        found = Evaluation(np.empty((0, 0)), scores, status, messages, np.zeros(len(scores)))
        return ScoredGroup(Sums(), found, {"O": scores[:, 0]})


def find(name):
    return Path("/r") / (name or "none.abf")


@pytest.fixture
def stored(tmp_path):
    # Recordings one, two, one, two, one; evaluations of which A and C are the same.
    models = [model(k, evaluation="ABACA"[k]) for k in range(5)]
    value = content(models=models, evaluations=EVALUATIONS)
    return database(tmp_path, value).stored


def test_who_shares_recording_and_evaluation_is_scored_together(stored):
    scorer = Scorer()
    score_models(stored, find, scorer)
    assert scorer.groups == [
        (Path("/r/one.abf"), {"mode": "OV"}, [40.0, 42.0, 44.0]),
        (Path("/r/two.abf"), {"mode": "V"}, [41.0]),
        (Path("/r/two.abf"), {"mode": "OV"}, [43.0]),
    ]


def test_two_keys_of_one_evaluation_are_one(tmp_path):
    models = [model(k, evaluation="ABAC"[k], target=0) for k in range(4)]
    scorer = Scorer()
    value = content(models=models, evaluations=EVALUATIONS)
    score_models(database(tmp_path, value).stored, find, scorer)
    assert [lengths for _path, _evaluation, lengths in scorer.groups] == [[40, 42, 43], [41]]


def test_results_are_in_the_order_of_the_models(stored):
    found = score_models(stored, find, Scorer())
    assert [each.model.number for each in found] == [0, 1, 2, 3, 4]
    assert [each.recording for each in found] == [
        "one.abf", "two.abf", "one.abf", "two.abf", "one.abf",
    ]  # fmt: skip
    for each, length in zip(found, [40, 41, 42, 43, 44], strict=True):
        if length == 42:
            assert (each.status, each.message) == (RunStatus.DIVERGED, "too long")
            assert np.isnan(each.vector).all()
            assert np.isnan(list(each.mode_sums.values())).all()
        else:
            assert (each.status, each.message) == (RunStatus.OK, "")
            assert each.vector.tolist() == [length, 10 * length, 100 * length]
            assert each.mode_sums == {"O": 11 * length, "V": 100 * length}
        assert each.markers == ("O", "O", "V")


def test_models_that_name_no_recording(tmp_path):
    value = content(models=[model(0, target=None)], targets=[])
    scorer = Scorer()
    score_models(database(tmp_path, value).stored, find, scorer)
    assert scorer.groups[0][0] == Path("/r/none.abf")


def test_a_recording_is_sought_in_one_folder_after_the_other(tmp_path):
    first, second = tmp_path / "first", tmp_path / "second"
    for folder, names in ((first, ["a.abf"]), (second, ["a.abf", "b.abf"])):
        folder.mkdir()
        for name in names:
            (folder / name).touch()
    (first / "b.abf").mkdir()
    assert find_target("a.abf", [first, second]) == first / "a.abf"
    assert find_target("b.abf", [first, second]) == second / "b.abf"
    with pytest.raises(DatabaseError, match=rf"c\.abf .* none of the folders {first}, {second};"):
        find_target("c.abf", [first, second])
    # A folder that is sought in twice is named once.
    with pytest.raises(DatabaseError, match=rf"none of the folders {first}, {second};"):
        find_target("c.abf", [first, second, second / ".." / first.name])
    with pytest.raises(DatabaseError, match="do not say which recording they were fitted to"):
        find_target(None, [first])
