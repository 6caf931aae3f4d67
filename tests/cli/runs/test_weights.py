"""Weights of sweeps, from the flag to what is minimised, stored, shown and continued."""

from __future__ import annotations

import json

import numpy as np
import pytest

from pyneuronautofit.fitting.outcome.counted import weights_of
from pyneuronautofit.runs import open_run

WORDS = ("-P", "8", "--seed", "1", "--dt", "0.1", "-m", "OV", "-n", "1")


@pytest.fixture
def fit(command, recording, hh_project):
    def run(*words, code=0):
        answer = command(*WORDS, *words, "--project", hh_project, recording)
        assert answer.code == code, answer.err
        return answer

    return run


def test_they_decide_the_best_sum_and_stay_with_the_run(fit, command, tmp_path, hh_project):
    fit("-A", "DE", "--evaluations", "24", "--weights", "V=0.02,@0=0,@2=3", "-a", "run")
    final = json.loads((tmp_path / "run-final.json").read_text())
    components = [0, 1, 3, 0, 0.02, 0.06]
    stored = final["evaluation"]["weights"]
    assert stored["given"] == "V=0.02,@0=0,@2=3"
    assert stored["components"] == pytest.approx(components)
    with open_run(tmp_path / "run.sqlite") as run:
        assert weights_of(run).tolist() == stored["components"]
        scores = run.evaluations(np.arange(run.n_evaluation)).scores
        best = int(np.nanargmin(scores @ np.array(components)))
        assert run.last is not None
    answer = command("--resume", "run", "--weights", "V=0.02,@0=0,@2=2")
    assert answer.code == 2
    assert "the run has --weights V=0.02,@0=0,@2=3, but --weights V=0.02,@0=0,@2=2" in answer.err
    again = ("--resume", "run", "--evaluations", "32", "--extend", "--project", hh_project)
    answer = command(*again)
    assert answer.code == 0, answer.err
    assert command("report", "run", "--no-traces").code == 0
    assert "best sum" in answer.out
    assert best >= 0
    # Whoever scores the models again sums nothing up, and needs no weights.
    answer = command("evaluate", "run-final.json", "--project", hh_project, "--dt", "0.1", "--json")
    assert answer.code == 0, answer.err


def test_a_search_that_does_not_add_up_says_so_and_stays_what_it_was(fit, tmp_path):
    plain = fit("-A", "N", "-G", "1", "-a", "plain")
    weighed = fit("-A", "N", "-G", "1", "-a", "weighed", "--weights", "@2=5")
    said = "warning: --weights: NSGA2 does not add components up, and searches as it would without"
    assert said in weighed.err
    assert said not in plain.err
    one, other = (
        json.loads((tmp_path / f"{name}-final.json").read_text()) for name in ("plain", "weighed")
    )
    assert one["final"] == other["final"]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--weights", "@1=2", "--hold-out", "1"), "--weights @1: no such sweep is compared"),
        (("--weights", "@7=2"), "Sweeps that are compared: cell.npz has 0-2"),
        (("--weights", "@other.npz=2"), "--weights @other.npz: expected a sweep such as @3"),
        (("--weights", "@0:9=0"), "--weights: every component counts 0"),
        (("--weights", "@0=2", "-e"), "-e makes one number of all sweeps of mode O"),
        (("--weights", "X=2"), "expected MODE=WEIGHT,.. with modes of -m (O, V), or @SWEEP=WEIGHT"),
    ],
)
def test_weights_that_mean_nothing_are_refused(fit, words, message):
    answer = fit("-A", "DE", "--dry-run", *words, code=2)
    assert message in answer.err
