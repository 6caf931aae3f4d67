"""`evaluate`: stored models, simulated and scored anew."""

from __future__ import annotations

import json
import shutil

import numpy as np
import pytest


@pytest.fixture
def finished(command, recording, hh_project, tmp_path):
    """The final file of a small run."""
    search = ["-A", "N", "-m", "OV", "-G", "1", "-P", "6", "--seed", "1", "--dt", "0.1"]
    where = ["--project", hh_project, "--output", tmp_path / "out", "-a", "run"]
    assert command(*search, *where, "-k", "[0, 2]", recording).code == 0
    return tmp_path / "out" / "run-final.json"


def evaluate(command, *words):
    answer = command("evaluate", "--dt", "0.1", *words)
    assert answer.code == 0, answer.err
    return answer.out


def test_a_run_is_scored_as_it_was(command, finished, recording, hh_project, tmp_path):
    out = evaluate(command, "--project", hh_project, "--json", finished, recording)
    expected = json.loads(finished.read_text())["final"]
    found = json.loads(out)
    assert [each["vector"] for each in found] == [record["fitness"] for record in expected]
    assert found[0]["marks"] == "OOVV"
    assert found[0]["recording"] == "cell.npz"
    assert [each["id"] for each in found] == list(range(len(expected)))
    # Without a recording it is sought: beside the models, or in --recordings.
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    shutil.copy(recording, elsewhere)
    words = ("--project", hh_project, "--json", "--recordings", elsewhere, finished)
    assert json.loads(evaluate(command, *words)) == found


def test_other_modes_and_a_table(command, finished, recording, hh_project):
    words = ("--project", hh_project, "--models", "0:2", "-m", "VR", "-e", finished, recording)
    out = evaluate(command, *words)
    assert "V" in out
    assert "R" in out
    assert "O" not in out.replace("OK", "")
    assert len([line for line in out.splitlines() if "cell.npz" in line]) == 2


def test_a_failing_model_is_reported(command, recording, hh_project, tmp_path):
    models = [{"parameters": {"soma(0.5).hh.gkbar": value}} for value in (0.03, 0.95)]
    (tmp_path / "m.json").write_text(json.dumps({"models": models}))
    words = ("--project", hh_project, "-m", "OV", "--json", tmp_path / "m.json", recording)
    good, bad = json.loads(evaluate(command, *words))
    assert (good["status"], bad["status"]) == ("OK", "FAILED")
    assert "too leaky" in bad["message"]
    assert np.isfinite(good["vector"]).all()
    assert bad["vector"] == [None] * 6
