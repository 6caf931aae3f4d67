"""The reference simulator: NEURON itself, in persistent worker processes.

One candidate is one task. A worker that dies, hangs or raises costs its candidate, not the run.
NEURON takes the fixed steps of the experiment's clock, or those that its CVODE finds necessary.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from pyneuronautofit.errors import UsageError
from pyneuronautofit.models import CellSource
from pyneuronautofit.simulators._base import RunStatus, Streaming, TraceBlock, Traces
from pyneuronautofit.simulators.experiment import Experiment
from pyneuronautofit.simulators.neuron.cell import make_runner
from pyneuronautofit.simulators.neuron.cvode import CvodeSetup, make_cvode_runner
from pyneuronautofit.simulators.neuron.session import NeuronSetup
from pyneuronautofit.simulators.neuron.setter import paths_of
from pyneuronautofit.simulators.processes.pool import Job, Outcome
from pyneuronautofit.simulators.processes.workers import PathWorkers
from pyneuronautofit.space import ParameterPath, ParameterTable

# NEURON keeps a little of every cell; benchmarks/worker_memory.py measures how much.
_CANDIDATES_PER_WORKER = 1000

# Typical is about 0.1 s of work per second of one small cell. A hundred times that is a hang.
_TIME_LIMIT_S = 60.0
_TIME_LIMIT_S_PER_CELL_MS = 0.01


class NeuronSimulator(Streaming):
    """NEURON in worker processes.

    Parameters
    ----------
    source
        Where the cell class comes from.
    experiment
        What every candidate goes through.
    n_worker
        Number of processes; None: one per available core.
    time_limit_s
        A candidate that takes longer is given up; None: a hundred times what is usual.
    candidates_per_worker
        After so many a worker is replaced.
    exact_tables
        Compute what mechanisms tabulate, instead of interpolating.
    cvode_tolerance_mV
        Use CVODE, NEURON's integrator with steps of its own, at this absolute tolerance; None: the
        fixed step. CVODE takes currents that are constant between edges only.

    Raises
    ------
    UsageError
        If that tolerance is not above 0.
    """

    def __init__(
        self,
        source: CellSource,
        experiment: Experiment,
        n_worker: int | None = None,
        time_limit_s: float | None = None,
        candidates_per_worker: int = _CANDIDATES_PER_WORKER,
        *,
        exact_tables: bool = False,
        cvode_tolerance_mV: float | None = None,
    ) -> None:
        if cvode_tolerance_mV is not None:
            _check_tolerance(cvode_tolerance_mV)
        self._source = source
        self._experiment = experiment
        self._workers = PathWorkers(
            self._job,
            n_worker,
            time_limit_s or _TIME_LIMIT_S + _TIME_LIMIT_S_PER_CELL_MS * experiment.cell_ms,
            candidates_per_worker,
        )
        self._exact_tables = exact_tables
        self._cvode_tolerance_mV = cvode_tolerance_mV

    @property
    def experiment(self) -> Experiment:
        """What is simulated."""
        return self._experiment

    @property
    def description(self) -> str:
        """What simulates, in a few words."""
        if self._cvode_tolerance_mV is not None:
            steps = f"CVODE, tolerance {self._cvode_tolerance_mV:g} mV"
        else:
            steps = f"steps of {self._experiment.clock.dt_ms:g} ms"
        return f"NEURON in {self._workers.n_worker} process(es), {steps}"

    def on(self, experiment: Experiment) -> NeuronSimulator:
        """Return a simulator of the same model in another experiment, with one process."""
        return NeuronSimulator(
            self._source,
            experiment,
            1,
            self._workers.time_limit_s,
            exact_tables=self._exact_tables,
            cvode_tolerance_mV=self._cvode_tolerance_mV,
        )

    @property
    def n_worker(self) -> int:
        """Number of processes."""
        return self._workers.n_worker

    def check(self, parameters: ParameterTable) -> None:
        """Build the cell once in a worker; raises ModelError if it lacks what is needed."""
        self._workers.for_paths(paths_of(parameters)).check()

    def stream(self, parameters: ParameterTable) -> Iterator[TraceBlock]:
        """Simulate candidates and yield each as it is finished."""
        tasks = [list(parameters.settings(candidate)) for candidate in range(len(parameters))]
        for outcome in self._workers.for_paths(paths_of(parameters)).map(tasks):
            yield self._block(outcome)

    def close(self) -> None:
        """End the workers."""
        self._workers.close()

    def _job(self, paths: tuple[ParameterPath, ...]) -> Job:
        setup = NeuronSetup(self._source, self._experiment, paths, self._exact_tables)
        if self._cvode_tolerance_mV is None:
            return Job(make_runner, setup)
        return Job(make_cvode_runner, CvodeSetup(setup, self._cvode_tolerance_mV))

    def _block(self, outcome: Outcome) -> TraceBlock:
        status, message, voltage = outcome.status, outcome.message, outcome.value
        if status is RunStatus.OK and not np.isfinite(voltage).all():
            status, message = RunStatus.DIVERGED, RunStatus.DIVERGED.value
        if status is not RunStatus.OK:
            voltage = np.full((self._experiment.n_sweep, self._experiment.n_sample), np.nan)
        traces = Traces(voltage[None], (status,), (message,), np.array([outcome.seconds]))
        return TraceBlock(np.array([outcome.task]), traces)


def _check_tolerance(tolerance_mV: float) -> None:
    if not 0.0 < tolerance_mV < math.inf:
        raise UsageError(
            f"a tolerance of {tolerance_mV:g} mV for NEURON's CVODE: expected a number above 0; "
            "0.001 is usual, and 1e-7 as near to the truth as anybody needs"
        )
