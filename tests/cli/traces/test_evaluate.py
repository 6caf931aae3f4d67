"""`evaluate`: stored models, simulated and scored anew."""

from __future__ import annotations

import json
import re
import shutil

import numpy as np
import pytest

from given import given_value, given_words
from pyneuronautofit._options import json_keys_of, options_of
from pyneuronautofit.objectives import ALL_MODES, EvaluationOptions, EvaluationSettings


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


def read(path):
    return json.loads(path.read_text())


@pytest.fixture
def fitted(command, recording, hh_project, tmp_path):
    """Runs a small fit and returns its final file, and what `evaluate` says about it."""

    def run(*words):
        shutil.rmtree(tmp_path / "out", ignore_errors=True)
        search = ["-A", "N", "-G", "1", "-P", "6", "--seed", "1", "--dt", "0.1", *words]
        where = ["--project", hh_project, "--output", tmp_path / "out", "-a", "run"]
        assert command(*search, *where, recording).code == 0
        return tmp_path / "out" / "run-final.json"

    def scored(final):
        words = ("--project", hh_project, "--json", final, recording)
        return [each["vector"] for each in json.loads(evaluate(command, *words))]

    run.scored = scored
    return run


def vectors(final):
    found = [record["fitness"] for record in read(final)["final"]]
    assert any(None not in vector for vector in found)
    return found


def test_smoothed_voltages_are_scored_with_the_runs_own_kernel(fitted):
    final = fitted("-m", "X", "--smoothing-kernel", "7")
    assert read(final)["evaluation"]["smoothingkernel"] == 7.0
    assert fitted.scored(final) == vectors(final)
    # A file of an older version does not say how wide it was: that is the default then.
    narrow, default = vectors(final), fitted("-m", "X")
    content = read(default)
    del content["evaluation"]["smoothingkernel"]
    default.write_text(json.dumps(content))
    assert fitted.scored(default) == vectors(default) != narrow


@pytest.mark.parametrize("left_out", [None, "collapse"])
def test_whatever_the_evaluation_was_models_are_scored_by_it_again(fitted, left_out):
    """Every option has another value than by default, and every mode looks."""
    changed = [name for name in options_of(EvaluationOptions) if name != left_out]
    words = [word for name in changed for word in given_words(name)]
    # A threshold that the models come to.
    final = fitted(*words, "-m", "".join(ALL_MODES), "-t", "-50")
    assert fitted.scored(final) == vectors(final)
    stored = read(final)["evaluation"]
    for name in set(changed) - {"modes", "mask", "spike_threshold_mV"}:
        assert stored[json_keys_of(EvaluationSettings)[name]] == given_value(name)


def test_a_recording_is_taken_as_the_fit_took_it(fitted, command, recording, hh_project):
    """Its sweeps, its corrections and its stimulus are remembered with the models."""
    taking = ("--sweeps", "0,2", "--voltage-offset", "-3", "--add-current", "15",
              "--stimulus", "21", "39")  # fmt: skip
    final = fitted("-m", "VR", *taking)
    assert read(final)["evaluation"]["recording"] == {
        "sweeps": "0,2", "voltage_offset_mV": -3.0, "added_current_pA": 15.0,
        "stimulus": [21.0, 39.0],
    }  # fmt: skip
    assert fitted.scored(final) == vectors(final)
    # What is given goes before what is remembered.
    words = ("--project", hh_project, "--json", "--voltage-offset", "1", final, recording)
    other = [each["vector"] for each in json.loads(evaluate(command, *words))]
    assert other != vectors(final)


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("sweeps", 3, "has sweeps 3, which is no value of --sweeps"),
        ("voltage_offset_mV", "much", "has voltage_offset_mV 'much'"),
        ("added_current_pA", 1e9, "which is no value of --add-current"),
        ("stimulus", [1], "has stimulus .1., which is no value of --stimulus"),
        ("voltage_channel", True, "which is no value of --voltage-channel"),
    ],
)
def test_a_remembered_recording_that_is_damaged(
    command, finished, recording, hh_project, key, value, said
):
    content = read(finished)
    content["evaluation"]["recording"] = {key: value}
    finished.write_text(json.dumps(content))
    answer = command("evaluate", "--project", hh_project, finished, recording)
    assert answer.code == 2
    assert re.search(said, " ".join(answer.err.split()))


def test_sweeps_keep_the_numbers_of_the_file(fitted, command, recording, hh_project):
    final = fitted("-m", "V", "--sweeps", "1:3", "-k", "[2]")
    assert len(vectors(final)[0]) == 1
    assert fitted.scored(final) == vectors(final)
    refused = command("-A", "N", "-m", "V", "--sweeps", "1:3", "-k", "[0]", "--project", hh_project,
                      recording)  # fmt: skip
    assert refused.code == 2
    assert "names sweep 0 for mode V, but the recording has 2 sweeps, 1 to 2" in " ".join(
        refused.err.split()
    )


def test_a_value_that_is_none_is_refused_in_words(command, finished, recording, hh_project):
    content = read(finished)
    content["evaluation"]["spikethreshold"] = "high"
    finished.write_text(json.dumps(content))
    answer = command("evaluate", "--project", hh_project, finished, recording)
    assert answer.code == 2
    assert "Traceback" not in answer.err
    found = " ".join(answer.err.split())
    assert "the evaluation's 'spikethreshold' is 'high': expected a number" in found


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
