"""What is said of a population: distinct models, levels, families, and how cells differ."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from pyneuronautofit._types import FloatArray, IntArray, Json
from pyneuronautofit.database.labels import Units, label_of
from pyneuronautofit.database.populations.families import (
    ALONE,
    LEAST_MODELS,
    Families,
    find_families,
)
from pyneuronautofit.database.populations.measures import (
    CountedLevel,
    Measure,
    counted,
    distinct_rows,
)
from pyneuronautofit.database.populations.points import ModelPoints
from pyneuronautofit.database.populations.shares import Shares, shares_between, typical
from pyneuronautofit.database.tools.distributions import ParameterSample
from pyneuronautofit.optimisers.polish.distinct import DISTINCT
from pyneuronautofit.plots import PopulationPicture

#: What figures call the models that are in no family.
BY_THEMSELVES = "by themselves"
# So many parameters are named that tell a family from the others, if they differ by such a part of
# their range.
_MOST_NAMED, _WORTH_NAMING = 4, 0.1


@dataclass(frozen=True)
class PopulationStudy:
    """A population, and what there is to say of it.

    Attributes
    ----------
    n_chosen
        How many models it was made of.
    points
        The distinct ones among them, each group of near ones represented by its best.
    distance
        How far distinct models are apart at least.
    measure
        By what they are better or worse.
    merits : FloatArray, shape (n_model,)
        That, of every distinct model; nan where nobody says.
    levels
        How many distinct models there are up to levels of it.
    families
        Which belong together.
    between_cells, between_families
        How much of the variance is between them; None where there is one.
    """

    n_chosen: int
    points: ModelPoints
    distance: float
    measure: Measure
    merits: FloatArray
    levels: tuple[CountedLevel, ...]
    families: Families
    between_cells: Shares | None
    between_families: Shares | None

    def best_of(self, family: int) -> int:
        """Return the best model of a family: a place among the distinct ones."""
        members = np.flatnonzero(self.families.labels == family)
        merits = self.merits[members]
        known = np.where(np.isfinite(merits), merits, np.inf)
        return int(members[np.argmin(known)])

    def said_of(self, family: int) -> list[tuple[int, float]]:
        """Return which parameters tell a family from the others, most telling first.

        Returns
        -------
        list of (column, shift)
            The shift of the median in parts of the range; positive: larger.
        """
        shifts = typical(self.points.unit, self.families.labels, family)
        order = np.argsort(-np.abs(shifts), kind="stable")[:_MOST_NAMED]
        return [(int(k), float(shifts[k])) for k in order if abs(shifts[k]) >= _WORTH_NAMING]

    def of_cells(self) -> list[tuple[str, int, int]]:
        """Return every cell with its number of models, and of families that have one of them."""
        found = []
        for number, name in enumerate(self.points.cells):
            labels = self.families.labels[self.points.cell == number]
            found.append((name, len(labels), len(set(labels.tolist()) - {ALONE})))
        return found

    def sample(self, by: str) -> ParameterSample:
        """Return the models as figures of distributions take them.

        Parameters
        ----------
        by
            `cells` or `families`: what their groups are.
        """
        points = self.points
        if by == "cells":
            return ParameterSample(points.parameters, points.coordinates, points.cells, points.cell)
        names = [f"family {k + 1}" for k in range(self.families.n_family)]
        labels = self.families.labels
        if self.families.n_alone:
            labels = np.where(labels == ALONE, len(names), labels)
            names.append(BY_THEMSELVES)
        return ParameterSample(points.parameters, points.coordinates, tuple(names), labels)

    def as_json(self) -> dict[str, Json]:
        """Return everything in types that JSON has; what is not known is None."""
        points, labels = self.points, self.families.labels
        return {
            "chosen": self.n_chosen,
            "distinct": len(points),
            "distance": self.distance,
            "measure": self.measure.name,
            "levels": [{"level": each.level, "models": each.n_model} for each in self.levels],
            "families": [self._family(k) for k in range(self.families.n_family)],
            "by_themselves": self.families.n_alone,
            "silhouette": _known(self.families.silhouette),
            "least": self.families.least,
            "cells": [
                {"name": name, "models": n_model, "families": n_family}
                for name, n_model, n_family in self.of_cells()
            ],
            "between_cells": self._shares(self.between_cells),
            "between_families": self._shares(self.between_families),
            "models": [
                {
                    "source": points.sources[points.source[k]],
                    "number": int(points.numbers[k]),
                    "cell": points.cells[points.cell[k]],
                    "family": None if labels[k] == ALONE else int(labels[k]) + 1,
                    "measure": _known(self.merits[k]),
                }
                for k in range(len(points))
            ],
        }

    def _family(self, family: int) -> dict[str, Json]:
        points, best = self.points, self.best_of(family)
        return {
            "family": family + 1,
            "models": self.families.sizes[family],
            "best": {
                "source": points.sources[points.source[best]],
                "number": int(points.numbers[best]),
                "measure": _known(self.merits[best]),
            },
            "differs": [
                {"parameter": points.parameters[column].name, "shift": shift}
                for column, shift in self.said_of(family)
            ],
        }

    def _shares(self, shares: Shares | None) -> Json:
        if shares is None:
            return None
        names = [parameter.name for parameter in self.points.parameters]
        values = [_known(value) for value in shares.of_parameters]
        return {
            "whole": _known(shares.whole),
            "by_chance": shares.by_chance,
            "parameters": dict(zip(names, values, strict=True)),
        }

    def picture(self, units: Units) -> PopulationPicture:
        """Return what the figure shows."""
        points, labels = self.points, self.families.labels
        rank = min(2, *points.unit.shape)
        centred = points.unit - points.unit.mean(axis=0)
        left, values, _right = np.linalg.svd(centred, full_matrices=False)
        variances = values**2
        explained = variances / (variances.sum() or 1.0)
        return PopulationPicture(
            measure=self.measure.name,
            merits=self.merits,
            components=left[:, :rank] * values[:rank],
            explained=explained[:rank],
            family=labels,
            cell=points.cell,
            cells=points.cells,
            parameters=tuple(label_of(parameter, units) for parameter in points.parameters),
            unit=points.unit,
            between_cells=_of(self.between_cells),
            between_families=_of(self.between_families),
        )


def study(
    points: ModelPoints,
    *,
    distance: float = DISTINCT,
    least: int = LEAST_MODELS,
    measure: Measure | None = None,
) -> PopulationStudy:
    """Look at a population.

    Parameters
    ----------
    points
        The good models: what is good, the user has said.
    distance
        How far distinct models are apart: the root mean square over the parameters, each of its
        range.
    least
        How many models a family has.
    measure
        What is counted below levels; None: the weighted sum.

    Raises
    ------
    UsageError
        If the models have no such measure.
    """
    measure = Measure() if measure is None else measure
    merits = measure.merits(points)
    kept: IntArray = np.flatnonzero(distinct_rows(points.unit, merits, distance))
    order = kept[np.argsort(merits[kept], kind="stable")]
    chosen, merits = points.take(order), merits[order]
    families = find_families(chosen.unit, least)
    return PopulationStudy(
        n_chosen=len(points),
        points=chosen,
        distance=distance,
        measure=measure,
        merits=merits,
        levels=counted(merits, measure.levels),
        families=families,
        between_cells=shares_between(chosen.unit, chosen.cell),
        between_families=shares_between(chosen.unit, families.labels),
    )


def _of(shares: Shares | None) -> FloatArray | None:
    return None if shares is None else shares.of_parameters


def _known(value: Any) -> float | None:
    return float(value) if np.isfinite(value) else None
