"""`info`: what is in a database."""

from __future__ import annotations

import json
import re

import pytest

from database._made import content, model

from .quick_cells import database, ok


def test_text_and_json(command, tmp_path):
    db = database(tmp_path / "db.json")
    answer = ok(command, "info", db)
    assert "5 model(s) under 'models', ids 3 to 11" in answer.out
    assert re.search(r"^ +5  cell\.npz$", answer.out, re.MULTILINE)
    assert "5 model(s) (3, 5, 8, 9, 11) have no init (search-init writes it)" in answer.out
    found = json.loads(ok(command, "info", db, "--json", "--models", "3:6").out)
    assert found["n_model"] == 2
    assert found["parameters"][0]["smallest"] == 1e-7


@pytest.fixture
def said(command, tmp_path):
    """What is said of a database, line by line."""

    def run(value, *words):
        (tmp_path / "db.json").write_text(json.dumps(value))
        return ok(command, "info", "db.json", *words).out.splitlines()

    return run


def lines_of(lines, name):
    return [line.split() for line in lines if line.startswith(name)]


def test_counts_of_where_models_are_from(said):
    lines = said(content(3, models=[model(k, target=k % 2, id=5 + 2 * k) for k in range(3)]))
    assert lines[0] == "db.json: 3 model(s) under 'models', ids 5 to 9"
    assert "temperature 35.0" in lines[1]
    assert "version 3" in lines[1]
    assert lines[2:5] == ["fitted to:", "      2  one.abf", "      1  two.abf"]
    assert lines[lines.index("scored by:") + 1] == "      3  A"
    assert lines[lines.index("from:") + 1] == "      3  run-1.json"


def test_what_no_model_says_is_not_counted(said):
    bare = [{"parameters": model(k)["parameters"]} for k in range(2)]
    lines = said({"models": bare})
    assert not {"fitted to:", "scored by:", "from:"} & set(lines)
    assert lines_of(lines, "soma L")[0][-2:] == ["not", "searched"]


def test_ranges_against_the_values(said):
    values = [(20.0, 1e-7, -65.0), (20.5, 1e-4, -80.0), (100.0, 0.1, -110.0), (200.0, 1e-3, -90.0)]
    models = [
        {"parameters": {"soma.L": a, "soma(0.5).pas.g": b, "soma.ek": c, "axon.ek": c}, "id": k}
        for k, (a, b, c) in enumerate(values)
    ]
    lines = said(content(models=models))
    length, leak, potassium = (
        next(line for line in lines if name in line) for name in ("L (", "pas", "ek")
    )
    # 20 and 20.5 are within a hundredth of 20 .. 200 of its lower bound.
    assert re.search(r" +20 +60\.25 +200  20 \.\. 200 lin; 2 at the lower, 1 at the upper$", length)
    assert re.search(r" 1e-07 +0\.00055 +0\.1  1e-07 \.\. 0\.1 log; 1 at the lower, 1 at", leak)
    assert re.search(r" -110 +-85 +-65  -65 \.\. -110 lin; ", potassium)


def test_a_parameter_within_its_bounds_presses_on_none(said):
    models = [model(k) for k in range(3)]
    lines = said(content(models=models))
    assert next(line for line in lines if "L (" in line).endswith("20 .. 200 lin")


def test_what_is_missing_is_said_at_the_end(said):
    models = [model(k, init={"soma.v": -60.0}, gsynmin=[1.0]) for k in range(2)]
    assert said(content(models=models))[-1] == "nothing is missing"
    del models[0]["gsynmin"], models[1]["init"]
    assert said(content(models=models))[-2:] == [
        "1 model(s) (1) have no init (search-init writes it)",
        "1 model(s) (0) have no gsynmin (search-synmin writes it)",
    ]


def test_json_has_no_nan(command, tmp_path):
    value = content(2, models=[{"parameters": {"soma.L": 50.0}}] * 1)
    (tmp_path / "db.json").write_text(json.dumps(value))
    text = ok(command, "info", "db.json", "--json").out
    found = json.loads(text, parse_constant=pytest.fail)
    by_name = {each["name"]: each for each in found["parameters"]}
    assert by_name["soma.L"]["smallest"] == 50.0
    missing = by_name["soma(0.5).pas.g"]
    assert (missing["smallest"], missing["median"], missing["n_model"]) == (None, None, 0)
    assert found["numbers"] == [0, 0]


def test_where_a_file_is_not_as_the_schema_says(said):
    assert not [line for line in said(content(2)) if "schema" in line]
    lines = said(content(2, temperature="35"))
    assert lines[-1] == (
        "not as the schema says: temperature: '35' is not of type 'number', 'null'"
    )
    assert json.loads("\n".join(said(content(2, temperature="35"), "--json")))["departures"]
