"""`select`: some models of a database, as they were."""

from __future__ import annotations

import json

import pytest

from database._made import HEADER, content, model


@pytest.fixture
def select(command, tmp_path):
    """Selects models of a database with the ids 0, 2, 4, 6, 8."""
    models = [model(k, id=2 * k) for k in range(5)]
    (tmp_path / "db.json").write_text(json.dumps(content(models=models)))
    return lambda *words: command("select", "db.json", *words)


@pytest.mark.parametrize(
    ("ids", "chosen"), [("4", [4]), ("6,0", [6, 0]), ("1:5", [2, 4]), ("8,0:3", [8, 0, 2])]
)
def test_models_keep_their_ids(select, tmp_path, ids, chosen):
    answer = select("--models", ids, "-o", "some.json")
    assert (answer.code, answer.out) == (0, f"{len(chosen)} of 5 models: some.json\n")
    made = json.loads((tmp_path / "some.json").read_text())
    assert [record["id"] for record in made["models"]] == chosen
    assert [record["parameters"]["soma.L"] for record in made["models"]] == [
        40.0 + number / 2 for number in chosen
    ]
    assert {key: made[key] for key in HEADER} == HEADER


@pytest.mark.parametrize("words", [("--models", "0"), ("-o", "some.json"), ()])
def test_both_have_to_be_said(select, tmp_path, words):
    answer = select(*words)
    assert answer.code == 2
    assert "expected --models, the ids of the models, and -o, the database to write" in answer.err
    assert not (tmp_path / "some.json").exists()


def test_what_is_chosen_from_is_not_written_over(command, select, tmp_path):
    before = (tmp_path / "db.json").read_bytes()
    answer = command("select", "db.json", "--models", "0", "-o", "db.json")
    assert answer.code == 2
    assert "-o db.json: this is the same file as db.json, which is read" in answer.err
    assert (tmp_path / "db.json").read_bytes() == before
