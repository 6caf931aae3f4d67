"""One candidate in NEURON with CVODE, inside a worker process.

CVODE chooses time step and order itself, so that the error it estimates for each state stays below
an absolute tolerance; with a small one its voltages are as near to the truth as anybody needs. The
current is constant between edges, and every edge is a new beginning for CVODE, so none is stepped
over. Every internal step is recorded, and a cubic spline between two edges is evaluated on the
experiment's clock: at these points CVODE's own interpolation differs from it by a few tolerances at
the most, and asking for it at every point takes 3 (at 1e-7) to 20 times (at 1e-3) as long.
"""

from __future__ import annotations

import contextlib
import itertools
import math
import re
from collections.abc import Generator
from dataclasses import dataclass
from typing import Any

import numpy as np

from pyneuronautofit._types import FloatArray
from pyneuronautofit.errors import ModelError
from pyneuronautofit.simulators.experiment import Experiment
from pyneuronautofit.simulators.neuron.session import (
    NeuronSession,
    NeuronSetup,
    Settings,
    open_session,
)
from pyneuronautofit.space import soma_of
from pyneuronautofit.units import PA_PER_NA

# CVODE begins anew at each, with its smallest steps: a current with more is noise, or a wave.
_MOST_EDGES = 1000
_NOT_FOR_CVODE = re.compile(r"(\S+) cannot be used with CVODE")


@dataclass(frozen=True)
class CvodeSetup:
    """What a worker needs to know, once.

    Attributes
    ----------
    neuron
        As the fixed step needs it.
    tolerance_mV
        What CVODE may be wrong by in a step; the same number holds for the states of mechanisms,
        in their units.
    """

    neuron: NeuronSetup
    tolerance_mV: float


@dataclass(frozen=True)
class SteppedCurrent:
    """The current of one sweep, constant between edges.

    Attributes
    ----------
    edge_ms : FloatArray, shape (n_edge,), ms
        Where it jumps, after the beginning of the sweep.
    level_pA : FloatArray, shape (n_edge + 1,), pA
        Its levels before, between and after the edges.
    """

    edge_ms: FloatArray
    level_pA: FloatArray


@dataclass(frozen=True)
class Steps:
    """What CVODE has computed.

    Attributes
    ----------
    time_ms : FloatArray, shape (n_step,), ms
        Increasing, but for edges, each of which is there twice.
    voltage_mV : FloatArray, shape (n_step,), mV
        Of soma(0.5).
    """

    time_ms: FloatArray
    voltage_mV: FloatArray

    def at(self, time_ms: FloatArray) -> FloatArray:
        """Interpolate; nan outside, shape (n,) for (n,), increasing."""
        # Only a process that simulates needs it, and loading it takes its time.
        from scipy.interpolate import CubicSpline  # noqa: PLC0415

        voltage = np.full(len(time_ms), np.nan)
        cuts = (np.flatnonzero(np.diff(self.time_ms) <= 0.0) + 1).tolist()
        for first, last in itertools.pairwise([0, *cuts, len(self.time_ms)]):
            t, v = self.time_ms[first:last], self.voltage_mV[first:last]
            begin = np.searchsorted(time_ms, t[0])
            end = np.searchsorted(time_ms, t[-1], side="right")
            if len(t) > 1:
                voltage[begin:end] = CubicSpline(t, v)(time_ms[begin:end])
        return voltage


def stepped_current(current_pA: FloatArray, step_ms: float) -> SteppedCurrent:
    """Find the edges of a command waveform.

    Simulations with a fixed step go from one sample's current to the next in a straight line. Here
    it jumps half way, which brings the same charge.

    Parameters
    ----------
    current_pA : FloatArray, shape (n_sample,), pA
    step_ms
        From sample to sample.
    """
    changed = np.flatnonzero(np.diff(current_pA))
    edge_ms = step_ms * (changed.astype(np.float64) + 0.5)
    return SteppedCurrent(edge_ms, current_pA[[0, *(changed + 1).tolist()]])


def check_for_cvode(experiment: Experiment) -> None:
    """Raise ModelError if a sweep's current has too many edges."""
    n_edge = np.count_nonzero(np.diff(experiment.current_pA, axis=1), axis=1)
    sweep = int(np.argmax(n_edge))
    if n_edge[sweep] > _MOST_EDGES:
        raise ModelError(
            "NEURON's CVODE needs currents that are constant between edges, at most "
            f"{_MOST_EDGES} of them, but that of simulated sweep {sweep} changes at "
            f"{n_edge[sweep]} of its {experiment.n_sample} samples, as a recorded current does "
            "with its noise. Use a recording whose current is the command waveform, or NEURON's "
            "fixed step"
        )


def make_cvode_runner(setup: CvodeSetup) -> CvodeRunner:
    """Load the model and check it; what `Job.make` calls in a worker.

    Raises
    ------
    ModelError
        If it cannot be loaded, lacks a parameter or the soma, has a mechanism that CVODE cannot
        integrate, or if a current has too many edges.
    """
    check_for_cvode(setup.neuron.experiment)
    session = open_session(setup.neuron)
    runner = CvodeRunner(session, setup.neuron.experiment, setup.tolerance_mV)
    runner.check()
    return runner


