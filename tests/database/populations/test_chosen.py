"""Which models of runs and files a population is made of."""

from __future__ import annotations

import json

import numpy as np
import pytest

from database._made import content, database, model
from pyneuronautofit.database import Selection
from pyneuronautofit.database.collected import Floors
from pyneuronautofit.database.populations.chosen import chosen_of, of_database
from pyneuronautofit.errors import DatabaseError, RunError, UsageError
from report._made import make_run

NAN = np.nan
SCORES = [[[1, 2, 30], [NAN, NAN, NAN], [0, 1, 40]], [[2, 2, 20], [0, 0, 60]]]
UNITS = [[[0.0, 0.0], [0.1, 0.1], [0.2, 0.2]], [[0.4, 0.4], [0.5, 0.5]]]


@pytest.fixture
def run(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return make_run(tmp_path / "one.sqlite", SCORES, units=UNITS)


@pytest.mark.parametrize("name", ["one", "one.sqlite"])
def test_models_of_a_run(run, name):
    found = chosen_of(name, Selection({"V": 50.0}))
    assert found.numbers.tolist() == [0, 2, 3]
    np.testing.assert_allclose(found.unit, [[0.0, 0.0], [0.2, 0.2], [0.4, 0.4]], atol=1e-12)
    assert found.sums["O"].tolist() == [3.0, 1.0, 4.0]
    assert found.sums["V"].tolist() == [30.0, 40.0, 20.0]
    assert found.cells == ("cell.abf",)
    assert found.sources == ("one",)
    assert np.isfinite(found.totals).all()


def test_without_a_choice_the_archive(run):
    assert chosen_of("one", Selection()).numbers.tolist() == [3, 4]


def test_a_run_that_has_none(run):
    with pytest.raises(DatabaseError, match=r"is V <= 1 \(the least of one: V 20\)\. Choose"):
        chosen_of("one", Selection({"V": 1.0}))
    with pytest.raises(UsageError, match="--max X=1: one was not evaluated by mode X"):
        chosen_of("one", Selection({"X": 1.0}))
    with pytest.raises(RunError, match=r"there is no run two: .*; or the path of a model database"):
        chosen_of("two", Selection())


def test_models_of_a_database(tmp_path):
    path = database(tmp_path, content(4)).path
    found = chosen_of(str(path), Selection())
    assert found.numbers.tolist() == [0, 1, 2, 3]
    assert found.cells == ("one.abf", "two.abf")
    assert found.cell.tolist() == [0, 1, 0, 1]
    assert found.coordinates[:, 1] == pytest.approx(np.log10(1e-6 * np.arange(1, 5)))
    assert np.isnan(found.totals).all()
    assert found.sums == {}


def test_the_best_of_a_database(tmp_path):
    records = [model(k, **{"weighted-fitness": [3.0, None, 1.0, 2.0][k]}) for k in range(4)]
    found = of_database(database(tmp_path, content(models=records)), Selection(best=2))
    assert found.numbers.tolist() == [2, 3]
    assert found.totals.tolist() == [1.0, 2.0]
    with pytest.raises(UsageError, match=r"--best 2: the models of .* have no weighted-fitness"):
        of_database(database(tmp_path), Selection(best=2))


def test_sums_of_a_file_that_says_which_number_is_of_which_mode(tmp_path):
    fitness = [[1, 2, 30], [0, None, 5], [1, 2], [3, 3, 9]]
    records = [model(k, fitness=fitness[k]) for k in range(4)]
    value = content(models=records, markers=["O", "O", "V"])
    read = database(tmp_path, value)
    assert of_database(read, Selection({"O": 3.0})).numbers.tolist() == [0]
    assert of_database(read, Selection({"V": 30.0})).numbers.tolist() == [0, 1, 3]
    with pytest.raises(UsageError, match="has no scores of the mode X; its modes are O, V"):
        of_database(read, Selection({"X": 3.0}))
    with pytest.raises(UsageError, match="does not say which number is of which mode; give the"):
        of_database(database(tmp_path), Selection({"V": 3.0}))


def test_without_declared_parameters(tmp_path):
    path = tmp_path / "db.json"
    path.write_text(json.dumps({"models": [{"parameters": {"soma.L": 1.0}}]}))
    with pytest.raises(DatabaseError, match="its header declares no searched parameters"):
        chosen_of(str(path), Selection())


def test_noise_floors_are_those_of_runs(tmp_path, run):
    with pytest.raises(UsageError, match=r"--max V=2floor: .* is a file of models, and a noise"):
        of_database(database(tmp_path), Selection({"V": Floors(2.0)}))
    with pytest.raises(RunError, match=r"--max V=2floor: one has no noise floor"):
        chosen_of("one", Selection({"V": Floors(2.0)}))
