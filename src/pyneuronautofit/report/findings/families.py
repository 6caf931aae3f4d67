"""In which families the good models of a report are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pyneuronautofit._types import FloatArray, IntArray
from pyneuronautofit.database.populations.families import ALONE, find_families
from pyneuronautofit.database.populations.measures import distinct_rows
from pyneuronautofit.database.populations.shares import typical
from pyneuronautofit.optimisers.polish.distinct import DISTINCT
from pyneuronautofit.report.findings.choice import Listed
from pyneuronautofit.space import ParameterSpace

# Fewer say nothing about families.
_LEAST = 5
_MOST_NAMED, _WORTH_NAMING = 3, 0.1


@dataclass(frozen=True)
class FoundFamily:
    """A family of distinct models.

    Attributes
    ----------
    n_model
    place
        Of its best model, in the report's list.
    total
        The weighted sum of that.
    differs
        Columns of parameters that tell it from the others, with how much higher its median is, in
        parts of the range.
    """

    n_model: int
    place: int
    total: float
    differs: Sequence[tuple[int, float]]


@dataclass(frozen=True)
class FoundFamilies:
    """The families of the good models of a report.

    Attributes
    ----------
    below
        Good are models below this weighted sum.
    families
        The largest first.
    n_alone
        How many models are by themselves.
    points : FloatArray, shape (n_model, 2)
        The models in their first two principal components, each scaled to 0 .. 1.
    explained : FloatArray, shape (2,)
        Their shares of the variance.
    labels : IntArray, shape (n_model,)
        The family of every model; negative: by itself.
    silhouette
        How far families are apart (`Families.silhouette`); nan for fewer than two.
    """

    below: float
    families: tuple[FoundFamily, ...]
    n_alone: int
    points: FloatArray
    explained: FloatArray
    labels: IntArray
    silhouette: float


def families_of(space: ParameterSpace, listed: Listed) -> FoundFamilies | None:
    """Return the families of the good models in a report's list.

    Good are those below the highest level that distinct models are counted for. None where too few
    of them are distinct, or nobody knows what is good.
    """
    if not listed.levels or not len(listed):
        return None
    below = listed.levels[-1].below
    good = np.flatnonzero(listed.totals < below)
    moving = ~space.fixed
    unit = space.to_unit(space.from_model(listed.evaluations.parameters[good]))[:, moving]
    chosen = np.flatnonzero(distinct_rows(unit, listed.totals[good], DISTINCT))
    if len(chosen) < _LEAST or unit.shape[1] < 2:
        return None
    chosen = chosen[np.argsort(listed.totals[good][chosen], kind="stable")]
    unit, places = unit[chosen], good[chosen]
    found = find_families(unit)
    columns = np.flatnonzero(moving)
    families = []
    for number, size in enumerate(found.sizes):
        best = int(places[np.flatnonzero(found.labels == number)[0]])
        shifts = typical(unit, found.labels, number) if found.n_family > 1 else np.zeros(1)
        order = np.argsort(-np.abs(shifts), kind="stable")[:_MOST_NAMED]
        differs = [
            (int(columns[k]), float(shifts[k])) for k in order if abs(shifts[k]) >= _WORTH_NAMING
        ]
        families.append(FoundFamily(size, best, float(listed.totals[best]), differs))
    points, explained = _components(unit)
    n_alone = int((found.labels == ALONE).sum())
    return FoundFamilies(
        below, tuple(families), n_alone, points, explained, found.labels, found.silhouette
    )


def _components(unit: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return models (n_model, n_param) in two components, 0 .. 1, and the shares of these."""
    left, values, _right = np.linalg.svd(unit - unit.mean(axis=0), full_matrices=False)
    points = left[:, :2] * values[:2]
    low, width = points.min(axis=0), np.ptp(points, axis=0)
    shares = values**2 / (values**2).sum()
    return np.asarray((points - low) / np.where(width > 0, width, 1.0)), shares[:2]
