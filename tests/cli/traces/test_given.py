"""Recordings on the command line of `evaluate`: each model is scored on its own."""

from __future__ import annotations

import json
import logging
import shutil
from pathlib import Path

import numpy as np
import pytest

from pyneuronautofit.cli.traces.given import GivenRecordings
from pyneuronautofit.database import StoredModel, StoredModels
from pyneuronautofit.errors import UsageError

ALONE = {"mode": "OV"}
BOTH = ALONE | {"beside": [ALONE | {"target": "b.npz"}]}
HELD = BOTH | {"held_out_recordings": [ALONE | {"target": "h.npz"}]}


def models(*fitted):
    """Models of recordings (target, how), numbered from 0."""
    each = (StoredModel(k, {}, target, how) for k, (target, how) in enumerate(fitted))
    return StoredModels(tuple(each), 35.0)


def scored(stored, *words):
    """Return number -> recordings of every model that is scored."""
    given = GivenRecordings.of(words, stored, "db.json")
    found = {}
    for model in given.chosen(stored).models:
        others = (model.evaluation or {}).get("beside", [])
        on_each = given.on_each(model.target, model.evaluation, others)
        found[model.number] = [str(path) for path, _how in on_each]
    return found


THREE_CELLS = models(("a.npz", ALONE), ("b.npz", ALONE), ("c.npz", ALONE), ("a.npz", ALONE))


def test_models_of_several_cells_are_scored_on_their_own(caplog):
    words = ("d/c.npz", "d/a.npz", "d/b.npz")
    assert scored(THREE_CELLS, *words) == {
        0: ["d/a.npz"], 1: ["d/b.npz"], 2: ["d/c.npz"], 3: ["d/a.npz"],
    }  # fmt: skip
    assert not caplog.records
    given = GivenRecordings.of(words, THREE_CELLS, "db.json")
    assert given.first_for("b.npz") == Path("d/b.npz")


def test_models_whose_recording_is_not_given_are_left_out(caplog):
    with caplog.at_level(logging.WARNING):
        assert scored(THREE_CELLS, "d/a.npz") == {0: ["d/a.npz"], 3: ["d/a.npz"]}
    assert "db.json: 2 of 4 models are left out, which were fitted to b.npz, c.npz" in caplog.text
    assert scored(THREE_CELLS, "a.npz", "c.npz") == {0: ["a.npz"], 2: ["c.npz"], 3: ["a.npz"]}
    assert scored(models(("a.npz", ALONE), (None, None)), "a.npz") == {0: ["a.npz"]}


def test_all_models_can_be_scored_on_another_recording(caplog):
    assert scored(THREE_CELLS, "x.npz") == {number: ["x.npz"] for number in range(4)}
    assert scored(models((None, None)), "x.npz") == {0: ["x.npz"]}
    assert not caplog.records
    with pytest.raises(UsageError, match=r"y\.npz: the models were not fitted to that"):
        scored(THREE_CELLS, "x.npz", "y.npz")
    with pytest.raises(UsageError, match=r"x\.npz: the models were not fitted to that"):
        scored(THREE_CELLS, "x.npz", "a.npz")


def test_a_model_of_several_recordings():
    one = models(("a.npz", BOTH))
    assert scored(one, "a.npz", "b.npz") == {0: ["a.npz", "b.npz"]}
    assert scored(one, "b.npz") == {0: ["b.npz"]}
    # The first may be called otherwise.
    assert scored(one, "moved.npz", "b.npz") == {0: ["moved.npz", "b.npz"]}
    # What was held out is scored by itself, unless it is all that is given.
    assert scored(models(("a.npz", HELD)), "a.npz", "h.npz") == {0: ["a.npz"]}
    assert scored(models(("a.npz", HELD)), "h.npz") == {0: ["h.npz"]}


@pytest.fixture
def two_cells(recording, tmp_path):
    """A database of two models, each with a recording of its own; and these."""
    with np.load(recording) as arrays:
        moved = {**arrays, "voltage": arrays["voltage"] + 5.0}
    np.savez(tmp_path / "two.npz", **moved)
    shutil.copy(recording, tmp_path / "one.npz")
    how = {"mode": "V", "mask": None, "spikethreshold": -10.0}
    of = [{"id": k, "parameters": {}, "target": k, "evaluation": "X"} for k in range(2)]
    (tmp_path / "db.json").write_text(json.dumps({
        "temperature": 35.0, "targets": ["one.npz", "two.npz"], "evaluations": {"X": how},
        "models": of,
    }))  # fmt: skip
    return tmp_path / "db.json", tmp_path / "one.npz", tmp_path / "two.npz"


def test_on_the_command_line(command, hh_project, two_cells):
    database, one, two = two_cells
    words = ("evaluate", "--json", "--project", hh_project, "--dt", "0.1", database)

    def found(*recordings):
        answer = command(*words, *recordings)
        assert answer.code == 0, answer.err
        said = {each["id"]: (each["recording"], each["vector"]) for each in json.loads(answer.out)}
        return said, answer.err

    each, _err = found()
    assert each[0][1] != each[1][1]
    assert found(one, two)[0] == found(two, one)[0] == each
    only, err = found(one)
    assert only == {0: each[0]}
    assert "1 of 2 models are left out, which were fitted to two.npz" in " ".join(err.split())


def test_that_steps_are_fixed_is_said_where_nobody_chose_them(command, hh_project, two_cells):
    words = ("evaluate", "--project", hh_project, *two_cells[:2])
    said = "scored with NEURON's fixed steps of 0.025 ms"
    assert said in " ".join(command(*words).err.split())
    for more in (("--json",), ("--dt", "0.1"), ("--integrator", "adaptive")):
        answer = command(*words, *more)
        assert answer.code == 0, answer.err
        assert said not in " ".join(answer.err.split())
