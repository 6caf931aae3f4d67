"""Modes that compare the shapes of spikes: the voltage around their threshold crossings.

The shape of a spike that crosses the threshold at sample u is the samples u - before ..
u + after - 1; beyond the ends of the sweep, the nearest sample. Only spikes in the stimulus count,
L <= u <= R. A spike that is missing has a flat shape of 1000 mV, so that any real spike comes
nearer.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, ClassVar

import numpy as np

from pyneuronautofit._types import FloatArray
from pyneuronautofit.errors import UsageError
from pyneuronautofit.objectives._base import BoundObjective, Score, with_failures
from pyneuronautofit.objectives._kernels import spikes
from pyneuronautofit.objectives.candidates import Candidates
from pyneuronautofit.objectives.target import Target

# Of one candidate, 160 MB.
_MOST_VOLTAGES = 20_000_000


@dataclass(frozen=True)
class SpikeShapes:
    """Summed absolute differences of the shapes of the first spikes, `count` per sweep."""

    code: ClassVar[str] = "S"
    title: ClassVar[str] = "spike shapes"
    unit: ClassVar[str] = "mV"
    scale: ClassVar[float | None] = 10.0
    traced: ClassVar[bool] = True

    spike_threshold_mV: float
    spike_count: int
    before_spike: int
    after_spike: int

    def bind(self, target: Target) -> BoundObjective:
        """Cut out the target's spikes, once."""
        window = self.before_spike + self.after_spike
        n_voltage = len(target.voltage_mV) * self.spike_count * window
        if n_voltage > _MOST_VOLTAGES:
            raise UsageError(
                f"-c {self.spike_count}, -l {self.before_spike} and -r {self.after_spike}: "
                f"{n_voltage} voltages would be compared for every candidate, but at most "
                f"{_MOST_VOLTAGES} can be; lower one of them"
            )
        shapes = partial(
            _shapes,
            threshold_mV=self.spike_threshold_mV,
            stimulus=(target.first, target.last),
            window=(self.before_spike, self.after_spike),
            count=self.spike_count,
        )
        return BoundObjective.summed(_shape_distance(target, shapes, np.sum))


def _shapes(
    candidates: Candidates,
    *,
    threshold_mV: float,
    stimulus: tuple[int, int],
    window: tuple[int, int],
    count: int,
) -> FloatArray:
    found = candidates.stimulus_spikes(threshold_mV, *stimulus)
    return spikes.spike_shapes(candidates.traces_mV, found.arrays, window, count)


@dataclass(frozen=True)
class AverageSpikeShape:
    """Mean absolute difference of the mean shapes of all spikes, one component per sweep."""

    code: ClassVar[str] = "A"
    title: ClassVar[str] = "average spike shape"
    unit: ClassVar[str] = "mV"
    scale: ClassVar[float | None] = 10.0
    traced: ClassVar[bool] = False

    spike_threshold_mV: float
    before_spike: int
    after_spike: int

    def bind(self, target: Target) -> BoundObjective:
        """Average the target's spikes, once."""
        shapes = partial(
            _averages,
            threshold_mV=self.spike_threshold_mV,
            stimulus=(target.first, target.last),
            window=(self.before_spike, self.after_spike),
        )
        return BoundObjective.summed(_shape_distance(target, shapes, np.mean))


def _averages(
    candidates: Candidates,
    *,
    threshold_mV: float,
    stimulus: tuple[int, int],
    window: tuple[int, int],
) -> FloatArray:
    found = candidates.stimulus_spikes(threshold_mV, *stimulus)
    return spikes.average_shapes(candidates.traces_mV, found.arrays, window)


_Reduce = Callable[..., Any]


def _shape_distance(target: Target, shapes: Score, reduce: _Reduce) -> Score:
    wanted = shapes(Candidates.of(target))[0]
    return partial(_distance, shapes=shapes, wanted=wanted, reduce=reduce)


def _distance(
    candidates: Candidates, *, shapes: Score, wanted: FloatArray, reduce: _Reduce
) -> FloatArray:
    """Compare shapes (n_cand, n_sweep, ..., before + after) in mV with those of the target."""
    differences = shapes(candidates)
    differences -= wanted
    np.abs(differences, out=differences)
    return with_failures(reduce(differences, axis=-1), candidates)
