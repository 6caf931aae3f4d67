"""`check`: verdicts, the new database, and a figure of one model."""

from __future__ import annotations

import json

from .quick_cells import MODELS, database, ok


def test_reasons_numbers_and_the_new_database(command, project, tmp_path):
    db, report = database(tmp_path / "db.json"), tmp_path / "report.json"
    before = db.read_bytes()
    words = ["--project", project, "-T", "6.3", "--dt", "0.05", "--json", report]
    answer = ok(command, "check", db, *words)
    assert db.read_bytes() == before
    found = {each["id"]: each for each in json.loads(report.read_text())["models"]}
    assert list(found) == list(MODELS)
    assert found[5]["reasons"][0].startswith("no step up to 200 pA makes the soma fire")
    assert "model 5 fails: no step up to 200 pA makes the soma fire" in answer.out
    assert "ValueError: too leaky" in found[8]["reasons"][0]
    assert found[11]["n_spontaneous"] > 0
    for number in (3, 9):
        assert found[number]["passed"], found[number]
        assert found[number]["n_spike"] > 0
        assert min(found[number][f"peak_{p}_mV"] for p in ("soma", "middle", "end")) > 0
    made = json.loads((tmp_path / "db-checked.json").read_text())
    passed = [number for number in MODELS if found[number]["passed"]]
    assert f"{len(passed)} of 5 models pass" in answer.out
    assert [m["mine"]["kept"] for m in made["models"][:-1]] == passed
    assert [m["id"] for m in made["models"][:-1]] == list(range(len(passed)))
    assert made["models"][-1] is None
    assert {m["id"] for m in made["discarded"]} == set(MODELS) - set(passed)
    assert not list(tmp_path.glob("*.progress"))


def test_a_figure_of_one_model(command, project, tmp_path):
    db, out = database(tmp_path / "db.json"), tmp_path / "model.svg"
    words = ["--project", project, "-T", "6.3", "--dt", "0.1", "-o", out]
    answer = ok(command, "check", db, 3, *words)
    assert "model 3 passes" in answer.out
    text = out.read_text()
    assert all(f">{step} pA<" in text for step in range(25, 201, 25))
    assert not (tmp_path / "db-checked.json").exists()
