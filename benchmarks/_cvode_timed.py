"""NEURON's CVODE in a worker process, with the steps it takes and the time they take."""

from __future__ import annotations

import time
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pyneuronautofit.simulators.neuron.cvode import (
    CvodeCell,
    CvodeRunner,
    CvodeSetup,
    make_cvode_runner,
    stepped_current,
)
from pyneuronautofit.simulators.neuron.session import Settings, open_session


@dataclass(frozen=True)
class Counted:
    """One candidate: its voltages [sweep, sample] in mV, and its steps with those of transients."""

    voltage_mV: NDArray[np.float64]
    n_step: int


class CountingRunner:
    """Simulates candidates, and counts."""

    def __init__(self, runner: CvodeRunner) -> None:
        self._runner = runner

    def __call__(self, settings: Settings) -> Counted:
        """Simulate one candidate."""
        before = self._runner.n_step
        voltage = self._runner(settings)
        return Counted(voltage, self._runner.n_step - before)


def make_counting(setup: CvodeSetup) -> CountingRunner:
    """Make a worker's runner that counts."""
    return CountingRunner(make_cvode_runner(setup))


class TimedRunner:
    """Simulates candidates with nothing around it that is no step of a sweep."""

    def __init__(self, setup: CvodeSetup) -> None:
        self._setup = setup
        self._session = open_session(setup.neuron)

    def __call__(self, settings: Settings) -> float:
        """Return the processor's seconds for the sweeps of a candidate, one after the other."""
        experiment = self._setup.neuron.experiment
        currents = [stepped_current(row, experiment.clock.step_ms) for row in experiment.current_pA]
        seconds = 0.0
        try:
            cell = CvodeCell(self._session, experiment, self._setup.tolerance_mV, settings)
            for holding_pA in np.unique(experiment.holding_pA).tolist():
                cell.run_transient(holding_pA)
                begin = time.process_time()
                for sweep in np.flatnonzero(experiment.holding_pA == holding_pA).tolist():
                    cell.run_sweep(currents[sweep])
                seconds += time.process_time() - begin
            cell.close()
            del cell
        finally:
            self._session.clear()
        return seconds


def make_timed(setup: CvodeSetup) -> TimedRunner:
    """Make a worker's runner that times."""
    return TimedRunner(setup)
