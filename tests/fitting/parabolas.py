"""A problem that is solved in microseconds: a simulator that draws parabolas."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from pyneuronautofit.fitting import Problem
from pyneuronautofit.objectives import EvaluationSettings, bind_suite
from pyneuronautofit.recordings import Recording, StimulusWindow
from pyneuronautofit.simulators import RunStatus, TraceBlock, Traces
from pyneuronautofit.space import ParameterSpace

N_SAMPLE = 40


@dataclass
class Parabolas:
    """Answers with voltage = a·t + b·t^2 per sweep; fails where a > 9."""

    n_sweep: int = 2
    block: int = 1
    interrupt_after: int | None = None
    seen: list = field(default_factory=list)

    def check(self, parameters):
        pass

    def stream(self, parameters):
        order = np.arange(len(parameters))[::-1]  # finished in any order
        for start in range(0, len(order), self.block):
            rows = order[start : start + self.block]
            if self.interrupt_after is not None and len(self.seen) >= self.interrupt_after:
                raise KeyboardInterrupt
            self.seen.extend(rows.tolist())
            yield TraceBlock(rows, self._traces(parameters.values[rows]))

    def _traces(self, values):
        t = np.linspace(0.0, 1.0, N_SAMPLE)
        sweeps = np.arange(1, self.n_sweep + 1)
        a, b = values[:, 0, None, None], values[:, 1, None, None]
        voltage = (a * t + b * t**2) * sweeps[None, :, None]
        failed = values[:, 0] > 9
        voltage[failed] = np.nan
        status = tuple(RunStatus.DIVERGED if bad else RunStatus.OK for bad in failed)
        messages = tuple("too steep" if bad else "" for bad in failed)
        return Traces(voltage, status, messages, np.full(len(values), 0.5))

    def run(self, parameters):
        return self._traces(parameters.values)

    def close(self):
        pass

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        pass


def begun_with(letter, size):
    """Models to begin with (size, 2), for those algorithms that cannot do without; else None."""
    if letter != "L":
        return None
    return np.random.default_rng(size).uniform(0.0, 10.0, (size, 2))


def make_problem(simulator=None, modes="OV", downsampler=None):
    t = np.linspace(0.0, 1.0, N_SAMPLE)
    voltage = np.stack([2.0 * t + 3.0 * t**2, 4.0 * t + 6.0 * t**2])
    recording = Recording("r", voltage, np.zeros_like(voltage), 0.5)
    settings = EvaluationSettings(modes=modes, spike_threshold_mV=4.0)
    window = StimulusWindow(10, 20)
    suite = bind_suite(recording, window, settings)
    space = ParameterSpace.from_rows([["s.a", "lin", 0, 10], ["s.b", "lin", 0, 10]])
    return Problem(
        recording, recording, window, space, suite, simulator or Parabolas(), downsampler
    )
