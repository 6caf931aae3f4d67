"""What an evaluation mode is.

An `Objective` has the settings that it reads. *Bound* to a recording it becomes a
`BoundObjective`, which has learnt from the recording all it will ever need (spike times, histogram
edges, weights) and only maps traces to numbers: nothing changes when it is used, so it is safe to
share, and the order of calls changes nothing.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import ClassVar, Protocol, Self

import numpy as np

from pyneuronautofit._types import FloatArray
from pyneuronautofit.objectives.candidates import Candidates
from pyneuronautofit.objectives.target import Target

Score = Callable[[Candidates], FloatArray]


@dataclass(frozen=True)
class BoundObjective:
    """A mode that has seen its target.

    Attributes
    ----------
    score
        Candidates, with traces of the target's sweeps -> (n_cand, n_score).
        Lower is better and 0 is equal. Traces may be shorter than the target: where samples are
        compared, those that both have; where properties are, those of the shorter trace. A window
        without a sample differs by 0. Sweeps with a sample that is not finite have components that
        are not.
    collapsed
        The same candidates -> (n_cand, 1): the mode as a single number (the flag -e).
    """

    score: Score
    collapsed: Score

    @classmethod
    def summed(cls, score: Score) -> Self:
        """Make one that collapses to the sum of its components."""
        return cls(score, partial(_collapsed, score=score, collapse=total))

    @classmethod
    def averaged(cls, score: Score) -> Self:
        """Make one that collapses to the mean of its components."""
        return cls(score, partial(_collapsed, score=score, collapse=mean))


Collapse = Callable[[FloatArray], FloatArray]


def total(components: FloatArray) -> FloatArray:
    """Collapse (n_cand, n_score) to the sums, (n_cand, 1)."""
    return np.asarray(components.sum(axis=1, keepdims=True))


def mean(components: FloatArray) -> FloatArray:
    """Collapse (n_cand, n_score) to the means, (n_cand, 1); of no components, 0."""
    return np.asarray(total(components) / max(components.shape[1], 1))


def _collapsed(candidates: Candidates, *, score: Score, collapse: Collapse) -> FloatArray:
    return collapse(score(candidates))


def feature_distance(target: Target, features: Score) -> Score:
    """Compare what a function finds in candidates with what it finds in the target.

    Parameters
    ----------
    target
    features
        Candidates -> (n_cand, n_sweep, ...).

    Returns
    -------
    Score
        Candidates -> the absolute differences, (n_cand, n_sweep * ...).
    """
    wanted = features(Candidates.of(target))[0]
    return partial(_feature_distance, features=features, wanted=wanted)


def _feature_distance(candidates: Candidates, *, features: Score, wanted: FloatArray) -> FloatArray:
    return with_failures(np.abs(features(candidates) - wanted), candidates)


def with_failures(distances: FloatArray, candidates: Candidates) -> FloatArray:
    """Flatten (n_cand, n_sweep, ...) to (n_cand, n_score); nan where a sweep is not finite.

    nan is above no threshold and in no bin: a failed candidate must not pass for a silent neuron.
    """
    if not candidates.all_finite:
        distances[~candidates.finite] = np.nan
    return distances.reshape(len(distances), math.prod(distances.shape[1:]))


class Objective(Protocol):
    """A mode: one class, one letter.

    It is a frozen dataclass. Its fields are the settings of the evaluation that it reads, under
    their names there and without defaults: it is made from those, and gets no others.

    Attributes
    ----------
    code
        The letter in -m and in result files; never given to another mode.
    title
        What it compares, in a few words.
    unit
        The unit of one component.
    scale
        The difference, in that unit, that counts as much as a missing spike where components are
        added up; None: a part of what a voltage of zero would have.
    traced
        Whether the residuals of traces lead to where it is small; the components of other modes
        are residuals themselves.
    """

    code: ClassVar[str]
    title: ClassVar[str]
    unit: ClassVar[str]
    scale: ClassVar[float | None]
    traced: ClassVar[bool]

    def bind(self, target: Target) -> BoundObjective:
        """Learn from the target all that scoring needs."""
        ...
