"""`export --as`: the command; `tests/exporters` has what it writes."""

from __future__ import annotations

import json

import numpy as np
import pytest

from pyneuronautofit.runs import open_run

FIT = ("-m", "OV", "-P", "8", "-G", "1", "--seed", "3", "--dt", "0.1", "-a", "run", "-n", "1")


@pytest.fixture
def fitted(command, recording, hh_project, tmp_path):
    """A small run."""
    where = ["--project", hh_project, "--output", tmp_path / "out", recording]
    answer = command(*FIT, "-A", "N", *where)
    assert answer.code == 0, answer.err
    return tmp_path / "out"


def test_what_is_refused_before_anything_is_written(fitted, command, tmp_path):
    before = sorted(fitted.iterdir())
    for words, said in (
        (("--as", "genesis"), "--as genesis: expected some of neuron, hoc, bluepyopt, jaxley"),
        (("--as", "neuroml"), "--as neuroml: there is no such export"),
        (("--models", "3"), "--models says what --as writes"),
        (("--as", "hoc", "--models", "999"), "has the evaluations 0 to 15"),
        (("--as", "hoc", "--sweep", "9"), "--sweep 9: the recording has the sweeps 0-2"),
        (("--as", "hoc", "--recording", "x"), "--recording x: the run was fitted to cell.npz"),
        (("--as", "hoc", "--engines", "/nowhere"), "--engines /nowhere: expected a Python"),
    ):
        answer = command("export", "out/run", *words)
        assert answer.code == 2, words
        assert said in answer.err
        assert "Traceback" not in answer.err
    assert sorted(fitted.iterdir()) == before


@pytest.mark.nightly
def test_the_best_model_is_written_and_the_run_goes_on(fitted, command, tmp_path):
    answer = command("export", "out/run", "--as", "hoc,neuron", "--output", tmp_path / "model")
    assert answer.code == 0, answer.err
    with open_run(fitted / "run.sqlite") as run:
        everything = run.evaluations()
    sums = everything.scores @ [1, 1, 1, 0.01, 0.01, 0.01]
    folders = answer.out.split()
    assert len(folders) == 2
    assert folders[0].endswith("-hoc")
    said = json.loads((tmp_path / "model" / folders[0].split("/")[-1] / "proof.json").read_text())
    row = int(said["title"].split()[1])
    assert sums[row] == np.nanmin(sums)
    assert f"run-model_{row:04d}-hoc is proven: no difference in 3 sweep(s)" in answer.err
    assert [each["sweep"] for each in said["sweeps"]] == [0, 1, 2]
    # Nothing but the exports: tables are for those who ask for them.
    assert not list((tmp_path / "model").glob("*.csv"))
    # Scripts of an export that lies in the model's folder are no part of the model.
    assert command("--resume", fitted / "run.sqlite", "-G", "2").code == 0
