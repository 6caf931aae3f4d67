"""The algorithms of the benchmark: ours by their options, and others beside them.

Adding one: a line in `CONTESTANTS`.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from types import MappingProxyType
from typing import Any, TypeAlias

import numpy as np
from threadpoolctl import threadpool_limits

from pyneuronautofit._registry import table_by
from pyneuronautofit.benchmarking.counting import CountedProblem, EnoughEvaluations
from pyneuronautofit.errors import NotAvailableError
from pyneuronautofit.fitting import Budget, FitConfig, Progress, build_search, search

#: Searches a counted problem: (problem, the fit's options, seed).
Run: TypeAlias = Callable[[CountedProblem, FitConfig, int], None]

# Of the genetic algorithms: what users of few evaluations take.
_POPULATION = 100
_DRAWN_AT_ONCE = 100
# The first standard deviation, of the unit cube: that of most examples.
_SIGMA = 0.3


@dataclass(frozen=True)
class Contestant:
    """An algorithm of the benchmark.

    Attributes
    ----------
    name
        What it is called on the command line.
    about
        What it is.
    run
        Searches.
    ours
        Whether it is one of this program's.
    """

    name: str
    about: str
    run: Run
    ours: bool = True


class _Counting:
    """Whoever looks on while one of our algorithms searches."""

    def __init__(self, counted: CountedProblem) -> None:
        self._counted = counted

    def evaluated(self, generation: int, n_done: int, n_all: int) -> None:
        """Nothing is to be done before a generation is complete."""

    def generation(self, progress: Progress) -> None:
        """Count a generation."""
        if progress.asked is not None and progress.evaluation is not None:
            self._counted.note(progress.asked, progress.evaluation.scores)


def _ours(
    options: Mapping[str, Any], counted: CountedProblem, config: FitConfig, seed: int
) -> None:
    """Search by one of our algorithms, as a fit with these options does."""
    strategy = build_search(replace(config, **options), counted.problem)
    budget = Budget(evaluations=counted.most, seed=seed)
    search(counted.problem, strategy, budget, _Counting(counted), keep_all=False)


def _random(counted: CountedProblem, _config: FitConfig, seed: int) -> None:
    """Draw candidates between their bounds."""
    rng = np.random.default_rng(seed)
    while True:
        counted.sums(rng.random((_DRAWN_AT_ONCE, counted.n_param)))


def _cmaes(name: str, counted: CountedProblem, _config: FitConfig, seed: int) -> None:
    """Search by the package cmaes as its own examples do: on the unit cube, with its bounds.

    Where it has converged it begins anew, at another point and with twice the population.
    """
    try:
        import cmaes  # noqa: PLC0415 (imports all of scipy's statistics)
    except ImportError as error:
        raise NotAvailableError(
            f"the algorithm {name} is that of the package cmaes, which is not installed: "
            "pip install cmaes"
        ) from error
    make = cmaes.SepCMA if name == "sep-cmaes" else cmaes.CMA
    rng, n = np.random.default_rng(seed), counted.n_param
    size: int | None = None
    # With more threads sums are added up in another order.
    with threadpool_limits(limits=1, user_api="blas"):
        while True:
            found = make(
                mean=rng.random(n),
                sigma=_SIGMA,
                bounds=np.tile([0.0, 1.0], (n, 1)),
                seed=int(rng.integers(2**31)),
                population_size=size,
            )
            while not found.should_stop():
                asked = np.stack([found.ask() for _candidate in range(found.population_size)])
                found.tell(list(zip(asked, counted.sums(asked).tolist(), strict=True)))
            size = 2 * found.population_size


def _genetic(algorithm: str) -> Run:
    return partial(_ours, {"algorithm": algorithm, "population_size": _POPULATION})


_BY_POPULATION = f"-P {_POPULATION}"
#: The algorithms by name, ours first.
CONTESTANTS: Mapping[str, Contestant] = MappingProxyType(
    table_by(
        lambda each: each.name,
        (
            Contestant("Auto", "-A Auto", partial(_ours, {"algorithm": "Auto"})),
            Contestant("DE", "-A DE", partial(_ours, {"algorithm": "DE"})),
            Contestant("CMA", "-A CMA", partial(_ours, {"algorithm": "CMA"})),
            Contestant("NSGA2", f"-A NSGA2 {_BY_POPULATION}", _genetic("NSGA2")),
            Contestant("Krayzman", f"-A Krayzman {_BY_POPULATION}", _genetic("Krayzman")),
            Contestant("Max", f"-A Max {_BY_POPULATION}", _genetic("Max")),
            Contestant("PositiveCor", f"-A PositiveCor {_BY_POPULATION}", _genetic("PositiveCor")),
            Contestant(
                "cmaes",
                "the package cmaes: CMA-ES (active) with restarts, its own population size",
                partial(_cmaes, "cmaes"),
                ours=False,
            ),
            Contestant(
                "sep-cmaes",
                "the same package's separable CMA-ES",
                partial(_cmaes, "sep-cmaes"),
                ours=False,
            ),
            Contestant("random", "candidates drawn between their bounds", _random, ours=False),
        ),
    )
)
#: Those that are compared where nobody says which.
USUAL = ("Auto", "DE", "CMA", "NSGA2", "Krayzman", "cmaes", "sep-cmaes", "random")
#: The same for a quick look.
QUICK = ("Auto", "DE", "NSGA2", "cmaes", "random")


def run_contestant(name: str, counted: CountedProblem, config: FitConfig, seed: int) -> None:
    """Search a counted problem until its evaluations are used up, or the algorithm has ended."""
    with contextlib.suppress(EnoughEvaluations):
        CONTESTANTS[name].run(counted, config, seed)
