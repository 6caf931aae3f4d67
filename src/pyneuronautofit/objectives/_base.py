"""What an evaluation mode is.

An `Objective` knows its settings. *Bound* to a recording it becomes a `BoundObjective`, which has
learnt from the recording all it will ever need (spike times, histogram edges, weights) and only
maps traces to numbers: nothing changes when it is used, so it is safe to share, and the order of
calls changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar, Protocol

import numpy as np

from pyneuronautofit._types import FloatArray
from pyneuronautofit.objectives.settings import EvaluationSettings


@dataclass(frozen=True)
class Target:
    """What a model is compared with: the selected sweeps of the recording.

    Attributes
    ----------
    voltage_mV : FloatArray, shape (n_sweep, n_sample), mV
        Only the sweeps that the mode looks at.
    step_ms
        Sampling interval.
    first, last
        L and R: the first and the last sample of the stimulus.
    """

    voltage_mV: FloatArray
    step_ms: float
    first: int
    last: int


def total(components: FloatArray) -> FloatArray:
    """Collapse (n_cand, n_score) to the sums, (n_cand, 1)."""
    return np.asarray(components.sum(axis=1, keepdims=True))


def mean(components: FloatArray) -> FloatArray:
    """Collapse (n_cand, n_score) to the means, (n_cand, 1)."""
    return np.asarray(components.mean(axis=1, keepdims=True))


@dataclass(frozen=True)
class BoundObjective:
    """A mode that has seen its target.

    Attributes
    ----------
    score
        traces (n_cand, n_sweep, n_sample) in mV, of the target's sweeps -> (n_cand, n_score).
        Lower is better and 0 is equal. Traces may be shorter than the target: then the samples
        that both have are compared.
    collapsed
        The same traces -> (n_cand, 1): the mode as a single number (the flag -e).
    """

    score: Callable[[FloatArray], FloatArray]
    collapsed: Callable[[FloatArray], FloatArray]


class Objective(Protocol):
    """A mode: one class, one letter.

    Attributes
    ----------
    code
        The letter in -m and in result files; never given to another mode.
    title
        What it compares, in a few words.
    unit
        The unit of one component.
    """

    code: ClassVar[str]
    title: ClassVar[str]
    unit: ClassVar[str]

    @classmethod
    def from_settings(cls, settings: EvaluationSettings) -> Objective:
        """Take what the mode needs from the evaluation's settings."""
        ...

    def bind(self, target: Target) -> BoundObjective:
        """Learn from the target all that scoring needs."""
        ...
