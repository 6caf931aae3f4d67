"""Candidates: their traces, and what several modes ask about them, found once.

Whether samples are numbers, where spikes are, how far squares add up: most modes need one of these,
and a suite of modes would look for them again and again. A record of this kind lives as long as one
call of a suite and is seen by one thread only; what it has found does not change what a mode gets.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Self, TypeVar

import numpy as np

from pyneuronautofit._types import BoolArray, FloatArray, IntArray
from pyneuronautofit.objectives._kernels import distances, spikes
from pyneuronautofit.objectives.target import Target

Found = TypeVar("Found")


@dataclass(frozen=True)
class Spikes:
    """The spikes of many traces, one trace after the other.

    Attributes
    ----------
    starts, ends : IntArray, shape (n_spike,), samples
        u and d of every spike.
    offsets : IntArray, shape (n_trace + 1,)
        Trace k has the spikes offsets[k] .. offsets[k + 1] - 1.
    """

    starts: IntArray
    ends: IntArray
    offsets: IntArray

    @property
    def arrays(self) -> spikes.SpikeArrays:
        """All of it, as compiled loops take it."""
        return spikes.SpikeArrays(self.starts, self.ends, self.offsets)

    @property
    def counts(self) -> IntArray:
        """The number of spikes of every trace, shape (n_trace,)."""
        return np.asarray(self.offsets[1:] - self.offsets[:-1])

    def between(self, first: int, last: int) -> Spikes:
        """Return those that start there, first <= u <= last."""
        chosen = (self.starts >= first) & (self.starts <= last)
        n_before = np.zeros(len(chosen) + 1, dtype=np.int64)
        np.cumsum(chosen, out=n_before[1:])
        return Spikes(self.starts[chosen], self.ends[chosen], n_before[self.offsets])

    def first_of_each(
        self, samples: IntArray, count: int, step_ms: float, missing_ms: float
    ) -> FloatArray:
        """Return times of the first spikes of every trace.

        Parameters
        ----------
        samples : IntArray, shape (n_spike,)
            The time of every spike, in samples.
        count
            How many of a trace's spikes.
        step_ms
        missing_ms
            What stands for a spike that is not there.

        Returns
        -------
        FloatArray, shape (n_trace, count), ms
        """
        places = self.offsets[:-1, None] + np.arange(count)
        there = places < self.offsets[1:, None]
        times_ms = np.full(places.shape, missing_ms)
        times_ms[there] = samples[places[there]] * step_ms
        return times_ms


class Candidates:
    """Candidates that are to be scored.

    Parameters
    ----------
    traces_mV : FloatArray, shape (n_cand, n_sweep, n_sample), mV
        In the layout that loops are compiled for: C-contiguous and writeable.
    threshold_mV
        At which somebody will most probably ask for spikes: where these are looked for, it is seen
        by the way whether all samples are numbers.
    """

    def __init__(self, traces_mV: FloatArray, threshold_mV: float = 0.0) -> None:
        self.traces_mV = traces_mV
        self._threshold_mV = threshold_mV
        self._found: dict[Hashable, object] = {}

    @classmethod
    def of(cls, target: Target) -> Self:
        """Return the target as if it were a candidate."""
        return cls(np.require(target.voltage_mV[None], np.float64, ["C", "W"]))

    @property
    def shape(self) -> tuple[int, int]:
        """Candidates and sweeps."""
        return self.traces_mV.shape[:2]

    @property
    def finite(self) -> BoolArray:
        """Which sweeps consist of numbers only, shape (n_cand, n_sweep)."""
        return self._search(self._threshold_mV)[1]

    @property
    def all_finite(self) -> bool:
        """Whether all samples are numbers."""
        return self._once("all finite", lambda: bool(self.finite.all()))

    def spikes(self, threshold_mV: float) -> Spikes:
        """Return the spikes of all traces (n_cand · n_sweep)."""
        return self._search(threshold_mV)[0]

    def stimulus_spikes(self, threshold_mV: float, first: int, last: int) -> Spikes:
        """Return the spikes that start within the stimulus, first <= u <= last."""
        return self._once(
            ("stimulus", threshold_mV, first, last),
            lambda: self.spikes(threshold_mV).between(first, last),
        )

    def squares(self, target: Target, start: int, stop: int) -> FloatArray:
        """Return sum((x - y)^2) over samples start .. stop - 1, (n_cand, n_sweep), mV^2."""
        return self._once(
            (target, start, stop),
            lambda: distances.sum_of_squares(self.traces_mV, target.voltage_mV, start, stop),
        )

    def of_sweeps(self, rows: tuple[int, ...]) -> Candidates:
        """Return the same candidates with some of their sweeps only."""
        if rows == tuple(range(self.traces_mV.shape[1])):
            return self
        return self._once(
            rows, lambda: Candidates(self.traces_mV.take(rows, axis=1), self._threshold_mV)
        )

    def shared(self, what: Hashable, find: Callable[[], Found]) -> Found:
        """Return what a mode finds that others ask for, too: it is found once.

        Parameters
        ----------
        what
            By what it is known: it has to be of the mode's own, and to say all that decides it.
        find
            Finds it.
        """
        return self._once(("shared", what), find)

    def _search(self, threshold_mV: float) -> tuple[Spikes, BoolArray]:
        def search() -> tuple[Spikes, BoolArray]:
            arrays, finite = spikes.find_spikes(self.traces_mV, threshold_mV)
            return Spikes(*arrays), finite

        return self._once(("spikes", threshold_mV), search)

    def _once(self, what: Hashable, find: Callable[[], Found]) -> Found:
        if what not in self._found:
            self._found[what] = find()
        found: Found = self._found[what]  # type: ignore[assignment]
        return found
