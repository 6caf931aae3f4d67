"""`check`: verdicts, the new database, and a figure of one model."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from database._made import content, step_traces
from pyneuronautofit.cli.databases import check as module
from pyneuronautofit.cli.databases.check import check_folder
from pyneuronautofit.errors import OutputError
from pyneuronautofit.probes.tests import StepTraces

from .fake_probes import probing
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


def written(tmp_path, n=5, **more):
    path = tmp_path / "db.json"
    path.write_text(json.dumps(content(n, **more)))
    return path


def answer(test, length):
    """Models of 40 to 44 um: one passes, one breaks, one is silent, two fire too early."""
    if length == 41.0:
        return "it broke"
    spikes = {40.0: [1200.5], 42.0: [], 43.0: [500.0, 1100.0], 44.0: [500.0, 2200.0]}[length]
    amplitudes = test.amplitudes_pA[1:2] if spikes else test.amplitudes_pA
    voltage = step_traces(test, *([spikes] * len(amplitudes)), peaks=[(31.26, 30.0, 29.04)])
    return StepTraces(amplitudes, voltage)


def row(answer, number):
    """The cells of a model in the table of numbers, by their headings."""
    lines = [line for line in answer.out.splitlines() if line[:6].strip().isdigit()]
    head = next(line for line in answer.out.splitlines() if line.startswith(" model "))
    names = head.replace("step pA", "step-pA").replace("last ms", "last-ms").split()
    cells = next(line.split() for line in lines if line.split()[0] == str(number))
    return dict(zip(names, cells, strict=True))


def test_numbers_and_reasons_are_each_models_own(command, monkeypatch, tmp_path):
    db = written(tmp_path)
    with probing(monkeypatch, module, answer) as asked:
        said = ok(command, "check", db, "--project", "here", "--dt", "0.1")
    assert (asked.project, asked.options.dt_ms) == (Path("here"), 0.1)
    # 35 degC, whatever the database says; until the first step that fires.
    assert (asked.test.temperature_degC, asked.test.dt_ms, asked.test.until_mV) == (35.0, 0.1, 0.0)
    assert row(said, 0) == {
        "model": "0", "verdict": "passes", "step-pA": "50", "spikes": "1", "last-ms": "1200.5",
        "soma": "31.3", "axon(0.5)": "30.0", "axon(0)": "29.0", "excess": "1.0",
        "spontaneous": "0",
    }  # fmt: skip
    silent = row(said, 2)
    assert (silent["verdict"], silent["step-pA"], silent["last-ms"]) == ("fails", "-", "-")
    assert (silent["spikes"], silent["soma"]) == ("0", "-60.0")
    assert row(said, 1)["soma"] == "-"
    assert row(said, 3)["spontaneous"] == "1"
    lines = said.out.splitlines()
    assert any(line.startswith("model 1 fails: ") and "it broke" in line for line in lines)
    assert "model 3 passes, but fires 1 spike(s) before the step" in lines
    assert "model 0 passes" not in said.out
    assert row(said, 4)["spontaneous"] == "1"
    assert "model 4 passes" not in said.out
    assert lines[-1] == f"2 of 5 models pass (a fake): {tmp_path / 'db-checked.json'}"


def test_the_report_is_of_every_model_in_the_order_of_the_database(command, monkeypatch, tmp_path):
    words = ["-T", "6.3", "--dt", "0.1", "--json", tmp_path / "r.json", "-o", tmp_path / "o.json"]
    with probing(monkeypatch, module, answer) as asked:
        ok(command, "check", written(tmp_path), *words)
    assert asked.test.temperature_degC == 6.3
    report = json.loads((tmp_path / "r.json").read_text())
    assert (report["database"], report["temperature"], report["dt"]) == ("db.json", 6.3, 0.1)
    assert report["steps_pA"] == list(range(25, 201, 25))
    assert report["passed"] == 2
    assert [(each["id"], each["passed"]) for each in report["models"]] == [
        (0, True), (1, False), (2, False), (3, True), (4, False),
    ]  # fmt: skip
    made = json.loads((tmp_path / "o.json").read_text())
    assert [record["parameters"]["soma.L"] for record in made["models"]] == [40.0, 43.0]
    assert [record["id"] for record in made["models"]] == [0, 1]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["db.json", "o.json", "r.json"]


def test_an_interrupted_check_goes_on(command, monkeypatch, tmp_path):
    db = written(tmp_path)
    with probing(monkeypatch, module, answer, interrupted_after=2):
        stopped = command("check", db, "--dt", "0.1")
    assert stopped.code == 130
    assert "the same command goes on where this one ended" in stopped.out
    assert [p.name for p in tmp_path.iterdir() if p != db] == ["db-checked.json.progress"]
    # Other settings are another question.
    with probing(monkeypatch, module, answer, interrupted_after=1) as asked:
        command("check", db, "--dt", "0.2")
    assert asked.probe.asked == [44.0]
    with probing(monkeypatch, module, answer) as asked:
        ok(command, "check", db, "--dt", "0.1")
    assert asked.probe.asked == [42.0, 41.0, 40.0]
    assert not list(tmp_path.glob("*.progress"))


def test_the_figure_of_a_model(command, monkeypatch, tmp_path):
    drawn = []
    monkeypatch.setattr(module, "save_steps", lambda *what, **how: drawn.append((what, how)))
    with probing(monkeypatch, module, answer) as asked:
        words = ("--dt", "0.1", "-T", "6.3", "-o", tmp_path / "f.svg")
        said = ok(command, "check", written(tmp_path), 0, *words)
    # All steps are simulated, of this model alone.
    assert asked.test.until_mV is None
    assert asked.probe.asked == [40.0]
    (((out, voltage), how),) = drawn
    assert (out, how["step_ms"]) == (tmp_path / "f.svg", 0.1)
    assert voltage.shape[1:] == (3, asked.test.n_sample)
    assert how["places"] == ["soma(0.5)", "axon(0.5)", "axon(0)"]
    assert how["titles"][:2] == ["25 pA", "50 pA"]
    assert how["heading"] == "model 0 at 6.3 °C"
    assert how["stimulus_ms"] == (1000.0, 2000.0)
    assert said.out.splitlines() == ["model 0 passes", f"figure in {tmp_path / 'f.svg'}"]


def test_why_a_drawn_model_fails(command, monkeypatch, tmp_path):
    monkeypatch.setattr(module, "save_steps", lambda *what, **how: None)
    db = written(tmp_path)
    with probing(monkeypatch, module, answer):
        said = ok(command, "check", db, 2, "-o", tmp_path / "f.svg", "--dt", "0.1")
        broken = command("check", db, 1, "-o", tmp_path / "f.svg", "--dt", "0.1")
    assert said.out.startswith("model 2 fails: no step up to 200 pA makes the soma fire")
    assert broken.code == 2
    assert "model 1 cannot be simulated: the model raised an error: it broke" in broken.err


def test_an_incomplete_database_is_refused_before_anything_is_simulated(
    command, monkeypatch, tmp_path
):
    models = content(2)["models"]
    del models[1]["parameters"]["axon.ek"]
    with probing(monkeypatch, module, answer) as asked:
        refused = command("check", written(tmp_path, models=models))
    assert refused.code == 2
    assert "model 1 lacks axon.ek" in refused.err
    assert asked.probe is None


def test_a_folder_that_is_not_there(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    check_folder(Path("out.json"))
    check_folder(tmp_path / "out.json")
    with pytest.raises(
        OutputError, match=r"cannot write no/out\.json: the folder no does not exist"
    ):
        check_folder(Path("no/out.json"))
