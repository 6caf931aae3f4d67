"""Private parameters that are pulled towards each other: partial pooling, as a component.

Of a parameter that every cell has for itself let u_c be where cell c's value lies between its
bounds, 0 to 1 on the scale that is searched, and m the mean over the cells. It is expected to be
within s of the mean, and costs

    sum over cells of ((u_c - m) / s)^2     (docs/joint-fits.md, eq. 1),

which is twice what a normal distribution of the standard deviation s takes off the logarithm of the
likelihood. The sum over all such parameters is one component of the objective vector. It counts
as much as a missing spike where it is 1.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from pyneuronautofit._types import FloatArray, IntArray
from pyneuronautofit.fitting.evaluation import Evaluation
from pyneuronautofit.objectives import BoundObjective, Suite
from pyneuronautofit.objectives.candidates import Candidates
from pyneuronautofit.objectives.floor import Floor
from pyneuronautofit.objectives.residuals import JointResiduals
from pyneuronautofit.objectives.suite import Member
from pyneuronautofit.optimisers.residuals import UNIT
from pyneuronautofit.space import ParameterSpace, groups_of

#: What the component is called among the modes.
PULL = "{pull}"
# A residual is about no sweep, and no spike.
_NONE = -1


@dataclass(frozen=True)
class Pull:
    """How far private parameters are from the mean of the cells.

    Attributes
    ----------
    space
        That of all cells.
    groups : IntArray, shape (n_group, n_cell)
        The columns of every private parameter.
    spread
        How far cells are expected to be from the mean, as a part of the range.
    """

    space: ParameterSpace
    groups: IntArray
    spread: float

    @classmethod
    def on(cls, space: ParameterSpace, spread: float) -> Pull:
        """Pull all parameters of a space that cells have for themselves."""
        return cls(space, np.stack(list(groups_of(space).values())), spread)

    @property
    def n_residual(self) -> int:
        """How many distances there are."""
        return self.groups.size

    @property
    def floor(self) -> Floor:
        """What cells cost on average that are as far apart as is expected."""
        n_group, n_cell = self.groups.shape
        return Floor((PULL,), np.array([n_group * (n_cell - 1.0)]), np.zeros(1, dtype=bool))

    def distances(self, x: FloatArray) -> FloatArray:
        """Return the distances from the mean, each divided by the spread.

        Parameters
        ----------
        x : FloatArray, shape (n_cand, n_param), search coordinates

        Returns
        -------
        FloatArray, shape (n_cand, n_group * n_cell)
        """
        unit = self.space.to_unit(x)[:, self.groups]
        # Cell by cell, in their order: the same bits for one candidate and for many.
        mean = np.zeros(unit.shape[:2])
        for cell in range(unit.shape[2]):
            mean += unit[:, :, cell]
        apart = (unit - (mean / unit.shape[2])[:, :, None]) / self.spread
        return np.ascontiguousarray(apart.reshape(len(x), self.n_residual))

    def scored(self, found: Evaluation, x: FloatArray, n_residual: int) -> Evaluation:
        """Return what became of candidates, with what the pull costs them.

        Parameters
        ----------
        found
            On the recordings.
        x : FloatArray, shape (n_cand, n_param), search coordinates
        n_residual
            How many residuals the recordings have; numbers of spikes follow them.
        """
        distances = self.distances(x)
        costs = np.einsum("ij,ij->i", distances, distances)
        costs[~np.isfinite(found.scores).all(axis=1)] = np.nan
        scores = np.concatenate([found.scores, costs[:, None]], axis=1)
        residuals = found.residuals
        if residuals is not None:
            # A squared residual of `UNIT` counts 1.
            own = distances * math.sqrt(UNIT)
            own[~np.isfinite(residuals).all(axis=1)] = np.nan
            parts = [residuals[:, :n_residual], own, residuals[:, n_residual:]]
            residuals = np.concatenate(parts, axis=1)
        return replace(found, scores=scores, residuals=residuals)

    def rows(self, joint: JointResiduals) -> JointResiduals:
        """Return what the residuals are about, those of the pull behind those of the recordings."""
        ones, none = np.ones(self.n_residual), np.full(self.n_residual, _NONE, dtype=np.int64)
        return JointResiduals(
            np.concatenate([joint.coarse, ones]),
            np.concatenate([joint.fine, ones]),
            np.concatenate([joint.sweep, none]),
            np.concatenate([joint.spike, none]),
            joint.n_sweep,
        )


def with_pull(suite: Suite) -> Suite:
    """Return the components of several recordings with that of the pull behind them."""
    objective = BoundObjective(_no_traces, _no_traces)
    return replace(
        suite,
        members=(*suite.members, Member(PULL, objective, (0,), (0,))),
        markers=(*suite.markers, PULL),
        n_scores=(*suite.n_scores, 1),
        # It has nothing to do with a voltage.
        bvalues=np.append(suite.bvalues, 0.0),
    )


def _no_traces(_candidates: Candidates) -> FloatArray:
    raise ValueError("the pull is about parameters: no trace has a score of it")
