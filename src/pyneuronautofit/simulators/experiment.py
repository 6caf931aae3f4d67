"""The current-clamp experiment that is simulated: currents, clocks, temperature.

From t = -1000 ms to 0 the holding current flows (the transient); then the sweep's current, linearly
interpolated between its samples. Sample k of the response is the mean of the voltages at
t = k·step + j·dt, j = 0 .. n-1, so that the model's clock is the recording's.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pyneuronautofit._text import listed_numbers
from pyneuronautofit._types import FloatArray
from pyneuronautofit.errors import UsageError
from pyneuronautofit.recordings import Recording, StimulusWindow, holding_current

_log = logging.getLogger(__name__)

INITIAL_MV = -76.0
TRANSIENT_MS = 1000.0
DEFAULT_DT_MS = 0.025
SHORTEST_DT_MS = 1e-5


@dataclass(frozen=True)
class Clock:
    """Two clocks that never drift apart.

    Attributes
    ----------
    step_ms
        The recording's sampling interval.
    substeps
        Time steps of the simulation in one sample.
    """

    step_ms: float
    substeps: int

    @property
    def dt_ms(self) -> float:
        """Time step of the simulation."""
        return self.step_ms / self.substeps


def make_clock(step_ms: float, dt: float) -> Clock:
    """Choose the time step: `dt` ms, or abs(dt) recorded steps if negative.

    A step that does not divide the recorded one is lowered to the next that does, which is logged.

    Raises
    ------
    UsageError
        If `dt` is zero, not finite or too small.
    """
    if dt == 0 or not math.isfinite(dt):
        raise UsageError(
            f"--dt {dt:g}: expected a time step in ms above 0, or below 0 a multiple of the "
            "recorded step, such as --dt -0.5"
        )
    wanted = dt if dt > 0 else -dt * step_ms
    if wanted < SHORTEST_DT_MS:
        raise UsageError(
            f"--dt {dt:g}: steps of {wanted:g} ms would take for ever: expected at least "
            f"{SHORTEST_DT_MS:g} ms"
        )
    # 1e-9: a ratio such as 0.05/0.025 may come out as 2.0000000000000004.
    substeps = max(math.ceil(step_ms / wanted - 1e-9), 1)
    clock = Clock(step_ms, substeps)
    if not math.isclose(clock.dt_ms, wanted, rel_tol=1e-9):
        _log.info(
            "time step lowered from %g to %g ms, so that it divides the recorded step of %g ms",
            wanted, clock.dt_ms, step_ms,
        )  # fmt: skip
    return clock


def adaptive_clock(step_ms: float) -> Clock:
    """Return at which points of a sample an adaptive simulation is looked at.

    They are as near to 0.025 ms apart as divides the sample, so that its mean is that of the fixed
    step.
    """
    return Clock(step_ms, max(math.floor(step_ms / DEFAULT_DT_MS + 0.5), 1))


@dataclass(frozen=True)
class Experiment:
    """What every candidate goes through.

    Attributes
    ----------
    current_pA : FloatArray, shape (n_sweep, n_sample), pA
        The currents of the simulated sweeps.
    holding_pA : FloatArray, shape (n_sweep,), pA
        The current of each sweep's transient.
    clock
        Sampling interval and time step.
    temperature_degC
        Temperature of the model.
    initial_mV
        Voltage of all segments before `finitialize`.
    transient_ms
        How long the holding current flows before the sweep.
    """

    current_pA: FloatArray
    holding_pA: FloatArray
    clock: Clock
    temperature_degC: float
    initial_mV: float = INITIAL_MV
    transient_ms: float = TRANSIENT_MS

    @property
    def n_sweep(self) -> int:
        """Number of simulated sweeps."""
        return int(self.current_pA.shape[0])

    @property
    def n_sample(self) -> int:
        """Samples of one sweep."""
        return int(self.current_pA.shape[1])

    @property
    def n_transient_step(self) -> int:
        """Time steps of the transient."""
        return math.ceil(self.transient_ms / self.clock.dt_ms - 1e-9)

    @property
    def cell_ms(self) -> float:
        """Simulated time of one candidate, shared transients counted once, ms."""
        transients = len(np.unique(self.holding_pA)) * self.transient_ms
        return transients + self.n_sweep * self.n_sample * self.clock.step_ms


def plan_experiment(
    recording: Recording,
    stimulus: StimulusWindow,
    sweeps: Sequence[int],
    dt: float | None,
    temperature_degC: float,
) -> Experiment:
    """Plan the simulation of some sweeps of a recording.

    Parameters
    ----------
    stimulus
        In samples of this recording.
    sweeps
        Which ones, in the order of the result.
    dt
        The value of --dt; see `make_clock`. None: for adaptive steps, see `adaptive_clock`.
    """
    chosen = list(sweeps)
    # Of all sweeps: what is held in one does not depend on which others are simulated.
    holding_pA = holding_current(recording, stimulus)[chosen]
    _log.info("holding current: %s", _spelt_holding(holding_pA, chosen))
    return Experiment(
        recording.current_pA[chosen],
        holding_pA,
        adaptive_clock(recording.step_ms) if dt is None else make_clock(recording.step_ms, dt),
        temperature_degC,
    )


def _spelt_holding(holding_pA: FloatArray, sweeps: Sequence[int]) -> str:
    """Say which sweeps hold what."""
    values = np.unique(holding_pA)
    if len(values) == 1:
        return f"{values[0]:g} pA"
    of_value = (
        (value, [sweep for sweep, held in zip(sweeps, holding_pA, strict=True) if held == value])
        for value in values
    )
    return "; ".join(f"{value:g} pA in {listed_numbers(some)}" for value, some in of_value)