class CvodeRunner:
    """Simulates candidates, one after the other.

    Parameters
    ----------
    session
        Builds their cells.
    experiment
        What each of them goes through.
    tolerance_mV
        See `CvodeSetup`.

    Attributes
    ----------
    n_step
        What CVODE has taken so far, transients included.
    """

    def __init__(self, session: NeuronSession, experiment: Experiment, tolerance_mV: float) -> None:
        self._session = session
        self._experiment = experiment
        self._tolerance_mV = tolerance_mV
        self.n_step = 0
        step_ms = experiment.clock.step_ms
        self._currents = [stepped_current(row, step_ms) for row in experiment.current_pA]

    def check(self) -> None:
        """Build a cell; raises ModelError if CVODE cannot integrate one of its mechanisms."""
        try:
            CvodeCell(self._session, self._experiment, self._tolerance_mV, []).close()
        finally:
            self._session.clear()

    def __call__(self, settings: Settings) -> FloatArray:
        """Simulate one candidate.

        Returns
        -------
        FloatArray, shape (n_sweep, n_sample), mV
            From the first non-finite value on nothing more is simulated, and the rest is nan.
        """
        experiment = self._experiment
        shape = (experiment.n_sample, experiment.clock.substeps)
        points_ms = experiment.clock.dt_ms * np.arange(math.prod(shape), dtype=np.float64)
        voltage = np.full((experiment.n_sweep, experiment.n_sample), np.nan)
        with contextlib.closing(self.steps(settings)) as simulated:
            for sweep, steps in simulated:
                voltage[sweep] = steps.at(points_ms).reshape(shape).mean(axis=1)
                if not np.isfinite(voltage[sweep]).all():
                    break
        return voltage

    def steps(self, settings: Settings) -> Generator[tuple[int, Steps]]:
        """Simulate one candidate and yield number and steps of its sweeps, in any order."""
        experiment = self._experiment
        try:
            cell = CvodeCell(self._session, experiment, self._tolerance_mV, settings)
            try:
                for holding_pA in np.unique(experiment.holding_pA).tolist():
                    self.n_step += len(cell.run_transient(holding_pA).time_ms)
                    for sweep in np.flatnonzero(experiment.holding_pA == holding_pA).tolist():
                        steps = cell.run_sweep(self._currents[sweep])
                        self.n_step += len(steps.time_ms)
                        yield sweep, steps
            finally:
                cell.close()
                del cell
        finally:
            self._session.clear()


class CvodeCell:
    """A cell with an electrode, integrated by CVODE; `close` and `NeuronSession.clear` end it.

    Parameters
    ----------
    session, experiment, tolerance_mV
        As `CvodeRunner` takes them.
    settings
        The cell's parameters.

    Raises
    ------
    ModelError
        If CVODE cannot integrate one of the mechanisms.
    """

    def __init__(
        self,
        session: NeuronSession,
        experiment: Experiment,
        tolerance_mV: float,
        settings: Settings,
    ) -> None:
        self._session, self._experiment = session, experiment
        self._h = session.h
        self._cell = session.build(settings)
        soma = soma_of(self._cell)(0.5)
        self._clamp = self._h.IClamp(soma)
        # Long before the transient, and for ever.
        self._clamp.delay, self._clamp.dur = -1e9, 2e9
        self._time_ms = self._h.Vector().record(self._h._ref_t)
        self._voltage_mV = self._h.Vector().record(soma._ref_v)
        self._end_ms = (
            experiment.n_sample * experiment.clock.substeps - 1
        ) * experiment.clock.dt_ms
        self._solver = self._h.CVode()
        self._activate(tolerance_mV)
        self._state: Any = None
        self._holding_pA = 0.0
        self._is_there = False

    def run_transient(self, holding_pA: float) -> Steps:
        """Let the holding current flow from the initial state; sweeps begin where that ends."""
        self._holding_pA, self._is_there = holding_pA, True
        self._session.initialise(self._experiment)
        # Which has turned it off.
        self._solver.active(1)
        self._h.t = -self._experiment.transient_ms
        self._h.frecord_init()
        self._hold(holding_pA, 0.0)
        self._state = self._h.SaveState()
        self._state.save()
        return self._recorded()

    def run_sweep(self, current: SteppedCurrent) -> Steps:
        """Let a sweep's current flow after the transient."""
        if not (self._is_there or self._session.saves_all()):
            self.run_transient(self._holding_pA)
        self._is_there = False
        self._state.restore()
        self._h.frecord_init()
        for level_pA, end_ms in zip(
            current.level_pA.tolist(), [*current.edge_ms.tolist(), self._end_ms], strict=True
        ):
            self._hold(level_pA, end_ms)
        return self._recorded()

    def close(self) -> None:
        """Leave NEURON with its fixed step."""
        self._solver.active(0)

    def _hold(self, current_pA: float, until_ms: float) -> None:
        self._clamp.amp = current_pA / PA_PER_NA
        self._solver.re_init()
        self._solver.solve(until_ms)

    def _recorded(self) -> Steps:
        return Steps(
            np.array(self._time_ms.as_numpy(), dtype=np.float64),
            np.array(self._voltage_mV.as_numpy(), dtype=np.float64),
        )

    def _activate(self, tolerance_mV: float) -> None:
        solver = self._solver
        # A cell class may have set any of these for itself.
        solver.use_local_dt(0)
        solver.rtol(0.0)
        solver.atol(tolerance_mV)
        try:
            solver.active(1)
        except RuntimeError as error:
            solver.active(0)
            found = _NOT_FOR_CVODE.search(str(error))
            if found is None:
                raise
            raise ModelError(
                f"NEURON's CVODE cannot integrate the mechanism {found[1]}: a SOLVE in its "
                "BREAKPOINT block is neither of a DERIVATIVE nor of a KINETIC block. Use NEURON's "
                "fixed step for this model"
            ) from error
