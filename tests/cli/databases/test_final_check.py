"""`final-check`: figures of models over their recordings."""

from __future__ import annotations

import json

from .quick_cells import MODELS, database, ok


def test_all_models_in_two_formats(command, project, recording, tmp_path):
    db = database(tmp_path / "db.json", sources=["run.json"])
    patterns = [tmp_path / "model-{}.svg", tmp_path / "model-{}.pdf"]
    words = ["--project", project, "--dt", "0.1", "--simulator", "neuron"]
    answer = ok(command, "final-check", db, "None", *patterns, *words)
    assert "4 of 5 models drawn" in answer.out
    assert "model 8: the model raised an error: ValueError: too leaky" in answer.out
    drawn = {path.name for path in tmp_path.glob("model-*")}
    assert drawn == {f"model-{k}.{s}" for k in (3, 5, 9, 11) for s in ("svg", "pdf")}
    text = (tmp_path / "model-5.svg").read_text()
    assert "model 5   target cell.npz" in text
    assert ">sweep 0: -100 pA<" in text
    assert not list(tmp_path.glob("*.progress"))


def test_one_model_with_source_and_selection(command, project, recording, tmp_path):
    content = json.loads(database(tmp_path / "db.json", sources=["run.json"]).read_text())
    content["models"][0] |= {"src": 0, "selection": 4}
    (tmp_path / "db.json").write_text(json.dumps(content))
    words = ["--project", project, "--dt", "0.1", "--simulator", "neuron"]
    ok(command, "final-check", tmp_path / "db.json", 3, tmp_path / "one.svg", *words)
    text = (tmp_path / "one.svg").read_text()
    assert "model 3   target cell.npz   source run.json   selection 4" in text


def test_the_recording_is_sought_in_the_folder_that_is_named(command, project, recording, tmp_path):
    db = database(tmp_path / "db.json", {3: MODELS[3]}, targets=["far.npz"])
    (tmp_path / "far").mkdir()
    recording.rename(tmp_path / "far" / "far.npz")
    words = ["--project", project, "--dt", "0.1", "--simulator", "neuron"]
    answer = command("final-check", db, 3, tmp_path / "one.svg", *words)
    assert answer.code == 2
    assert "the recording far.npz of the models is in none of the folders" in answer.err
    words += ["--recordings", tmp_path / "far"]
    ok(command, "final-check", db, 3, tmp_path / "one.svg", *words)
