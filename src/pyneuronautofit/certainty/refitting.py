"""Parameters fitted again while one is held: damped Gauss-Newton steps, at many points at once.

Steps are those of a polish (docs/search.md), but they end only where there is nothing to gain that
an uncertainty would show.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from pyneuronautofit._types import BoolArray, FloatArray
from pyneuronautofit.certainty.asking import Inquiry
from pyneuronautofit.optimisers.polish.steps import DAMPINGS, N_TRIAL, slopes, trial_points, updated

#: A step that lowers the sum of squares by less, in units of the residuals' variance, ends a fit.
ENOUGH = 0.02
#: So many rounds of slopes and steps at most.
ROUNDS = 24
# So many steps with slopes that were only corrected.
_MOST_CORRECTED = 2
_LEAST_DAMPING, _MOST_DAMPING = 1e-6, 1e4


@dataclass(frozen=True)
class Refit:
    """A point whose parameters are fitted, but for those that are held.

    Attributes
    ----------
    unit : FloatArray, shape (n_param,), 0 .. 1
    residuals : FloatArray, shape (n_residual + n_sweep,)
    jacobian : FloatArray, shape (n_residual, n_moved)
        Of residuals without their weights, per whole range; empty where slopes come next.
    n_corrected
        Steps since slopes were taken.
    damping
        The one that was best last.
    done
        Whether there is nothing more to gain.
    """

    unit: FloatArray
    residuals: FloatArray
    jacobian: FloatArray
    n_corrected: int = 0
    damping: float = 1e-2
    done: bool = False


@dataclass(frozen=True)
class Refitting:
    """How points are fitted.

    Attributes
    ----------
    inquiry
        What is asked.
    moved : BoolArray, shape (n_param,)
        Which parameters are fitted.
    moves : FloatArray, shape (n_moved,)
        Over which differences slopes are taken, of the whole range.
    variance
        Of a residual.
    rounds
        Of slopes and steps, at most.
    """

    inquiry: Inquiry
    moved: BoolArray
    moves: FloatArray
    variance: float
    rounds: int = ROUNDS

    def square(self, residuals: FloatArray) -> FloatArray:
        """Return sums of squares (n_cand,) over the variance of rows of residuals; inf: failed."""
        weighted = self.inquiry.weighted(residuals)
        squares = np.einsum("ij,ij->i", weighted, weighted) / self.variance
        return np.where(np.isfinite(squares), squares, np.inf)

    def begin(self, units: FloatArray, jacobians: Sequence[FloatArray] = ()) -> list[Refit]:
        """Return points (n_point, n_param) to be fitted, with slopes of their neighbours."""
        found = self.inquiry.at_units(units)
        none = [self._nothing()] * len(units)
        return [
            Refit(unit, residuals, jacobian, n_corrected=1, done=not self.moved.any())
            for unit, residuals, jacobian in zip(units, found, jacobians or none, strict=True)
        ]

    def fitted(self, points: Sequence[Refit]) -> list[Refit]:
        """Return the points when nothing can be gained any more."""
        points = [self._failed(p) if not np.isfinite(p.residuals).all() else p for p in points]
        for _round in range(self.rounds):
            asking = [number for number, point in enumerate(points) if not point.done]
            if not asking:
                break
            asked = [self._asked(points[number]) for number in asking]
            found = self.inquiry.at_units(np.concatenate(asked))
            begin = 0
            for number, units in zip(asking, asked, strict=True):
                part = slice(begin, begin + len(units))
                begin = part.stop
                points[number] = self._told(points[number], units, found[part])
        return points

    def _asked(self, point: Refit) -> FloatArray:
        if len(point.jacobian):
            return trial_points(
                point.jacobian,
                point.residuals[: self.inquiry.rows.length],
                self.inquiry.rows.fine,
                point.unit,
                free=self.moved,
                damping=point.damping,
            )
        units = np.repeat(point.unit[None], len(self.moves), axis=0)
        units[np.arange(len(units)), np.flatnonzero(self.moved)] += self._signed(point)
        return units

    def _signed(self, point: Refit) -> FloatArray:
        """Return the differences, each away from the bound that is near."""
        here = point.unit[self.moved]
        return np.where(here + self.moves > 1.0, -self.moves, self.moves)

    def _told(self, point: Refit, units: FloatArray, found: FloatArray) -> Refit:
        rows = self.inquiry.rows
        if not len(point.jacobian):
            jacobian = slopes(rows, point.residuals, found, self._signed(point))
            return replace(point, jacobian=jacobian, n_corrected=0)
        squares = self.square(found)
        best = int(np.argmin(squares))
        gain = float(self.square(point.residuals[None])[0] - squares[best])
        fresh = point.n_corrected == 0
        if not gain > ENOUGH and fresh:
            # What little there is is taken.
            moved = replace(point, unit=units[best], residuals=found[best]) if gain > 0 else point
            return replace(moved, done=True)
        if not gain > 0:
            return replace(point, jacobian=self._nothing())
        move = (units[best] - point.unit)[self.moved]
        jacobian = updated(point.jacobian, rows, point.residuals, found[best], move)
        again = gain > ENOUGH and point.n_corrected < _MOST_CORRECTED
        damping = point.damping * float(DAMPINGS[best // (N_TRIAL // len(DAMPINGS))])
        return replace(
            point,
            unit=units[best],
            residuals=found[best],
            jacobian=jacobian if again else self._nothing(),
            n_corrected=point.n_corrected + 1,
            damping=float(np.clip(damping, _LEAST_DAMPING, _MOST_DAMPING)),
        )

    def _failed(self, point: Refit) -> Refit:
        return replace(point, done=True)

    def _nothing(self) -> FloatArray:
        return np.empty((0, int(self.moved.sum())))
