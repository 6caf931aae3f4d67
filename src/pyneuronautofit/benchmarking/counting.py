"""A problem that counts its evaluations, and knows when it became how good."""

from __future__ import annotations

import numpy as np

from pyneuronautofit._types import FloatArray
from pyneuronautofit.fitting import Problem

# What a candidate that failed has for searches that know numbers alone.
_FAILED = 1e6


class EnoughEvaluations(Exception):  # noqa: N818 - it is no error
    """The evaluations of a search are used up."""


class CountedProblem:
    """A problem for one search: every evaluation counts, in the order in which it was asked for.

    Parameters
    ----------
    problem
    most
        How many evaluations there are.

    Attributes
    ----------
    n_done, n_failed
        How many there were, and how many of them could not be scored.
    curve
        (evaluations, least sum so far) wherever it became less.
    best : FloatArray, shape (n_param,), search coordinates, or None
        Whose sum that is.
    """

    def __init__(self, problem: Problem, most: int) -> None:
        self.problem = problem
        self.most = most
        self.n_done = self.n_failed = 0
        self.curve: list[tuple[int, float]] = []
        self.best: FloatArray | None = None

    @property
    def n_param(self) -> int:
        """How many parameters are searched."""
        return len(self.problem.space)

    def note(self, x: FloatArray, scores: FloatArray) -> None:
        """Count candidates that somebody has evaluated.

        Parameters
        ----------
        x : FloatArray, shape (n_cand, n_param), search coordinates
        scores : FloatArray, shape (n_cand, n_score)
        """
        sums = scores @ self.problem.weights
        for row, total in enumerate(sums.tolist()):
            self.n_done += 1
            if not np.isfinite(total):
                self.n_failed += 1
            elif not self.curve or total < self.curve[-1][1]:
                self.curve.append((self.n_done, total))
                self.best = np.array(x[row])

    def sums(self, unit: FloatArray) -> FloatArray:
        """Return what points of the unit cube have as the weighted sum of all components.

        Parameters
        ----------
        unit : FloatArray, shape (n_cand, n_param), 0 .. 1

        Returns
        -------
        FloatArray, shape (n_cand,)

        Raises
        ------
        EnoughEvaluations
            If there are not so many evaluations left. Those that are left are used before.
        """
        wanted = len(unit)
        unit = np.ascontiguousarray(unit[: self.most - self.n_done])
        if len(unit):
            x = self.problem.space.from_unit(unit)
            scores = self.problem.evaluate(x).scores
            self.note(x, scores)
        if len(unit) < wanted:
            raise EnoughEvaluations
        sums = scores @ self.problem.weights
        return np.where(np.isfinite(sums), sums, _FAILED)
