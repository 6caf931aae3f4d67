"""Problems whose least is known, and searches that solve them without any simulation."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from optimisers._made import made_merits, made_residuals, plain, stored
from pyneuronautofit.space import ParameterSpace


def ellipsoid(x):
    """Axes whose lengths differ by up to 100, the least in 0.3."""
    n = x.shape[1]
    return ((x - 0.3) ** 2 * 10.0 ** (4 * np.arange(n) / (n - 1))).sum(axis=1)


def rosenbrock(x):
    """A bent valley, the least in 1: H. H. Rosenbrock, Computer Journal 3 (1960) 175."""
    return (100 * (x[:, 1:] - x[:, :-1] ** 2) ** 2 + (1 - x[:, :-1]) ** 2).sum(axis=1)


#: Name: function, its space.
FUNCTIONS = {"ellipsoid": (ellipsoid, plain(10)), "Rosenbrock": (rosenbrock, plain(5, -2.0, 2.0))}
MERITS = made_merits()


def values_told(strategy, function, seed, n_evaluation):
    """All values that a search meets, in its order."""
    strategy = strategy.lasting(0, n_evaluation)
    state, found = strategy.init(seed), [np.empty(0)]
    while True:
        x, state = strategy.ask(state)
        if not len(x):
            return np.concatenate(found)
        found.append(function(x))
        scores = found[-1][:, None]
        nothing = made_residuals(np.empty((len(x), 0)), failed=~np.isfinite(found[-1]))
        state = strategy.tell(state, x, scores, nothing)


@dataclass
class LeastSquares:
    """Residuals of model values; the score of a candidate is their sum of squares, over 400.

    Attributes
    ----------
    space
        What is searched.
    function
        Residuals (n_cand, n_residual) of model values (n_cand, n_param).
    told
        All that was evaluated, search coordinates.
    """

    space: ParameterSpace
    function: Callable
    told: list = field(default_factory=list)

    @property
    def merits(self):
        n = self.function(np.zeros((1, len(self.space)))).shape[1]
        return made_merits(1, n)

    def evaluate(self, x):
        """Scores and residuals of search coordinates; failed where a residual is no number."""
        self.told.append(x.copy())
        found = self.function(self.space.to_model(x).values)
        failed = ~np.isfinite(found).all(axis=1)
        scores = np.where(failed, np.nan, (found**2).sum(axis=1) / 400)[:, None]
        return scores, made_residuals(found, failed)

    def of_unit(self, unit):
        """Residuals of a point of the unit cube, for searches that we did not write."""
        x = self.space.from_unit(np.atleast_2d(unit))
        return self.function(self.space.to_model(x).values)[0]

    def cost(self, unit):
        return float((self.of_unit(unit) ** 2).sum() / 400)


def run_of(strategy, problem, seed, *, through_store=False, most=10_000):
    """All batches of a search, its phases and its last state.

    Parameters
    ----------
    through_store
        Whether every state is written and read again, before and behind every batch.
    """
    state, asked, phases = strategy.init(seed), [], []
    for _batch in range(most):
        x, state = strategy.ask(state)
        if not len(x):
            break
        phases.append(strategy.phase(state))
        asked.append(x)
        scores, residuals = problem.evaluate(x)
        if through_store:
            state = stored(state, np.concatenate(asked))
        state = strategy.tell(state, x, scores, residuals)
        if through_store:
            state = stored(state, np.concatenate(asked))
    return asked, phases, state
