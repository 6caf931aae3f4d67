"""How many distinct models there are that are good: the size of what a search has found."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from pyneuronautofit._types import FloatArray
from pyneuronautofit.fitting.engine import Progress
from pyneuronautofit.fitting.problem import Problem
from pyneuronautofit.objectives.residuals import weighted_sums
from pyneuronautofit.optimisers.polish.distinct import DISTINCT, apart
from pyneuronautofit.space import ParameterSpace

# So many levels say how many there are; the first and lowest one there can be is this.
_MOST_LEVELS, _LOWEST = 4, 0.1
_STEPS = (1.0, 2.0, 5.0)
# Squares of distances that are so near to the limit are computed again, without cancellation.
_NEARLY = 1e-9


@dataclass(frozen=True)
class Level:
    """How many distinct models lie below a weighted sum.

    Attributes
    ----------
    below
        The weighted sum.
    n_model
    """

    below: float
    n_model: int


def distinct_levels(
    space: ParameterSpace, parameters: FloatArray, sums: FloatArray
) -> tuple[Level, ...]:
    """Count distinct models below levels of the weighted sum.

    A model is counted if it is distinct from all better ones that are. Levels are of the series
    0.1, 0.2, 0.5, 1, ..; those that add no model are left out, and of the others the lowest few
    are taken.

    Parameters
    ----------
    space
    parameters : FloatArray, shape (n_model, n_param), model values
    sums : FloatArray, shape (n_model,)
        Weighted sums; inf or nan for models that count nothing.
    """
    usable = np.flatnonzero(np.isfinite(sums))
    order = usable[np.argsort(sums[usable], kind="stable")]
    if not len(order):
        return ()
    unit = space.to_unit(space.from_model(parameters[order]))
    found: list[Level] = []
    levels = _levels()
    level, n_model = next(levels), 0
    for place, is_distinct in enumerate(are_distinct(unit)):
        while sums[order[place]] >= level:
            if n_model > (found[-1].n_model if found else 0):
                found.append(Level(level, n_model))
            if len(found) == _MOST_LEVELS:
                return tuple(found)
            level = next(levels)
        n_model += is_distinct
    if n_model > (found[-1].n_model if found else 0):
        found.append(Level(level, n_model))
    return tuple(found)


def about_distinct(progress: Progress, problem: Problem) -> str:
    """Say how many distinct models archive and population have; empty where there are none."""
    archive, population = progress.archive, progress.population
    leader = None if progress.gains is None else progress.gains.leader
    if leader is None or not len(archive.rows):
        return ""
    known = np.append(archive.rows, leader.row)
    values = [
        progress.history.parameters_of(known),
        problem.space.to_model(population.x).values,
    ]
    scores = np.concatenate([archive.scores, leader.scores[None], population.scores])
    sums = weighted_sums(scores, problem.weights)
    said = said_levels(distinct_levels(problem.space, np.concatenate(values), sums))
    return f"{said} (weighted sum; the least is {leader.total:.4g})"


def said_levels(levels: Sequence[Level]) -> str:
    """Say it in words: `3 below 0.5, 12 below 1`."""
    return ", ".join(f"{level.n_model} below {level.below:g}" for level in levels)


def _levels() -> Iterator[float]:
    decade = _LOWEST
    while True:
        yield from (float(f"{decade * step:.6g}") for step in _STEPS)
        decade *= 10


def are_distinct(unit: FloatArray, least: float = DISTINCT) -> Iterator[bool]:
    """Tell of one model (n_model, n_param) after the other whether it is a distinct one.

    As `optimisers.polish.distinct.distinct` does it, for thousands of models. `least` is how far
    they have to be apart.
    """
    n_param = unit.shape[1]
    limit = least * least * n_param
    squares = np.einsum("ij,ij->i", unit, unit)
    kept, n_kept = np.empty_like(unit), 0
    kept_squares = np.empty(len(unit))
    for point, square in zip(unit, squares, strict=True):
        others = kept[:n_kept]
        off = kept_squares[:n_kept] + square - 2 * (others @ point)
        same = bool((off < limit - _NEARLY).any())
        if not same:
            doubtful = others[off < limit + _NEARLY]
            same = bool((apart(doubtful, point) < least).any())
        if not same:
            kept[n_kept], kept_squares[n_kept] = point, square
            n_kept += 1
        yield not same
