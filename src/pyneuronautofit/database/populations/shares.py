"""How much of the parameters' variance is between groups: cells, or families."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pyneuronautofit._types import FloatArray, IntArray


@dataclass(frozen=True)
class Shares:
    """The share of the variance that is between groups.

    Attributes
    ----------
    of_parameters : FloatArray, shape (n_param,)
        Between groups over all, 0 .. 1; nan for a parameter that has one value.
    whole
        The same of all parameters together, each scaled by its range.
    n_group, n_model
        How many groups and models there are.
    """

    of_parameters: FloatArray
    whole: float
    n_group: int
    n_model: int

    @property
    def by_chance(self) -> float:
        """What to expect where groups mean nothing."""
        return (self.n_group - 1) / max(self.n_model - 1, 1)


def shares_between(unit: FloatArray, group: IntArray) -> Shares | None:
    """Return how much of the variance is between groups (eta squared); None for a single group.

    Parameters
    ----------
    unit : FloatArray, shape (n_model, n_param)
    group : IntArray, shape (n_model,)
        Negative: in none; these models are left out.
    """
    unit, group = unit[group >= 0], group[group >= 0]
    names = np.unique(group)
    if len(names) < 2:
        return None
    centred = unit - unit.mean(axis=0)
    between = np.zeros(unit.shape[1])
    for name in names:
        members = centred[group == name]
        between += len(members) * members.mean(axis=0) ** 2
    in_all = (centred**2).sum(axis=0)
    # What differs by rounding only does not differ.
    varies = np.ptp(unit, axis=0) > 1e-12
    with np.errstate(divide="ignore", invalid="ignore"):
        of_parameters = np.where(varies, between / in_all, np.nan)
    total = in_all[varies].sum()
    whole = float(between[varies].sum() / total) if total > 0 else np.nan
    return Shares(of_parameters, whole, len(names), len(unit))


def typical(unit: FloatArray, group: IntArray, which: int) -> FloatArray:
    """Return how a group's medians differ from those of all others, shape (n_param,).

    In parts of the parameters' ranges; positive: the group's are larger. 0 where all are in it.
    """
    members = group == which
    if members.all() or not members.any():
        return np.zeros(unit.shape[1])
    return np.asarray(np.median(unit[members], axis=0) - np.median(unit[~members], axis=0))
