"""`merge`: several databases as one."""

from __future__ import annotations

import json

import pytest

from database._made import content, model

from .quick_cells import database, ok


def test_selected_and_merged_there_and_back(command, tmp_path):
    db = database(tmp_path / "db.json")
    parts = [tmp_path / "a.json", tmp_path / "b.json"]
    answer = ok(command, "select", db, "--models", "3,5", "-o", parts[0])
    assert "2 of 5 models" in answer.out
    ok(command, "select", db, "--models", "5:20", "-o", parts[1])
    assert [m["id"] for m in json.loads(parts[1].read_text())["models"][:-1]] == [5, 8, 9, 11]
    answer = ok(command, "merge", *parts, "-o", tmp_path / "whole.json")
    assert "5 models, 1 left out that were there already" in answer.out
    whole, before = (json.loads(p.read_text()) for p in (tmp_path / "whole.json", db))
    for number, each in enumerate(before["models"][:-1]):
        each["id"] = number
    assert whole == before


@pytest.fixture
def parts(tmp_path):
    """Databases of the models 0, 1 and 1, 2, 3."""
    names = []
    for name, numbers in (("a.json", (0, 1)), ("b.json", (1, 2, 3))):
        models = [model(k, id=10 + k) for k in numbers]
        (tmp_path / name).write_text(json.dumps(content(models=models)))
        names.append(name)
    return names


def test_models_are_numbered_anew_and_the_first_of_two_equal_ones_is_kept(command, parts, tmp_path):
    answer = ok(command, "merge", *parts, "-o", "whole.json")
    assert answer.out == "4 models, 1 left out that were there already: whole.json\n"
    made = json.loads((tmp_path / "whole.json").read_text())["models"]
    assert [record["id"] for record in made] == [0, 1, 2, 3]
    assert [record["parameters"]["soma.L"] for record in made] == [40, 41, 42, 43]


def test_where_none_is_left_out_nothing_is_said_of_it(command, parts, tmp_path):
    answer = ok(command, "select", "b.json", "--models", "12:14", "-o", "c.json")
    answer = ok(command, "merge", "c.json", "a.json", "-o", "whole.json")
    assert answer.out == "4 models: whole.json\n"
    made = json.loads((tmp_path / "whole.json").read_text())["models"]
    assert [record["parameters"]["soma.L"] for record in made] == [42, 43, 40, 41]


@pytest.mark.parametrize("words", [("a.json", "-o", "o.json"), ("a.json", "b.json")])
def test_two_databases_and_where_to_write(command, parts, tmp_path, words):
    answer = command("merge", *words)
    assert answer.code == 2
    assert "expected two databases or more, and -o, the database to write" in answer.err
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.json", "b.json"]
