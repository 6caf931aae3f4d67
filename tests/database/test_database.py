"""Whole databases: nothing is lost, and what is wrong is said."""

from __future__ import annotations

import json
from importlib import resources

import jsonschema
import pytest

from pyneuronautofit.database import read_database
from pyneuronautofit.database.content import LIST_NAMES
from pyneuronautofit.errors import DatabaseError, UsageError

from ._made import HEADER, content, database, model, parameters


def schema():
    return json.loads(
        resources.files("pyneuronautofit.database").joinpath("schema.json").read_text("utf-8")
    )


@pytest.mark.parametrize("name", LIST_NAMES)
@pytest.mark.parametrize("end", [[], [None]])
def test_read_and_written_again_it_is_equal_to_itself(name, end, tmp_path):
    value = {"z": 1, **HEADER, name: [model(0), model(1, extra=[None, {"b": 1, "a": 2}]), *end]}
    value |= {"mine": {"deep": [1.0]}}
    read = database(tmp_path, value)
    read.write(tmp_path / "again.json")
    assert (tmp_path / "again.json").read_bytes() == (tmp_path / "db.json").read_bytes()
    same = read.with_records(read.records)
    assert same.content == value
    assert list(same.content) == list(value)


def test_vectors_are_joined_with_the_names_of_the_header(tmp_path):
    value = {**HEADER, "final": [{"parameters": [50.0, 1e-5, -90.0, None]}]}
    read = database(tmp_path, value)
    assert dict(read.stored.models[0].parameters) == {
        "soma.L": 50.0, "soma(0.5).pas.g": 1e-5, "soma.ek": -90.0, "axon.ek": -90.0,
    }  # fmt: skip
    # As it was in the file: only models that change are written anew.
    assert read.with_records(read.records).content == value


def test_select(tmp_path):
    read = database(tmp_path, content(6, models=[*(model(k) for k in range(6)), None]))
    chosen = read.select([4, range(2)])
    assert [record["id"] for record in chosen.records] == [4, 0, 1]
    assert chosen.content["models"][-1] is None
    assert chosen.content["targets"] == HEADER["targets"]
    with pytest.raises(UsageError, match=r"no model 9; .* models 0, 1, 2"):
        read.select([9])


def test_missing_parameters_are_named(tmp_path):
    value = content(3)
    del value["models"][1]["parameters"]["axon.ek"]
    value["models"][2]["parameters"]["soma.cm"] = 1.0
    read = database(tmp_path, value)
    assert read.missing_parameters() == {0: ["soma.cm"], 1: ["axon.ek", "soma.cm"]}
    with pytest.raises(
        DatabaseError,
        match=r"db\.json: .* model 0 lacks soma\.cm; model 1 lacks axon\.ek, soma\.cm",
    ):
        read.require_complete()
    database(tmp_path).require_complete()


def test_many_incomplete_models_are_not_all_listed(tmp_path):
    value = content(1, models=[{"parameters": {"soma.L": 50.0 + k}} for k in range(9)])
    with pytest.raises(DatabaseError, match=r"model 4 lacks [^;]*; so do 4 more\. Add"):
        database(tmp_path, value).require_complete()


@pytest.mark.parametrize(
    "init", [[1], "x", {"soma.v": "a"}, {"soma.v": None}, {"soma.v": True}, {"soma.v": 1e9}]
)
def test_an_init_that_is_none(init, tmp_path):
    read = database(tmp_path, content(1, models=[model(0, init=init)]))
    with pytest.raises(DatabaseError, match=r"db\.json, model 0: its init is .*expected an object"):
        read.initial_mV()


def test_init(tmp_path):
    models = [model(0, init={"soma.v": -60}), model(1), model(2, init=None)]
    assert database(tmp_path, content(models=models)).initial_mV() == [{"soma.v": -60}, {}, {}]


def test_a_header_that_makes_no_sense(tmp_path):
    value = content(1, parameters=[["soma.L", "lin", 1.0, "soma.x"]])
    value["models"] = [{"parameters": parameters()}]
    with pytest.raises(DatabaseError, match=r"db\.json: its header's parameters: .*soma\.x"):
        database(tmp_path, value).space()


def test_the_schema_accepts_what_is_read(tmp_path, shared):
    jsonschema.Draft202012Validator.check_schema(schema())
    validator = jsonschema.Draft202012Validator(schema())
    validator.validate(json.loads((shared / "data" / "P07-models-sample.json").read_text()))
    validator.validate(content(2, mine=3))
    validator.validate({**HEADER, "final": [{"parameters": [1.0, 2.0, 3.0, None]}, None]})


@pytest.mark.parametrize(
    "value",
    [
        [],
        {"a": 1},
        {"models": {}},
        {"models": [{}]},
        {"models": [{"parameters": {"soma.L": "1"}}]},
        {"models": [], "parameters": [["soma.L", "cubic", 1, 2]]},
        {"models": [model(0, init={"soma.v": "x"})]},
    ],
)
def test_the_schema_refuses_what_is_no_database(value):
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft202012Validator(schema()).validate(value)


def test_an_empty_database_is_refused(tmp_path):
    (tmp_path / "db.json").write_text('{"models": []}')
    with pytest.raises(DatabaseError, match="its list 'models' is empty"):
        read_database(tmp_path / "db.json")
