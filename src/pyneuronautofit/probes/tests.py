"""Simulations without a recording: current steps, a long rest, a synapse.

The tools for model databases ask questions that no recording asks: what the axon does while the
soma fires, where a model settles without current, and which synaptic conductance makes it fire. A
`Probe` is built once, for a model and one such question, and answers it for many models at a time.
Like a `Simulator` it has no memory, and a model that cannot be simulated is a status.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol, Self

import numpy as np

from pyneuronautofit._types import FloatArray, IntArray
from pyneuronautofit.probes.threshold import N_GRID, GridSearch, Threshold
from pyneuronautofit.simulators import RunStatus
from pyneuronautofit.simulators.experiment import INITIAL_MV
from pyneuronautofit.space import ParameterPath, ParameterTable

SOMA = "soma(0.5).v"


@dataclass(frozen=True)
class StepTest:
    """Steps of current into soma(0.5), from t = 0, one amplitude after the other.

    Attributes
    ----------
    amplitudes_pA
        In the order in which they are simulated.
    temperature_degC
        Of the model.
    dt_ms
        Time step.
    places
        What is recorded: paths such as `axon(0.5).v`.
    onset_ms, duration_ms, end_ms
        The step begins at the onset; the simulation ends at the end.
    until_mV
        The first amplitude with which soma(0.5) rises above this at the onset or later is the last
        that is simulated; None: all are.
    initial_mV
        Voltage of all segments before `finitialize`.
    """

    amplitudes_pA: tuple[float, ...]
    temperature_degC: float
    dt_ms: float
    places: tuple[str, ...] = (SOMA,)
    onset_ms: float = 1000.0
    duration_ms: float = 1000.0
    end_ms: float = 3000.0
    until_mV: float | None = None
    initial_mV: float = INITIAL_MV

    @property
    def n_onset(self) -> int:
        """The sample at which the step begins."""
        return math.ceil(self.onset_ms / self.dt_ms - 1e-9)

    @property
    def n_sample(self) -> int:
        """Samples of a trace: one every time step, the first at t = 0."""
        return math.ceil(self.end_ms / self.dt_ms - 1e-9) + 1

    @property
    def paths(self) -> tuple[ParameterPath, ...]:
        """The recorded places."""
        return tuple(ParameterPath.parse(place) for place in self.places)

    @property
    def cell_ms(self) -> float:
        """Simulated time of one model at the most, what comes before the steps counted once, ms."""
        return self.onset_ms + len(self.amplitudes_pA) * (self.end_ms - self.onset_ms)


@dataclass(frozen=True)
class StepTraces:
    """A model's answer to a `StepTest`.

    Attributes
    ----------
    amplitudes_pA
        The steps that were simulated.
    voltage_mV : FloatArray, shape (n_step, n_place, n_sample), mV
        One sample every time step, from t = 0.
    """

    amplitudes_pA: tuple[float, ...]
    voltage_mV: FloatArray

    def is_finite(self) -> bool:
        """Return whether all voltages are numbers."""
        return bool(np.isfinite(self.voltage_mV).all())


@dataclass(frozen=True)
class RestTest:
    """No current for a long while.

    Attributes
    ----------
    temperature_degC
        Of the model.
    dt_ms
        Time step.
    duration_ms
        How long.
    watched_ms
        The end of it, in which voltages are recorded, one sample a millisecond.
    initial_mV
        Voltage of all segments before `finitialize`, but for sections whose voltage is given.
    """

    temperature_degC: float
    dt_ms: float
    duration_ms: float = 60_000.0
    watched_ms: float = 10_000.0
    initial_mV: float = INITIAL_MV

    @property
    def cell_ms(self) -> float:
        """Simulated time of one model, ms."""
        return self.duration_ms


@dataclass(frozen=True)
class Rest:
    """A model's answer to a `RestTest`.

    Attributes
    ----------
    final_mV
        The voltage in the middle of every section at the end: path (`axon.v`) -> mV.
    watched_mV : FloatArray, shape (n_watched,), mV
        Voltage of soma(0.5) at the end of the time, one sample a millisecond.
    """

    final_mV: Mapping[str, float]
    watched_mV: FloatArray

    def is_finite(self) -> bool:
        """Return whether all voltages are numbers."""
        finals = np.array(list(self.final_mV.values()))
        return bool(np.isfinite(finals).all() and np.isfinite(self.watched_mV).all())


@dataclass(frozen=True)
class SynapseTest:
    """The smallest conductance of a synapse at soma(0.5) that makes the soma fire.

    A model rests, from `init` or `initial_mV`; then one presynaptic event arrives. It has fired if
    soma(0.5) rises above the threshold between the event and the end of the response. The model is
    as its class builds it: `setcable` is not called.

    Attributes
    ----------
    mixes
        AMPAp and NMDAp of the synapse; one search for each.
    temperature_degC
        Of the model.
    dt_ms
        Time step.
    lowest_uS, highest_uS, accuracy_uS
        As `GridSearch` takes them.
    gabab_uS
        Conductance of the potassium current that flows all the time, GABABg.
    rest_ms
        When the event arrives.
    response_ms
        How long after it the simulation ends.
    threshold_mV
        Rising above it is firing.
    initial_mV
        Voltage of all segments before `finitialize`, but for sections whose voltage is given.
    """

    mixes: tuple[tuple[float, float], ...]
    temperature_degC: float
    dt_ms: float
    lowest_uS: float = 0.0
    highest_uS: float = 0.2
    accuracy_uS: float = 1e-3
    gabab_uS: float = 0.0
    rest_ms: float = 10_000.0
    response_ms: float = 5_000.0
    threshold_mV: float = 0.0
    initial_mV: float = INITIAL_MV

    @property
    def cell_ms(self) -> float:
        """Simulated time of one model at the most, ms."""
        span = (self.highest_uS - self.lowest_uS) / self.accuracy_uS
        narrowing = min(max(span, 1.0), sys.float_info.max)
        trials = N_GRID * (math.ceil(math.log(narrowing, N_GRID - 1)) + 1)
        return self.rest_ms + len(self.mixes) * trials * self.response_ms

    def search(self) -> GridSearch:
        """Return the search for one mix."""
        return GridSearch(self.lowest_uS, self.highest_uS, self.accuracy_uS)


@dataclass(frozen=True)
class SynapseThresholds:
    """A model's answer to a `SynapseTest`.

    Attributes
    ----------
    thresholds
        One for each mix, in their order.
    rest_mV
        Voltage of soma(0.5) when the event arrives.
    settled
        Whether the model had settled by then (`settling.has_settled`).
    """

    thresholds: tuple[Threshold, ...]
    rest_mV: float
    settled: bool

    def is_finite(self) -> bool:
        """Return whether there was a voltage to begin with."""
        return math.isfinite(self.rest_mV)


@dataclass(frozen=True)
class Probed:
    """What became of one model.

    Attributes
    ----------
    candidate
        Its row in the table.
    status, message
        How its simulation ended.
    answer
        `StepTraces`, `Rest` or `SynapseThresholds`; None unless the status is OK.
    seconds
        How long it took, s.
    """

    candidate: int
    status: RunStatus
    message: str
    answer: Any
    seconds: float

    @property
    def numbers(self) -> IntArray:
        """Its row, shape (1,)."""
        return np.array([self.candidate])

    def renumbered(self, numbers: IntArray) -> Probed:
        """Return the same of a table of which the present one has the rows `numbers`."""
        return replace(self, candidate=int(numbers[self.candidate]))


class Probe(Protocol):
    """Asks one question about many models."""

    @property
    def description(self) -> str:
        """What simulates, in a few words."""
        ...

    def check(
        self, parameters: ParameterTable, initial_mV: Sequence[Mapping[str, float]] = ()
    ) -> None:
        """Find out whether the model can be loaded and has the paths, before a long run.

        Raises
        ------
        ModelError
            If it cannot, or has not.
        """
        ...

    def stream(
        self, parameters: ParameterTable, initial_mV: Sequence[Mapping[str, float]] = ()
    ) -> Iterator[Probed]:
        """Simulate models and yield them as they are finished, every one once, in any order.

        Parameters
        ----------
        initial_mV
            For every model path (`axon.v`) -> the voltage that the section begins with; empty: all
            begin with the test's.
        """
        ...

    def close(self) -> None:
        """Give back processes and threads; the probe cannot be used afterwards."""
        ...

    def __enter__(self) -> Self: ...

    def __exit__(self, *exc: object) -> None: ...
