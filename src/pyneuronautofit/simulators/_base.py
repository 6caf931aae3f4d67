"""What a simulator is.

A simulator is built once, for a model and an experiment; `run` maps parameters to voltages and has
no memory: the same parameters give the same voltages, in whatever order and company they come.
Nothing outside a simulator loops over candidates. A candidate that cannot be simulated is a status
and a row of nan; never an exception, and never an invented number.
"""

from __future__ import annotations

import enum
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Protocol, Self, runtime_checkable

import numpy as np

from pyneuronautofit._types import BoolArray, FloatArray, IntArray
from pyneuronautofit.simulators.experiment import Experiment
from pyneuronautofit.space import ParameterTable


class RunStatus(enum.Enum):
    """How the simulation of one candidate ended."""

    OK = "simulated"
    DIVERGED = "the voltage became infinite or not a number"
    FAILED = "the model raised an error"
    TOO_MANY_STEPS = "the adaptive integrator needed more steps than are worth it"
    TIMED_OUT = "the simulation took longer than the time limit"
    CRASHED = "the simulating process died"


@dataclass(frozen=True)
class Traces:
    """Voltages of candidates.

    Attributes
    ----------
    voltage_mV : FloatArray, shape (n_cand, n_sweep, n_sample), mV
        On the recording's clock; nan for a candidate that failed.
    status
        One per candidate.
    messages
        One per candidate: what went wrong, in words; empty where nothing did.
    seconds : FloatArray, shape (n_cand,), s
        How long the simulation of each took.
    """

    voltage_mV: FloatArray
    status: tuple[RunStatus, ...]
    messages: tuple[str, ...]
    seconds: FloatArray

    @property
    def ok(self) -> BoolArray:
        """Which candidates were simulated, shape (n_cand,)."""
        return np.array([status is RunStatus.OK for status in self.status], dtype=bool)


@dataclass(frozen=True)
class TraceBlock:
    """Some of the candidates of a run, as they are finished.

    Attributes
    ----------
    candidates : IntArray, shape (n_cand,)
        Their rows in the table that was to be simulated.
    traces
        Their voltages.
    """

    candidates: IntArray
    traces: Traces

    @property
    def numbers(self) -> IntArray:
        """As `candidates`."""
        return self.candidates

    def renumbered(self, numbers: IntArray) -> TraceBlock:
        """Return the same of a table of which the present one has the rows `numbers`."""
        return replace(self, candidates=numbers[self.candidates])


@runtime_checkable
class HasFinerSteps(Protocol):
    """Can simulate the same with finer steps than it usually takes."""

    def finer_steps(self, parameters: ParameterTable) -> Mapping[float, Simulator]:
        """Return tolerance (mV) -> what simulates these candidates with it, the smallest first.

        They use what is open here, and are not closed by themselves. Empty where steps are fixed.
        """
        ...


class Simulator(Protocol):
    """Turns parameters into voltages, in batches."""

    @property
    def description(self) -> str:
        """What simulates, in a few words."""
        ...

    def check(self, parameters: ParameterTable) -> None:
        """Find out whether the model can be loaded and has the parameters, before a long run.

        Raises
        ------
        ModelError
            If it cannot, or has not.
        """
        ...

    def stream(self, parameters: ParameterTable) -> Iterator[TraceBlock]:
        """Simulate candidates and yield them as they are finished, every one once, in any order.

        Only a few blocks are in memory at a time, whatever the number of candidates: the voltages
        of a block are the caller's until it asks for the next.
        """
        ...

    def run(self, parameters: ParameterTable) -> Traces:
        """Simulate candidates and return all their voltages."""
        ...

    def close(self) -> None:
        """Give back processes and threads; the simulator cannot be used afterwards."""
        ...

    def __enter__(self) -> Self: ...

    def __exit__(self, *exc: object) -> None: ...


def gather(blocks: Iterator[TraceBlock], n_cand: int, n_sweep: int, n_sample: int) -> Traces:
    """Put the blocks of `stream` together in the order of the table."""
    voltage = np.full((n_cand, n_sweep, n_sample), np.nan)
    status = [RunStatus.FAILED] * n_cand
    messages = [""] * n_cand
    seconds = np.zeros(n_cand)
    for block in blocks:
        for place, candidate in enumerate(block.candidates.tolist()):
            voltage[candidate] = block.traces.voltage_mV[place]
            status[candidate] = block.traces.status[place]
            messages[candidate] = block.traces.messages[place]
            seconds[candidate] = block.traces.seconds[place]
    return Traces(voltage, tuple(status), tuple(messages), seconds)


class Streaming(ABC):
    """What is the same of all simulators that stream an experiment."""

    @property
    @abstractmethod
    def experiment(self) -> Experiment:
        """What is simulated."""

    @abstractmethod
    def stream(self, parameters: ParameterTable) -> Iterator[TraceBlock]:
        """As of `Simulator`."""

    @abstractmethod
    def close(self) -> None:
        """As of `Simulator`."""

    def run(self, parameters: ParameterTable) -> Traces:
        """Simulate candidates and return all their voltages."""
        shape = (self.experiment.n_sweep, self.experiment.n_sample)
        return gather(self.stream(parameters), len(parameters), *shape)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()
