"""What is said of models that other programs simulate with fixed steps."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import numpy as np

from fitting.parabolas import make_problem
from pyneuronautofit.cli.runs import export_scores
from pyneuronautofit.cli.runs.export_scores import about_fixed_steps
from pyneuronautofit.fitting.problem import ReferenceSimulator

#: O and V of two sweeps.
SCORES = np.array([[0, 1, 2.0, 3.0], [0, 0, 0.2, 0.3]])


def found(rows):
    return SimpleNamespace(scores=SCORES[: len(rows)], parameters=np.zeros((len(rows), 2)))


def test_models_that_score_otherwise_are_named(monkeypatch):
    run = SimpleNamespace(evaluations=found)
    adaptive = replace(make_problem(), reference=ReferenceSimulator(0.025, lambda: None))
    answers = [{"O": 1.0, "V": 5.1}, {"O": 0.0, "V": 61.25}]
    monkeypatch.setattr(export_scores, "reference_sums", lambda _problem, _models: answers)
    assert list(about_fixed_steps(run, adaptive, [3, 7])) == [
        "model 7 has fixed steps of 0.025 ms in other programs, with which it scores V 61.25 (in "
        "the run V 0.5)"
    ]
    # It would have taken minutes.
    monkeypatch.setattr(export_scores, "reference_sums", lambda _problem, _models: [])
    assert list(about_fixed_steps(run, adaptive, [3, 7])) == []


def test_with_fixed_steps_there_is_nothing_to_say():
    assert list(about_fixed_steps(None, make_problem(), [3])) == []
