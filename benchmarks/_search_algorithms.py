"""The algorithms of `search.py`: ours by their options, and other people's."""

from __future__ import annotations

import contextlib
import warnings
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from pyneuronautofit._types import FloatArray
from pyneuronautofit.fitting import Budget, FitConfig, Problem, build_search, search

#: Evaluates search coordinates and returns sums; raises `Enough` when the budget is used.
Evaluate = Callable[[FloatArray], FloatArray]

OURS: Mapping[str, Mapping[str, Any]] = {
    "Auto": {"algorithm": "Auto"},
    "DE": {"algorithm": "DE"},
    "CMA": {"algorithm": "CMA"},
    "N": {"algorithm": "NSGA2", "population_size": 100},
    "N -S -1": {"algorithm": "NSGA2", "population_size": 100, "mutation_slope": -1.0},
    "N --refine .5": {"algorithm": "NSGA2", "population_size": 100, "refine": 0.5},
    "N -S -1 --polish .6": {
        "algorithm": "NSGA2", "population_size": 100, "mutation_slope": -1.0, "polish": 0.6,
    },
    "K": {"algorithm": "Krayzman", "population_size": 100},
    "M": {"algorithm": "Max", "population_size": 100},
    "P": {"algorithm": "PositiveCor", "population_size": 100},
}  # fmt: skip
OTHERS = ("random", "cmaes", "pso", "nsga3")


class Enough(Exception):  # noqa: N818 - it is no error
    """The budget is used."""


class Counted:
    """A problem that notes every evaluation.

    Parameters
    ----------
    problem
    most
        How many evaluations there may be.
    """

    def __init__(self, problem: Problem, most: int) -> None:
        self.problem = problem
        self.space = problem.space
        self._most = most
        self.x: list[FloatArray] = []
        self.sums: list[FloatArray] = []
        self.n = 0

    def scores(self, x: FloatArray) -> FloatArray:
        """Return score rows of search coordinates, inf for failed ones."""
        x = np.ascontiguousarray(x[: self._most - self.n])
        if not len(x):
            raise Enough
        found = self.problem.evaluate(x).scores
        self.note(x, found)
        return np.where(np.isfinite(found), found, 1e6)

    def note(self, x: FloatArray, scores: FloatArray) -> None:
        """Note evaluations that somebody else has made."""
        sums = scores @ self.problem.weights
        self.x.append(x)
        self.sums.append(np.where(np.isfinite(sums), sums, np.inf))
        self.n += len(x)

    def of_unit(self, unit: FloatArray) -> FloatArray:
        """Return the weighted sums of points of the unit cube."""
        scores = self.scores(self.space.from_unit(np.clip(unit, 0.0, 1.0)))
        return np.asarray(scores @ self.problem.weights)


def run_ours(label: str, config: FitConfig, counted: Counted, seed: int, n: int) -> None:
    """Run one of our algorithms."""
    problem = counted.problem
    strategy = build_search(replace(config, **OURS[label]), problem)

    class Noting:
        def evaluated(self, generation: int, n_done: int, n_all: int) -> None:
            pass

        def generation(self, progress: Any) -> None:
            counted.note(progress.asked, progress.evaluation.scores)

    search(problem, strategy, Budget(evaluations=n, seed=seed), Noting(), keep_all=False)


def run_other(label: str, counted: Counted, seed: int) -> None:
    """Run somebody else's algorithm until the budget is used."""
    with contextlib.suppress(Enough):
        {"random": _random, "cmaes": _cmaes, "pso": _pso, "nsga3": _nsga3}[label](counted, seed)


def _random(counted: Counted, seed: int) -> None:
    rng = np.random.default_rng(seed)
    while True:
        counted.scores(counted.space.sample(rng, 250))


def _cmaes(counted: Counted, seed: int) -> None:
    from cmaes import CMA  # noqa: PLC0415

    n, rng, size = len(counted.space), np.random.default_rng(seed), 24
    while True:
        bounds = np.tile([0.0, 1.0], (n, 1))
        optimiser = CMA(
            rng.random(n), 0.3, bounds, seed=int(rng.integers(2**31)), population_size=size
        )
        while not optimiser.should_stop():
            asked = np.stack([optimiser.ask() for _ in range(size)])
            found = counted.of_unit(asked)
            if len(found) < size:
                raise Enough
            optimiser.tell(list(zip(asked, found)))
        size *= 2


def _pso(counted: Counted, seed: int) -> None:
    from pymoo.algorithms.soo.nonconvex.pso import PSO  # noqa: PLC0415

    _pymoo(counted, PSO(pop_size=30), seed, n_objective=1)


def _nsga3(counted: Counted, seed: int) -> None:
    from pymoo.algorithms.moo.nsga3 import NSGA3  # noqa: PLC0415
    from pymoo.util.ref_dirs import get_reference_directions  # noqa: PLC0415

    n = len(counted.problem.suite.markers)
    directions = get_reference_directions("energy", n, 100, seed=1)
    _pymoo(counted, NSGA3(pop_size=100, ref_dirs=directions), seed, n_objective=n)


def _pymoo(counted: Counted, algorithm: Any, seed: int, n_objective: int) -> None:
    from pymoo.core.problem import Problem as Base  # noqa: PLC0415
    from pymoo.optimize import minimize  # noqa: PLC0415

    class Ours(Base):  # type: ignore[misc]
        def __init__(self) -> None:
            n = len(counted.space)
            super().__init__(n_var=n, n_obj=n_objective, xl=0.0, xu=1.0)

        def _evaluate(self, x: FloatArray, out: dict[str, Any], *_a: Any, **_k: Any) -> None:
            scores = counted.scores(counted.space.from_unit(x))
            if len(scores) < len(x):
                raise Enough
            out["F"] = scores if n_objective > 1 else scores @ counted.problem.weights

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        minimize(Ours(), algorithm, ("n_gen", 10**9), seed=seed, verbose=False)
