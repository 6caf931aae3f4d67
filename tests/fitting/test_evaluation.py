"""Candidates are simulated and scored block by block; those that fail are rows of nan."""

from __future__ import annotations

import numpy as np

from fitting.parabolas import make_problem
from pyneuronautofit.fitting.evaluation import evaluate_models


def test_as_a_problem_evaluates():
    problem = make_problem()
    x = problem.space.sample(np.random.default_rng(1), 6)
    seen = []
    found = evaluate_models(
        problem.simulator, problem.suite, problem.space.to_model(x),
        on_done=lambda done, of_all: seen.append((done, of_all)),
    )  # fmt: skip
    same = problem.evaluate(x)
    np.testing.assert_array_equal(found.scores, same.scores)
    assert found.status == same.status
    assert seen[-1] == (6, 6)
    assert found.residuals is None
