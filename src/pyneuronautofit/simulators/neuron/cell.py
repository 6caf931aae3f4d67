"""One candidate in NEURON, inside a worker process.

`NeuronSession` (`session.py`) builds cells and brings them to their initial state; `CellRunner`
simulates them.
The cell is built once for all its sweeps. Sweeps with the same holding current share their
transient: its end is kept with NEURON's SaveState and restored before each of them, which gives the
same voltages, to the last bit, as simulating every sweep from the beginning. Where SaveState does
not keep all (`saving.py`), every sweep is simulated from the beginning.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from pyneuronautofit._types import FloatArray
from pyneuronautofit.simulators.experiment import Experiment
from pyneuronautofit.simulators.neuron.session import (
    NeuronSession,
    NeuronSetup,
    Settings,
    open_session,
)
from pyneuronautofit.space import soma_of
from pyneuronautofit.units import PA_PER_NA


def make_runner(setup: NeuronSetup) -> CellRunner:
    """Load the model and check it; what `Job.make` calls in a worker.

    Raises
    ------
    ModelError
        If it cannot be loaded, or lacks a parameter or the soma.
    """
    session = open_session(setup)
    return CellRunner(session, setup.experiment)


class CellRunner:
    """Simulates candidates, one after the other.

    Parameters
    ----------
    session
        Builds their cells.
    experiment
        What each of them goes through.
    """

    def __init__(self, session: NeuronSession, experiment: Experiment) -> None:
        self._session = session
        self._h = session.h
        self._experiment = experiment
        self._context = self._h.ParallelContext()
        # psolve wants a bound on its own steps although there is nothing to exchange.
        self._context.set_maxstep(10)

    def __call__(self, settings: Settings) -> FloatArray:
        """Simulate one candidate.

        Returns
        -------
        FloatArray, shape (n_sweep, n_sample), mV
            From the first non-finite value on nothing more is simulated, and the rest is nan.
        """
        try:
            return self._simulate(settings)
        finally:
            self._session.clear()

    def _simulate(self, settings: Settings) -> FloatArray:
        cell = self._session.build(settings)
        experiment = self._experiment
        voltage = np.full((experiment.n_sweep, experiment.n_sample), np.nan)
        electrode = _Electrode(self._h, soma_of(cell), experiment)
        for holding_pA, sweeps in _by_holding(experiment.holding_pA).items():
            self._run_transient(electrode, holding_pA)
            if not math.isfinite(soma_of(cell)(0.5).v):
                return voltage
            state = None
            if len(sweeps) > 1 and self._session.saves_all():
                state = self._h.SaveState()
                state.save()
            for sweep in sweeps:
                if state is not None:
                    state.restore()
                elif sweep != sweeps[0]:
                    self._run_transient(electrode, holding_pA)
                voltage[sweep] = self._run_sweep(electrode, experiment.current_pA[sweep])
                if not np.isfinite(voltage[sweep]).all():
                    return voltage
        return voltage

    def _run_transient(self, electrode: _Electrode, holding_pA: float) -> None:
        h, clock = self._h, self._experiment.clock
        electrode.hold(holding_pA)
        self._session.initialise(self._experiment)
        n_step = self._experiment.n_transient_step
        h.t = -n_step * clock.dt_ms
        # fadvance hands the new time to NEURON's solver, which psolve does not.
        h.fadvance()
        self._advance_to(0.0)

    def _run_sweep(self, electrode: _Electrode, current_pA: FloatArray) -> FloatArray:
        clock, n_sample = self._experiment.clock, self._experiment.n_sample
        n_point = n_sample * clock.substeps
        electrode.play(current_pA)
        self._h.frecord_init()
        self._advance_to((n_point - 1) * clock.dt_ms)
        fine = electrode.recorded()
        if len(fine) != n_point:
            raise RuntimeError(f"NEURON recorded {len(fine)} voltages instead of {n_point}")
        return np.asarray(fine.reshape(n_sample, clock.substeps).mean(axis=1))

    def _advance_to(self, time_ms: float) -> None:
        # Half a step more: NEURON's time is a sum of many small steps, and a little off.
        self._context.psolve(time_ms + 0.5 * self._h.dt)


class _Electrode:
    """Current into soma(0.5), and the voltage there."""

    def __init__(self, h: Any, soma: Any, experiment: Experiment) -> None:
        self._clamp = h.IClamp(soma(0.5))
        # Long before the transient, and for ever.
        self._clamp.delay = -1e9
        self._clamp.dur = 2e9
        self._times_ms = h.Vector(np.arange(experiment.n_sample) * experiment.clock.step_ms)
        self._current_nA = h.Vector(experiment.n_sample)
        # 1: NEURON interpolates linearly, and before the first sample it holds that one.
        self._current_nA.play(self._clamp._ref_amp, self._times_ms, 1)
        self._voltage_mV = h.Vector().record(soma(0.5)._ref_v)

    def hold(self, current_pA: float) -> None:
        """Let a constant current flow."""
        self._current_nA.fill(current_pA / PA_PER_NA)

    def play(self, current_pA: FloatArray) -> None:
        """Let a sweep's current flow, its first sample at t = 0."""
        self._current_nA.from_python(current_pA / PA_PER_NA)

    def recorded(self) -> FloatArray:
        """Return the voltages of all steps since the last `frecord_init`, mV."""
        return np.array(self._voltage_mV.as_numpy(), dtype=np.float64)


def _by_holding(holding_pA: FloatArray) -> Mapping[float, list[int]]:
    return {
        float(value): np.flatnonzero(holding_pA == value).tolist()
        for value in np.unique(holding_pA)
    }
