"""One start of a polish: where it is, and what it asks for next."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from pyneuronautofit._types import BoolArray, FloatArray, SingleArray
from pyneuronautofit.optimisers.polish.steps import (
    DAMPINGS,
    N_TRIAL,
    slopes,
    trial_points,
    updated,
)
from pyneuronautofit.optimisers.residuals import UNIT, Merits
from pyneuronautofit.space import ParameterSpace

#: Slopes are taken over differences of the whole range by which the weighted residuals change by
#: about this part of their size, but at most by so much; at first, when nothing is known of them,
#: over `FIRST_DIFFERENCE`.
PART, CHANGE, FIRST_DIFFERENCE = 0.2, 2.0, 5e-4
_LEAST_DIFFERENCE, _MOST_DIFFERENCE = 1e-7, 0.3
#: How many times as long differences are: the next where a step fails.
DIFFERENCES = (1.0, 0.25, 3.0)
# Dampings stay within these.
_LEAST_DAMPING, _MOST_DAMPING = 1e-6, 1e4
# So many steps are taken at most with slopes that were only corrected.
_MOST_CORRECTED = 3
# A step that gains at least this part is worth the next one with the same slopes.
_GOOD_GAIN = 0.1
# A gain below this part is no gain.
_LEAST_GAIN = 1e-3
# Where a step with new slopes gains less than this part, the coarse residuals have done what they
# can, and the fine ones.
_COARSE_GAIN, _FINE_GAIN = 0.2, 0.02


@dataclass(frozen=True)
class Start:
    """Where a local search is.

    Attributes
    ----------
    x : FloatArray, shape (n_param,), search coordinates
    scores : FloatArray, shape (n_score,)
    residuals : FloatArray, shape (n_residual + n_sweep,)
    fine
        Whether the fine residuals are minimised; before, the coarse ones are.
    jacobian : SingleArray, shape (n_residual, n_free), per whole range
        Empty where slopes are to be taken next. In single precision, since it is stored.
    moves : FloatArray, shape (n_free,)
        Over which differences slopes are taken next, of the whole range.
    difference
        Which of `DIFFERENCES` is next, or was last.
    n_slopes
        How often slopes were taken of the present residuals: the first differences may be unsuited.
    n_corrected
        Steps since slopes were taken.
    damping
        The one that was best last.
    n_step
        Steps that were tried.
    done
        Whether nothing gains any more.
    """

    x: FloatArray
    scores: FloatArray
    residuals: FloatArray
    fine: bool
    jacobian: SingleArray
    moves: FloatArray
    difference: int = 0
    n_slopes: int = 0
    n_corrected: int = 0
    damping: float = 1.0
    n_step: int = 0
    done: bool = False


@dataclass(frozen=True)
class LocalSearch:
    """Damped Gauss-Newton steps on residuals.

    Attributes
    ----------
    space
        What is searched.
    merits
        What residuals and scores count.
    """

    space: ParameterSpace
    merits: Merits

    @property
    def free(self) -> BoolArray:
        """Which parameters are moved, shape (n_param,)."""
        return self.space.continuous

    def begin(
        self, x: FloatArray, scores: FloatArray, residuals: FloatArray, *, fine: bool = False
    ) -> Start:
        """Return a start at an evaluated candidate; it has no slopes yet.

        Where there is nothing that could be moved, it is done.
        """
        done = not self.free.any()
        moves = np.full(int(self.free.sum()), FIRST_DIFFERENCE)
        return Start(x, scores, residuals, fine, self._no_slopes(), moves, done=done)

    def n_asked(self, start: Start) -> int:
        """Return how many candidates a start asks for next."""
        if start.done:
            return 0
        return N_TRIAL if len(start.jacobian) else int(self.free.sum())

    def ask(self, start: Start) -> FloatArray:
        """Return the candidates that a start asks for (n_cand, n_param), search coordinates."""
        if start.done:
            return np.empty((0, len(self.space)))
        unit = self.space.to_unit(start.x[None])[0]
        if len(start.jacobian):
            weights = self.merits.rows.fine if start.fine else self.merits.rows.coarse
            n = self.merits.rows.length
            points = trial_points(
                start.jacobian.astype(np.float64),
                start.residuals[:n], weights, unit, free=self.free, damping=start.damping,
            )  # fmt: skip
        else:
            points = np.repeat(unit[None], int(self.free.sum()), axis=0)
            points[np.arange(len(points)), np.flatnonzero(self.free)] += self._moves(start, unit)
        return self.space.from_unit(points)

    def tell(self, start: Start, x: FloatArray, scores: FloatArray, residuals: FloatArray) -> Start:
        """Return where a start goes on after its candidates were evaluated."""
        if start.done or not len(x):
            return start
        if not len(start.jacobian):
            unit = self.space.to_unit(start.x[None])[0]
            found = slopes(self.merits.rows, start.residuals, residuals, self._moves(start, unit))
            return replace(
                start,
                jacobian=found.astype(np.float32),
                n_corrected=0,
                n_slopes=start.n_slopes + 1,
                moves=self._suitable(found, start),
            )
        return self._stepped(start, x, scores, residuals)

    def _stepped(
        self, start: Start, x: FloatArray, scores: FloatArray, residuals: FloatArray
    ) -> Start:
        rows = self.merits.rows
        costs = rows.costs(residuals, fine=start.fine)
        costs = np.where(np.isfinite(costs), costs, np.inf)
        now = float(rows.costs(start.residuals[None], fine=start.fine)[0])
        best = int(np.argmin(costs))
        tried = replace(start, n_step=start.n_step + 1)
        if not costs[best] < now * (1 - _LEAST_GAIN):
            return self._failed(tried, x, residuals)
        damping = start.damping * float(DAMPINGS[best // 2])
        moved = replace(
            tried,
            x=x[best].copy(),
            scores=scores[best].copy(),
            residuals=residuals[best].copy(),
            damping=float(np.clip(damping, _LEAST_DAMPING, _MOST_DAMPING)),
            difference=0,
        )
        gain = 1.0 - float(costs[best]) / now
        little = gain < (_FINE_GAIN if start.fine else _COARSE_GAIN)
        # The least damped of the trials was best: a longer step may be better still.
        longer = best // 2 == 0 and damping > _LEAST_DAMPING
        if little and not start.n_corrected and start.n_slopes > 1 and not longer:
            return self._next_stage(replace(moved, jacobian=self._no_slopes()))
        if gain < _GOOD_GAIN or start.n_corrected >= _MOST_CORRECTED:
            return replace(moved, jacobian=self._no_slopes())
        return self._corrected(start, moved)

    def _corrected(self, start: Start, moved: Start) -> Start:
        """Return a start that has moved, with slopes that explain its move."""
        before, after = self.space.to_unit(np.stack([start.x, moved.x]))[:, self.free]
        jacobian = updated(
            start.jacobian.astype(np.float64),
            self.merits.rows,
            start.residuals,
            moved.residuals,
            after - before,
        )
        return replace(
            moved, jacobian=jacobian.astype(np.float32), n_corrected=start.n_corrected + 1
        )

    def _failed(self, start: Start, x: FloatArray, residuals: FloatArray) -> Start:
        """Return where a start goes on after trials that gained nothing.

        They are first learnt from; where that does not help, slopes are taken over other
        differences.
        """
        if start.n_corrected:
            return replace(start, jacobian=self._no_slopes(), damping=1.0)
        none = self._no_slopes()
        if start.difference + 1 >= len(DIFFERENCES):
            return self._next_stage(replace(start, jacobian=none, damping=1.0))
        again = replace(start, difference=start.difference + 1)
        here = self.space.to_unit(start.x[None])[0, self.free]
        moves = self.space.to_unit(x)[:, self.free] - here
        lengths = np.einsum("ij,ij->i", moves, moves)
        usable = np.flatnonzero((lengths > 0) & np.isfinite(residuals).all(axis=1))
        if not len(usable):
            return replace(again, jacobian=none, damping=1.0)
        jacobian = start.jacobian.astype(np.float64)
        # The longest first, so that what the shortest says is true in the end.
        for trial in usable[np.argsort(-lengths[usable], kind="stable")].tolist():
            jacobian = updated(
                jacobian, self.merits.rows, start.residuals, residuals[trial], moves[trial]
            )
        return replace(again, jacobian=jacobian.astype(np.float32), n_corrected=1)

    def _next_stage(self, start: Start) -> Start:
        """Return a start that goes on with the fine residuals, or is done with them."""
        if not start.fine:
            return replace(start, fine=True, difference=0, n_slopes=0)
        return replace(start, done=True)

    def _moves(self, start: Start, unit: FloatArray) -> FloatArray:
        """Return by how much each parameter is moved: away from its upper bound."""
        here = unit[self.free]
        # One side has half of the range, at least.
        difference = np.minimum(start.moves * DIFFERENCES[start.difference], 0.5)
        return np.where(here + difference > 1.0, -difference, difference)

    def _suitable(self, found: FloatArray, start: Start) -> FloatArray:
        """Return over which differences slopes are to be taken next, where these were found."""
        rows = self.merits.rows
        weighted = found * (rows.fine if start.fine else rows.coarse)[:, None]
        sizes = np.sqrt(np.einsum("ij,ij->j", weighted, weighted))
        missed = math.sqrt(UNIT * float(rows.costs(start.residuals[None], fine=start.fine)[0]))
        change = min(PART * missed, CHANGE)
        wanted = change / np.maximum(sizes, 1e-9)
        return np.asarray(np.clip(wanted, _LEAST_DIFFERENCE, _MOST_DIFFERENCE))

    def _no_slopes(self) -> SingleArray:
        return np.empty((0, int(self.free.sum())), dtype=np.float32)
