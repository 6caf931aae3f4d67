"""Trials and problems that are made by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from pyneuronautofit.benchmarking.problem import problem_of
from pyneuronautofit.benchmarking.trials import BenchmarkTrial
from pyneuronautofit.fitting.evaluation import Evaluation
from pyneuronautofit.simulators import RunStatus
from pyneuronautofit.space import ParameterSpace

#: A problem whose sums are compared down to 1e-3.
PROBLEM = replace(problem_of("passive"), name="made", levels=(1.0, 0.1), solved=1e-3)


def trial(algorithm, seed, *curve, problem="made", evaluations=1000, **changed):
    made = BenchmarkTrial(
        problem, algorithm, seed, evaluations, evaluations, 0, tuple(curve), {"soma.cm": 1.0}, 0.1,
        None, 2.0,
    )  # fmt: skip
    return replace(made, **changed)


def quick_runner(_folder):
    """Make what runs trials without simulations; nobody's fail."""

    def run(task):
        if task.algorithm == "nobody":
            raise ValueError("nobody searches")
        curve = (task.seed, 1.0 / task.seed)
        return trial(
            task.algorithm, task.seed, curve, problem=task.problem, evaluations=task.evaluations
        )

    return run


class Bowl:
    """A problem without simulations: the squared distance from a point of the unit cube."""

    def __init__(self, *place):
        self.place = np.array(place)
        rows = [[f"soma.p{k}", "lin", 0.0, 2.0] for k in range(len(place))]
        self.space = ParameterSpace.from_rows(rows)
        self.weights = np.array([1.0, 0.5])
        self.asked = []

    def evaluate(self, x):
        self.asked.append(np.array(x))
        apart = (x / 2.0 - self.place) ** 2
        scores = np.stack([apart.sum(axis=1), 2.0 * apart.sum(axis=1)], axis=1)
        scores[x[:, 0] < 0.02] = np.nan
        status = (RunStatus.OK,) * len(x)
        return Evaluation(x, scores, status, ("",) * len(x), np.zeros(len(x)))
