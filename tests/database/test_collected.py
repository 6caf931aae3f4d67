"""Models of runs that were made up: which are taken, and what is said of them."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace

import numpy as np
import pytest

from pyneuronautofit.database import Collection, Selection
from pyneuronautofit.database.collected import read_run_models
from pyneuronautofit.errors import DatabaseError, RunError, UsageError
from pyneuronautofit.fitting.outcome.counted import weights_of
from pyneuronautofit.objectives.residuals import weighted_sums
from pyneuronautofit.runs import open_run
from report._made import info, make_run

NAN = np.nan
#: Two generations; of mode O there are two components. Rows 1 and 6 failed.
SCORES = [
    [[1, 2, 30], [NAN, NAN, NAN], [0, 1, 40], [5, 5, 10]],
    [[2, 2, 20], [0, 0, 60], [NAN, NAN, NAN], [9, 9, 5]],
]
#: O counts ten times as much as V: 60, -, 50, 110, 60, 60, -, 185.
WEIGHTS = [[1.0, 1.0, 1.0], [10.0, 10.0, 1.0]]
#: Where the candidates are between their bounds.
UNITS = [
    [[0.0, 0.0], [0.1, 0.1], [0.2, 0.2], [0.3, 0.3]],
    [[0.4, 0.4], [0.5, 0.5], [0.6, 0.6], [0.7, 0.7]],
]


@pytest.fixture
def make(tmp_path):
    """Makes a run of the scores above and opens it."""
    opened = []

    def run(name="one", scores=SCORES, units=UNITS, weights=WEIGHTS, about=None):
        path = tmp_path / f"{name}.sqlite"
        make_run(path, scores, weights=weights, units=units, about=about)
        opened.append(open_run(path))
        return opened[-1]

    yield run
    for each in opened:
        each.close()


def of(header, **changed):
    """What a run begins with, with another header."""
    return info(header=replace(info().header, **changed), **header)


def rows(run, **selection):
    return Selection(**selection).rows(run).tolist()


def test_the_archive_in_the_order_of_the_last_weights(make):
    # The archive of these runs is whoever succeeded in the last generation.
    assert rows(make()) == [4, 5, 7]
    assert rows(make("two", weights=None)) == [4, 5, 7]
    weights = [[1.0, 1.0, 1.0], [0.0, 0.0, 1.0]]
    assert rows(make("three", weights=weights)) == [7, 4, 5]


def test_the_best_of_every_evaluation_never_a_failed_one(make):
    run = make()
    assert rows(run, best=2) == [2, 0]
    assert rows(run, best=100) == [2, 0, 4, 5, 3, 7]
    assert rows(run, best=1, only_archive=True) == [4]


def test_thresholds_are_of_sums(make):
    run = make()
    assert rows(run, thresholds={"O": 3.0}) == [2, 0, 5]
    assert rows(run, thresholds={"O": 4.0, "V": 30.0}) == [0, 4]
    assert rows(run, thresholds={"V": 30.0}, only_archive=True) == [4, 7]
    assert rows(run, thresholds={"V": 30.0}, best=1) == [0]
    assert rows(run, thresholds={"V": -1.0}) == []


def test_without_weights_of_the_search_the_weighted_sum_counts(make):
    run = make(weights=None)
    sums = weighted_sums(run.evaluations().scores, weights_of(run))
    good = np.argsort(sums, kind="stable")[: np.isfinite(sums).sum()]
    assert rows(run, best=3) == good[:3].tolist()


def test_selections_that_do_not_fit(make):
    run = make(weights=None)
    text = r"--max W=1: one was not evaluated by mode W; its modes are O, V"
    with pytest.raises(UsageError, match=text):
        rows(run, thresholds={"W": 1.0})


@pytest.mark.parametrize(
    ("selection", "name"),
    [
        ({}, "non-dominated"),
        ({"only_archive": True}, "non-dominated"),
        ({"best": 3}, "best 3"),
        ({"thresholds": {"O": 2.0, "V": 0.25}}, "O <= 2, V <= 0.25"),
        ({"thresholds": {"O": 2.0}, "best": 7}, "O <= 2; best 7"),
    ],
)
def test_a_selection_has_a_name(selection, name):
    assert Selection(**selection).name == name


def test_records_of_two_runs(make):
    first = make()
    target = of({}, target="other.abf", evaluation={"mode": "OV", "mask": "[1]"})
    # Other candidates: half of the way to the next ones.
    second = make("two", weights=None, about=target, units=np.array(UNITS) + 0.05)
    collection = Collection(Selection(best=None))
    assert collection.add(first) == 3
    assert collection.add(second) == 3
    content = collection.content()
    assert content["targets"] == ["cell.abf", "other.abf"]
    assert content["sources"] == ["one.sqlite", "two.sqlite"]
    assert content["discarded"] == []
    records = content["models"]
    assert [r["id"] for r in records] == list(range(6))
    assert [r["row"] for r in records] == [4, 5, 7] * 2
    assert [r["src"] for r in records] == [r["target"] for r in records] == [0, 0, 0, 1, 1, 1]
    assert [r["fitness"] for r in records[:3]] == [[2, 2, 20], [0, 0, 60], [9, 9, 5]]
    assert [r.get("weighted-fitness") for r in records] == [60, 60, 185, None, None, None]
    assert records[0]["parameters"] == pytest.approx(
        {"soma.L": 1 + 8 * 0.4, "soma(0.5).pas.g": 10 ** (-5 + 2 * 0.4)}, rel=1e-12
    )
    assert {r["selection"] for r in records} == {"non-dominated"}
    # Settings stand under a digest of what they say.
    keys = [records[0]["evaluation"], records[3]["evaluation"]]
    assert content["evaluations"] == {
        keys[0]: {"mode": "OV", "mask": None}, keys[1]: {"mode": "OV", "mask": "[1]"},
    }  # fmt: skip
    text = '{"mask": null, "mode": "OV"}'
    assert keys[0] == hashlib.sha256(text.encode()).hexdigest()[:16].upper()
    json.dumps(content, allow_nan=False)


@pytest.mark.parametrize(
    ("project", "module", "cell"),
    [
        (None, "pyneuronautofit.models.thalamocortical.cell", "ThalamocorticalCell"),
        ("/p/my_project.py", "my_project", "fitmeneuron"),
    ],
)
def test_the_head_says_what_simulates_the_models(make, project, module, cell):
    places = {"recording": "/r/cell.abf", "project": project, "directory": "/r"}
    collection = Collection(Selection())
    collection.add(make(about=info(places=places)))
    content = collection.content()
    assert (content["module"], content["cell"], content["setcable"]) == (module, cell, "setcable")
    assert (content["version"], content["temperature"]) == ("1.2", 35.0)
    assert content["parameters"] == info().header.parameters
    assert content["program"] == info().header.program


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"version": "1.3"}, r"their version differ \('1\.2' and '1\.3'\)"),
        ({"temperature_degC": 36.0}, r"their temperature differ \(35\.0 and 36\.0\)"),
        (
            {"parameters": [["soma.L", "lin", 1.0, 9.5], info().header.parameters[1]]},
            r"their parameters differ$",
        ),
        ({"program": "another 1"}, r"their program differ \("),
    ],
)
def test_models_of_another_cell_are_refused(make, changed, said):
    collection = Collection(Selection())
    collection.add(make())
    said = f"one and two cannot be collected together: {said}"
    with pytest.raises(RunError, match=said):
        collection.add(make("two", about=of({}, **changed)))
    assert len(collection.records) == 3


def test_of_near_ones_the_first_is_kept(make):
    # In units of their ranges: (0, 0), and others that are so far away along one of two axes.
    units = [[[0.0, 0.0], [0.1, 0.0], [0.0, 0.1], [0.0, 0.3]]]
    scores = [[[0, 0, 1], [0, 0, 2], [0, 0, 3], [0, 0, 4]]]
    run = make(scores=scores, units=units, weights=None)
    apart = 0.1 / np.sqrt(2)

    def taken(distance):
        collection = Collection(Selection(distance=distance))
        n_taken = collection.add(run)
        assert n_taken == len(collection.records)
        assert collection.n_near == 4 - n_taken
        return [record["row"] for record in collection.records]

    assert taken(apart * 0.99) == [0, 1, 2, 3]
    assert taken(apart * 1.01) == [0, 3]
    assert taken(0.3) == [0]
    assert taken(0.0) == [0, 1, 2, 3]


def test_a_model_is_near_to_those_of_earlier_runs_and_copies_are_always_near(make):
    collection = Collection(Selection(distance=0.0))
    assert collection.add(make()) == 3
    assert collection.add(make("two")) == 0
    assert collection.n_near == 3
    shifted = np.array(UNITS) + 1e-6
    assert collection.add(make("three", units=shifted)) == 3
    assert collection.n_near == 3


def test_ranges_are_those_of_the_search(make):
    """Bounds that depend on another parameter reach as far as it does; constants not at all."""
    rows_ = [["soma.L", "lin", 9.0, 1.0], ["soma(0.5).pas.g", "log", 1e-5, 1e-3]]
    linear = [rows_[0], ["soma(0.5).pas.g", "lin", 5.0, "soma.L"]]
    fixed = [rows_[0], ["soma(0.5).pas.g", "con", 1e-5, 1e-3]]
    units = [[[0.0, 0.0], [0.5, 0.0], [0.0, 0.5]]]
    scores = [[[0, 0, 1], [0, 0, 2], [0, 0, 3]]]

    def n_near(name, parameters, distance, *, log_search=True):
        about = of({"log_search": log_search}, parameters=parameters)
        collection = Collection(Selection(distance=distance))
        collection.add(make(name, scores=scores, units=units, weights=None, about=about))
        return collection.n_near

    half = 0.5 / np.sqrt(2)
    assert n_near("log", rows_, half * 0.99) == 0
    assert n_near("log2", rows_, half * 1.01) == 2
    # Coordinates of the second are -5 and -4: one of the 8 between 1 and 9, where soma.L can be.
    assert n_near("lin", linear, 1 / 8 / np.sqrt(2) * 0.99) == 0
    assert n_near("lin2", linear, 1 / 8 / np.sqrt(2) * 1.01) == 1
    # What is constant makes nobody different.
    assert n_near("fixed", fixed, 1e-9) == 1
    # Searched linearly, coordinates that are logarithms would be far away from each other.
    assert n_near("off", rows_, 100.0, log_search=False) == 1


def test_a_runs_models_as_a_file_of_models(tmp_path, make):
    make().close()
    for name in ("one", "one.sqlite", str(tmp_path / "one.sqlite")):
        stored = read_run_models(name, tmp_path)
        # The population of the last generation, then its archive.
        assert len(stored.models) == 4 + 3
        assert [model.number for model in stored.models] == list(range(7))
        assert stored.models[0].target == "cell.abf"
        assert stored.models[0].evaluation == {"mode": "OV", "mask": None}
        assert stored.temperature_degC == 35.0
        assert not stored.pairs_are_ranges
        values = [model.parameters["soma.L"] for model in stored.models]
        lengths = [1 + 8 * unit for unit in (0.4, 0.5, 0.6, 0.7, 0.4, 0.5, 0.7)]
        np.testing.assert_allclose(values, lengths)


def test_what_is_no_run_is_left_to_others(tmp_path):
    (tmp_path / "db.json").write_text("{}")
    assert read_run_models("db.json", tmp_path) is None
    assert read_run_models("nothing", tmp_path) is None


def test_a_run_that_has_just_begun_has_no_models(tmp_path, make):
    make(scores=[], units=[]).close()
    with pytest.raises(DatabaseError, match="is empty"):
        read_run_models("one", tmp_path)
