"""Fits of several cells: what they share, stores, databases of one cell each, what is refused."""

from __future__ import annotations

import json

import numpy as np
import pytest

from cli.conftest import write_recording
from pyneuronautofit.database import read_run_models
from pyneuronautofit.runs import open_run

SEARCH = ("-A", "N", "-P", "6", "--seed", "1", "--dt", "0.1", "-m", "OV")
CELLS = ("--cell", "young=one.npz", "--cell", "young=two.npz", "--cell", "old=three.npz")
FILES = ("one.npz", "two.npz", "three.npz")
SHARED = ("--shared", "*.gnabar")


@pytest.fixture
def here(tmp_path, hh_project):
    for n_sweep, name in enumerate(FILES, start=1):
        write_recording(tmp_path / name, n_sweep=n_sweep)
    # A soma without a leak to search: three columns for two cells.
    text = (hh_project / "project.py").read_text()
    (hh_project / "project.py").write_text(
        text.replace('["soma(0.5).hh.gl"', '# ["soma(0.5).hh.gl"')
    )
    return tmp_path


@pytest.fixture
def fit(command, here, hh_project):
    """Runs a fit and returns its answer."""

    def run(*words, name="run", code=0):
        answer = command(*SEARCH, *words, "--project", hh_project, "-a", name)
        assert answer.code == code, answer.err
        return answer

    return run


def final_of(folder, name="run"):
    return json.loads((folder / f"{name}-final.json").read_text())


def evaluated(command, hh_project, *words):
    answer = command("evaluate", "--dt", "0.1", "--project", hh_project, "--json", *words)
    assert answer.code == 0, answer.err
    return json.loads(answer.out)


@pytest.mark.nightly
def test_a_model_of_all_cells_is_a_model_of_each(fit, command, here, hh_project):
    answer = fit("-G", "1", "-t", "-10", *FILES, *CELLS, *SHARED)
    said = " ".join(answer.out.split())
    assert "young: two.npz: 2 sweeps" in said
    assert "cells young, old share soma(0.5).hh.gnabar; 1 parameter(s) for each" in said
    assert "cells: the compromise model: young O " in said
    content = final_of(here)
    assert [row[0] for row in content["parameters"]] == [
        "soma(0.5).hh.gnabar", "soma(0.5).hh.gkbar@young", "soma(0.5).hh.gkbar@old",
    ]  # fmt: skip
    assert content["markers"] == list("OVOOVVOOOVVV")
    assert content["evaluation"]["cells"] == {
        "names": ["young", "old"], "shared": ["soma(0.5).hh.gnabar"], "pull": None,
    }  # fmt: skip
    vectors = [record["fitness"] for record in content["final"]]
    # NEURON and the recordings say the same of each cell by itself.
    again = evaluated(command, hh_project, "run-final.json")
    assert [each["recording"] for each in again[:2]] == ["one.npz", "three.npz"]
    assert [each["vector"] for each in again[::2]] == [each[:6] for each in vectors]
    assert [each["vector"] for each in again[1::2]] == [each[6:] for each in vectors]
    # With the threshold of the run, which is said.
    said = command("evaluate", "--dt", "0.1", "--project", hh_project, "run-final.json").err
    assert "spikes above -10 mV" in said
    # So they are in a database.
    assert command("collect", "run", "-o", "db.json", "--best", "2").code == 0
    models = json.loads((here / "db.json").read_text())
    assert models["targets"] == ["one.npz", "three.npz"]
    assert [row[0] for row in models["parameters"]] == ["soma(0.5).hh.gnabar", "soma(0.5).hh.gkbar"]
    records = models["models"]
    assert [each["cell"] for each in records] == ["young", "old"] * 2
    assert records[0]["row"] == records[1]["row"]
    na, k = "soma(0.5).hh.gnabar", "soma(0.5).hh.gkbar"
    assert records[0]["parameters"][na] == records[1]["parameters"][na]
    assert records[0]["parameters"][k] != records[1]["parameters"][k]
    found = evaluated(command, hh_project, "db.json")
    assert [each["vector"] for each in found] == [each["fitness"] for each in records]
    assert command("info", "db.json").code == 0
    # Tools that know one cell say what to do.
    refused = command("info", "run-final.json")
    assert refused.code == 2
    said = " ".join(refused.err.split())
    assert "'collect RUN -o DATABASE' writes them as models of one cell each" in said


