"""What the questions of this package are put to: residuals of candidates, of any model."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from pyneuronautofit._types import FloatArray
from pyneuronautofit.fitting import Problem
from pyneuronautofit.optimisers.residuals import ResidualRows
from pyneuronautofit.space import ParameterSpace


@dataclass
class Asked:
    """How much was asked.

    Attributes
    ----------
    n_asked
        Candidates so far.
    """

    n_asked: int = 0


@dataclass(frozen=True)
class Inquiry:
    """A model whose residuals can be asked for.

    Attributes
    ----------
    space
        The searched parameters.
    rows
        What residuals are about, and what each counts.
    answer
        Search coordinates (n_cand, n_param) -> (n_cand, n_residual + n_sweep), a row of nan where a
        candidate failed.
    count
        How much was asked.
    """

    space: ParameterSpace
    rows: ResidualRows
    answer: Callable[[FloatArray], FloatArray]
    count: Asked = field(default_factory=Asked)

    def residuals(self, x: FloatArray) -> FloatArray:
        """Return the residuals of candidates (n_cand, n_param), search coordinates."""
        if not len(x):
            return np.empty((0, self.rows.length + self.rows.n_sweep))
        self.count.n_asked += len(x)
        return self.answer(x)

    def weighted(self, found: FloatArray) -> FloatArray:
        """Return what the fine residuals are minimised as, shape (.., n_residual)."""
        return np.asarray(found[..., : self.rows.length] * self.rows.fine)

    def at_units(self, unit: FloatArray) -> FloatArray:
        """Return the residuals at points (n_cand, n_param) of the unit cube."""
        return self.residuals(self.space.from_unit(unit))


def inquiry_of(problem: Problem, on_done: Callable[[int, int], None] | None = None) -> Inquiry:
    """Return the inquiry of a problem whose simulators are open.

    Parameters
    ----------
    on_done
        Called as (evaluated, all) whenever candidates of a batch are finished.
    """
    found = problem.residuals
    rows = ResidualRows(found.coarse, found.fine, found.sweep, found.spike, found.n_sweep)

    def residuals(x: FloatArray) -> FloatArray:
        evaluated = problem.evaluate(x, on_done, with_residuals=True).residuals
        if evaluated is None:
            return np.full((len(x), rows.length + rows.n_sweep), np.nan)
        return evaluated

    return Inquiry(problem.space, rows, residuals)
