"""Where a database departs from the schema that is shipped."""

from __future__ import annotations

import json

import jsonschema
import pytest

from database._made import content, model
from pyneuronautofit.database.conformity import departures, schema
from pyneuronautofit.database.content import LIST_NAMES
from pyneuronautofit.database.models import models_of


def test_the_schema_is_one():
    jsonschema.Draft202012Validator.check_schema(schema())
    assert set(LIST_NAMES) <= set(schema()["properties"])


def test_a_sound_database_does_not_depart():
    assert departures(content(3, mine={"anything": [1]})) == ()


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"temperature": "35"}, "temperature: '35' is not of type 'number', 'null'"),
        (
            {"parameters": [["soma.L", "cubic", 1, 2]]},
            "parameters[0][1]: 'cubic' is not one of ['lin', 'log', 'int', 'con']",
        ),
        (
            {"models": [model(0), model(1, init={"soma.v": "x"})]},
            "models[1].init['soma.v']: 'x' is not of type 'number'",
        ),
        ({"targets": [3]}, "targets[0]: 3 is not of type 'string', 'null'"),
    ],
)
def test_where_and_what(wrong, said):
    assert departures({**content(1), **wrong}) == (said,)


def test_no_more_places_than_asked_for_and_no_longer_than_a_line():
    many = content(1, targets=list(range(50)), temperature="x" * 10_000)
    assert len(departures(many)) == 5
    assert len(departures(many, 7)) == 7
    assert max(map(len, departures(many, 99))) < 300


def test_a_file_without_models():
    (said,) = departures({"a": 1})
    assert said == "the file: 'models' is a required property"


@pytest.mark.parametrize("name", LIST_NAMES)
def test_what_does_not_depart_is_read(name, tmp_path):
    value = content(2)
    value[name] = value.pop("models")
    assert departures(value) == ()
    assert len(models_of(json.loads(json.dumps(value)), tmp_path).models) == 2
