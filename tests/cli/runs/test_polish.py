"""Models that are there already become better, in a run of their own."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import numpy as np
import pytest

from cli.conftest import HH_PROJECT, write_recording
from cli.traces.comparing import assert_same_run
from pyneuronautofit.cli.main import main
from pyneuronautofit.runs import RunFiles, open_run

ONCE = ("-n", "1", "--seed", "3")


@pytest.fixture(scope="module")
def begun(tmp_path_factory):
    """A folder with a model, a recording and a small run."""
    folder = tmp_path_factory.mktemp("begun")
    (folder / "model").mkdir()
    (folder / "model" / "project.py").write_text(HH_PROJECT)
    write_recording(folder / "cell.npz")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        words = ("-A", "N", "-m", "OV", "-P", "8", "-G", "1", "--dt", "0.1", "-k", "[0, 1]")
        assert main([*words, *ONCE, "--project", "model", "-a", "run", "cell.npz"]) == 0
    return folder


@pytest.fixture
def folder(begun, command, tmp_path, monkeypatch):
    """The working directory with all of these, but for the model of another place."""
    for path in begun.iterdir():
        if path.is_file():
            shutil.copy(path, tmp_path)
    # The run knows its recording and its model by their paths.
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def polish(begun, folder, command):
    """Polishes and returns the files of the new run."""

    def run(*words, name="better", code=0):
        known = ("--project", begun / "model")
        run.answer = command("polish", *words, *ONCE, *known, "-a", name)
        assert run.answer.code == code, polish.answer.err
        assert "Traceback" not in run.answer.err
        return RunFiles(folder, name)

    return run


def least(store):
    """Return the least sum of mode V of a run, its settings, and its candidates to begin with."""
    with open_run(store) as run:
        scores = run.evaluations().scores
        markers = np.array(run.header.markers)
        sums = scores[:, markers == "V"].sum(axis=1)
        return float(np.nanmin(sums)), run.info.settings, run.info.initial


def content(folder):
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_the_best_of_a_run_become_better(polish, folder, begun, command):
    before = content(folder)
    files = polish("run", "--evaluations", "120")
    assert "search      Local, 3 parameters, 120 evaluations, seed 3" in polish.answer.out
    was, settings, _initial = least(folder / "run.sqlite")
    now, its, initial = least(files.store)
    assert now < 0.9 * was
    for name in ("modes", "dt", "mask", "off_log_scale"):
        assert its[name] == settings[name], name
    assert (its["algorithm"], its["mask"]) == ("Local", "[0, 1]")
    # It began with models of the run, none of which failed, and nothing of that is changed.
    with open_run(folder / "run.sqlite") as run:
        former = {row.tobytes() for row in run.evaluations().parameters}
    assert 0 < len(initial) <= 16
    assert {row.tobytes() for row in initial} <= former
    assert {path: path.read_bytes() for path in before} == before
    known = ("--project", begun / "model")
    for words in (("report", "better", *known), ("status", "better"), ("export", "better")):
        answer = command(*words)
        assert answer.code == 0, answer.err
    answer = command("collect", "run", "better", "-o", "models.json")
    assert answer.code == 0, answer.err


def test_in_two_sittings_it_is_the_run_in_one(polish, folder, command):
    whole = polish("run", "--evaluations", "120", "--output", "whole")
    parts = polish("run", "--evaluations", "60", "--output", "parts")
    whole, parts = (RunFiles(folder / name, "better") for name in ("whole", "parts"))
    answer = command("--resume", parts.store, "--evaluations", "120", "-n", "2")
    assert answer.code == 2
    assert "add --extend" in answer.err
    known = ("--project", least(whole.store)[1]["project"])
    words = ("--resume", parts.store, "--evaluations", "120", "-n", "2", "--extend", *known)
    answer = command(*words)
    assert answer.code == 0, answer.err
    assert_same_run(whole, parts)


def test_some_evaluations_of_a_run(polish, folder):
    files = polish("run", "--models", "3,0:2", "--evaluations", "40", "--weights", "V=1,O=0")
    with open_run(folder / "run.sqlite") as run:
        expected = run.evaluations([3, 0, 1]).parameters
    _least, settings, initial = least(files.store)
    np.testing.assert_array_equal(initial, expected)
    assert settings["weights"] == "V=1,O=0"


def test_a_file_of_models_is_scored_as_it_says(polish, folder):
    words = ("run-final.json", "cell.npz", "--dt", "0.1", "--models", "0:4", "--evaluations", "80")
    files = polish(*words)
    _least, settings, initial = least(files.store)
    assert (settings["modes"], settings["mask"], settings["dt"]) == ("OV", "[0, 1]", 0.1)
    content = json.loads((folder / "run-final.json").read_text())["final"]
    np.testing.assert_allclose(initial, [model["parameters"] for model in content[:4]])
    # With -m the command line says all of it.
    files = polish(*words, "-m", "V", "-q", "30", name="other")
    _least, settings, _initial = least(files.store)
    assert (settings["modes"], settings["mask"], settings["temperature_degC"]) == ("V", None, 30.0)


def test_models_of_a_database(polish, folder):
    models = [{"parameters": {"soma(0.5).hh.gkbar": 0.01 * n}} for n in range(1, 4)]
    Path("models.json").write_text(json.dumps({"models": models, "temperature": 33.0}))
    words = ("--dt", "0.1", "-m", "V", "--evaluations", "40", "--figure", "best.png")
    files = polish("models.json", "cell.npz", *words)
    _least, settings, initial = least(files.store)
    assert settings["temperature_degC"] == 33.0
    np.testing.assert_allclose(initial[:, 1], [0.01, 0.02, 0.03])
    assert np.isnan(initial[:, 0]).all()
    assert (folder / "best.png").stat().st_size


@pytest.mark.parametrize(("words", "said"), [
    ("run-final.json", "expected a RECORDING behind it.*polish the run itself: polish run.sqlite"),
    ("nothing", "there is no file nothing, and there is no run nothing"),
    ("run -m V", "polish run: the run has -m OV, but -m V is asked for.*-A Local -I"),
    ("run --dt 0.05", "the run has --dt 0.1, but --dt 0.05 is asked for"),
    ("run -k [0]", r"the run has -k \[0, 1\], but -k \[0\] is asked for"),
    ("run --evaluations 1 --models 0,1", "--evaluations 1: the initial population alone has 2"),
    ("run --models 16", "has the evaluations 0 to 15"),
    ("run --models x", "'x' is neither a number nor a range"),
    ("run -a run", "there is already a run with the stamp run"),
    ("run other.npz", "the recording .*other.npz is not the file that it was begun with"),
    ("run-final.json cell.npz --models 99", "there is no model 99"),
    ("run-final.json cell.npz -t -10", "-t without -m"),
    ("run-final.json cell.npz --weights Q=1", "expected MODE=WEIGHT,.. with modes of -m"),
    ("two.json cell.npz", "its models were not all scored in the same way.*--models"),
    ("else.json cell.npz -m V", "polish else.json: none of its parameters is searched"),
    ("cell.npz cell.npz", "cell.npz"),
    ("", "the following arguments are required: MODELS"),
], ids=str)  # fmt: skip
def test_wrong_inputs(polish, folder, words, said):
    write_recording(folder / "other.npz", n_sample=601)
    two = [{"parameters": {"soma(0.5).hh.gl": 1e-4}, "evaluation": {"mode": m}} for m in "VO"]
    Path("two.json").write_text(json.dumps({"models": two}))
    Path("else.json").write_text(json.dumps({"models": [{"parameters": {"dend.L": 1.0}}]}))
    before = content(folder)
    given = words.split()
    name = given.pop(given.index("-a") + 1) if "-a" in given else "better"
    polish(*(word for word in given if word != "-a"), name=name, code=2)
    assert re.search(said, polish.answer.err, re.DOTALL), polish.answer.err
    assert content(folder) == before


def test_local_needs_models(command, begun, folder):
    answer = command("-A", "Local", "-m", "V", "--project", begun / "model", "cell.npz")
    assert answer.code == 2
    assert "-A Local: expected models to begin with" in answer.err
