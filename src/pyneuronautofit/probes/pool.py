"""The worker processes of a probe: made for a test, and for the paths that will be set."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TypeAlias

import numpy as np

from pyneuronautofit.probes.synapse import SynapseTrial
from pyneuronautofit.probes.tests import RestTest, StepTest, SynapseTest
from pyneuronautofit.simulators.experiment import Clock, Experiment
from pyneuronautofit.simulators.neuron.session import Settings
from pyneuronautofit.simulators.neuron.setter import paths_of
from pyneuronautofit.simulators.processes.pool import Job, WorkerPool
from pyneuronautofit.simulators.processes.workers import PathWorkers
from pyneuronautofit.space import ParameterPath, ParameterTable

#: What a probe can be asked.
Test: TypeAlias = StepTest | RestTest | SynapseTest | SynapseTrial

# A model that takes a hundred times longer than usual hangs.
_TIME_LIMIT_S = 60.0
_TIME_LIMIT_S_PER_CELL_MS = 0.01
_MODELS_PER_WORKER = 200


class ProbePool:
    """The worker processes of a test, and how long a model may take.

    Parameters
    ----------
    test
        What every model goes through.
    make_job
        What workers do, for the paths that will be set.
    n_worker
        Number of processes; None: one per available core.
    time_limit_s
        A model that takes longer is given up; None: a hundred times what is usual.
    """

    def __init__(
        self,
        test: Test,
        make_job: Callable[[tuple[ParameterPath, ...]], Job],
        n_worker: int | None,
        time_limit_s: float | None,
    ) -> None:
        self.places = test.paths if isinstance(test, StepTest) else ()
        self.time_limit_s = time_limit_s or (
            _TIME_LIMIT_S + _TIME_LIMIT_S_PER_CELL_MS * test.cell_ms
        )
        self._workers = PathWorkers(make_job, n_worker, self.time_limit_s, _MODELS_PER_WORKER)

    @property
    def n_worker(self) -> int:
        """Number of processes."""
        return self._workers.n_worker

    def workers_for(self, parameters: ParameterTable, beginnings: Sequence[Settings]) -> WorkerPool:
        """Return workers that know all paths of some models."""
        paths = [*paths_of(parameters), *(path for each in beginnings for path, _value in each)]
        return self._workers.for_paths(tuple(dict.fromkeys((*paths, *self.places))))

    def close(self) -> None:
        """End the workers."""
        self._workers.close()


def parse_beginnings(initial_mV: Sequence[Mapping[str, float]]) -> list[Settings]:
    """Return the voltages that sections of every model begin with, their paths parsed."""
    return [
        [(ParameterPath.parse(name), value) for name, value in each.items()] for each in initial_mV
    ]


def bare_experiment(test: Test) -> Experiment:
    """Return an experiment with the conditions of a test, and nothing in it."""
    nothing = np.zeros((1, 1))
    clock = Clock(test.dt_ms, 1)
    return Experiment(nothing, nothing[0], clock, test.temperature_degC, test.initial_mV)