@pytest.mark.nightly
def test_what_is_made_of_a_run(fit, command, here, hh_project):
    fit("-G", "1", *FILES, *CELLS, *SHARED, "--pull", "0.2", "--hold-out", "two.npz")
    answer = command("export", "run", "--formats", "csv", "--scripts", "0", "--project", hh_project)
    assert answer.code == 0, answer.err
    names = (here / "run-evaluations.csv").read_text().splitlines()[0].split(",")
    assert names[-9:] == [
        "O0@young", "V0@young", "O0@old", "O1@old", "O2@old", "V0@old", "V1@old", "V2@old",
        "{pull}0",
    ]  # fmt: skip
    script = (here / "run-model_0000-young.py").read_text()
    with open_run(here / "run.sqlite") as run:
        values = run.evaluations(np.array([0])).parameters[0].tolist()
    assert f"gkbar = {values[1]!r}" in script
    assert f"gkbar = {values[2]!r}" not in script
    for words, cell in (((), "young"), (("--recording", "three.npz"), "old")):
        answer = command("export", "run", "--as", "neuron", "--project", hh_project, *words)
        assert answer.code == 0, answer.err
        assert (
            f"--as: models of the cell {cell}; --recording names one of another cell" in answer.err
        )
        (proof,) = here.glob(f"run-model_*-{cell}-neuron/proof.json")
        assert json.loads(proof.read_text())["title"].endswith(f" of the run run, cell {cell}")
    # That of another cell is beside it, and does not take its place.
    answer = command("export", "run", "--formats", "", "--scripts", "0", "--project", hh_project,
                     "--recording", "three.npz")  # fmt: skip
    assert answer.code == 0, answer.err
    assert (here / "run-model_0000-young.py").read_text() == script
    assert f"gkbar = {values[2]!r}" in (here / "run-model_0000-old.py").read_text()
    answer = command("report", "run", "--project", hh_project)
    assert answer.code == 0, answer.err
    page = (here / "run-report.html").read_text()
    assert "<h2>The cells</h2>" in page
    assert "young: two.npz" in page
    stored = read_run_models("run", here)
    assert set(stored.models[0].parameters) == {
        "soma(0.5).hh.gnabar", "soma(0.5).hh.gkbar@young", "soma(0.5).hh.gkbar@old",
    }  # fmt: skip
    answer = command("polish", "run", "--evaluations", "30", "-a", "better", "--seed", "1",
                     "--project", hh_project)  # fmt: skip
    assert answer.code == 0, answer.err
    assert final_of(here, "better")["parameters"] == final_of(here)["parameters"]


@pytest.mark.nightly
def test_the_same_bits_however_it_is_computed(fit, command, here, hh_project):
    words = (*FILES, *CELLS, *SHARED, "--pull", "0.1")
    fit("-G", "3", "-n", "1", *words, name="whole")
    fit("-G", "1", "-n", "2", *words, name="cut")
    assert command("--resume", "cut", "-G", "3").code == 0
    assert final_of(here, "cut")["final"] == final_of(here, "whole")["final"]
    # What cells share decides the result.
    answer = command("--resume", "cut", "-G", "4", "--pull", "0.2")
    assert answer.code == 2
    assert "the run has --pull 0.1, but --pull 0.2 is asked for" in " ".join(answer.err.split())


@pytest.mark.nightly
def test_models_of_one_cell_begin_a_fit_of_several(fit, here):
    fit("-G", "1", "one.npz", name="alone")
    fit("-G", "0", *FILES, *CELLS, *SHARED, "-I", "alone")
    first = final_of(here)["final"][0]["parameters"]
    alone = [record["parameters"] for record in final_of(here, "alone")["final"]]
    assert [first[0], first[1]] in alone
    assert first[1] == first[2]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (CELLS, "the cells share no parameter, and nothing pulls theirs together"),
        ((*CELLS, "--shared", "*"), "the cells share all parameters, so they are one cell"),
        ((*CELLS[:4], *SHARED), "--cell: three.npz is of no cell"),
        ((*CELLS, *SHARED, "--pull", "0"), "expected a number above 0"),
        ((*CELLS, *SHARED, "--hold-out", "three.npz"), "recordings of the cell old are held out"),
        (SHARED, "--shared is about several cells, and none is named"),
    ],
)
def test_mistakes(fit, words, said):
    answer = fit("-G", "1", *FILES, *words, code=2)
    assert said in " ".join(answer.err.split())
