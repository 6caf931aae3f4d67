"""Probes in NEURON: `NeuronProbe`, and what its worker processes do for steps and long rests."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self, TypeAlias

import numpy as np

from pyneuronautofit._types import FloatArray
from pyneuronautofit.models import CellSource
from pyneuronautofit.probes.neuron.runner import (
    Runner,
    StateReader,
    named_sections,
    recorded,
    reference,
)
from pyneuronautofit.probes.neuron.synapse import SearchRunner, TrialRunner
from pyneuronautofit.probes.pool import ProbePool, Test, bare_experiment, parse_beginnings
from pyneuronautofit.probes.synapse import SynapseTrial, TrialTrace
from pyneuronautofit.probes.tests import (
    Probed,
    Rest,
    RestTest,
    StepTest,
    StepTraces,
    SynapseTest,
    SynapseThresholds,
)
from pyneuronautofit.simulators import RunStatus
from pyneuronautofit.simulators.experiment import Experiment
from pyneuronautofit.simulators.neuron.session import (
    NeuronSession,
    NeuronSetup,
    Settings,
    open_session,
)
from pyneuronautofit.simulators.processes.pool import Job, Outcome
from pyneuronautofit.space import ParameterPath, ParameterTable, soma_of
from pyneuronautofit.units import PA_PER_NA

# At rest nothing changes by more than this, of its size, in a second. Going on so for the rest of a
# minute would change a voltage by 4e-6 mV; as changes become smaller, it is less than 1e-7 mV.
_SAME = 1e-9
_LOOK_EVERY_MS = 1000.0


@dataclass(frozen=True)
class _Setup:
    """What a worker needs to know, once: the model, the question, the paths that will be set."""

    source: CellSource
    test: Test
    paths: tuple[ParameterPath, ...]


#: One model: its parameters, and the voltages that sections begin with.
_Task: TypeAlias = tuple[Settings, Settings]


class NeuronProbe:
    """NEURON in worker processes, one model a task; a `Probe`.

    Parameters
    ----------
    source
        Where the cell class comes from.
    test
        What every model goes through.
    n_worker
        Number of processes; None: one per available core.
    time_limit_s
        A model that takes longer is given up; None: a hundred times what is usual.
    """

    def __init__(
        self,
        source: CellSource,
        test: Test,
        n_worker: int | None = None,
        time_limit_s: float | None = None,
    ) -> None:
        self._dt_ms = test.dt_ms

        def make_job(paths: tuple[ParameterPath, ...]) -> Job:
            return Job(_make_runner, _Setup(source, test, paths))

        self._pool = ProbePool(test, make_job, n_worker, time_limit_s)

    @property
    def description(self) -> str:
        """What simulates, in a few words."""
        return f"NEURON in {self._pool.n_worker} process(es), steps of {self._dt_ms:g} ms"

    def check(
        self, parameters: ParameterTable, initial_mV: Sequence[Mapping[str, float]] = ()
    ) -> None:
        """Build the cell once in a worker; raises ModelError if it lacks what is needed."""
        self._pool.workers_for(parameters, parse_beginnings(initial_mV)).check()

    def stream(
        self, parameters: ParameterTable, initial_mV: Sequence[Mapping[str, float]] = ()
    ) -> Iterator[Probed]:
        """Simulate models and yield each as it is finished."""
        beginnings = parse_beginnings(initial_mV) or [[] for _ in range(len(parameters))]
        tasks = [
            (list(parameters.settings(candidate)), beginning)
            for candidate, beginning in enumerate(beginnings)
        ]
        for outcome in self._pool.workers_for(parameters, beginnings).map(tasks):
            yield _probed(outcome)

    def close(self) -> None:
        """End the workers."""
        self._pool.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()


def _probed(outcome: Outcome) -> Probed:
    status, message, answer = outcome.status, outcome.message, outcome.value
    if status is RunStatus.OK and not answer.is_finite():
        status, message, answer = RunStatus.DIVERGED, RunStatus.DIVERGED.value, None
    return Probed(outcome.task, status, message, answer, outcome.seconds)


# --- inside a worker process


def _make_runner(
    setup: _Setup,
) -> Callable[[_Task], StepTraces | Rest | SynapseThresholds | TrialTrace]:
    """Load the model and check it; raises ModelError as `open_session` does."""
    test = setup.test
    # Of an experiment, the session needs temperature, time step and initial voltage.
    experiment = bare_experiment(test)
    session = open_session(NeuronSetup(setup.source, experiment, setup.paths))
    if isinstance(test, StepTest):
        return _StepRunner(session, experiment, test)
    if isinstance(test, SynapseTrial):
        return TrialRunner(session, experiment, test)
    if isinstance(test, SynapseTest):
        return SearchRunner(session, experiment, test)
    return _RestRunner(session, experiment, test)


class _StepRunner(Runner):
    """Simulates current steps. What comes before the step is the same for all, and shared."""

    def __init__(self, session: NeuronSession, experiment: Experiment, test: StepTest) -> None:
        super().__init__(session, experiment)
        self._test = test

    def __call__(self, task: _Task) -> StepTraces:
        """Simulate one model."""
        try:
            return self._simulate(*task)
        finally:
            self._session.clear()

    def _simulate(self, settings: Settings, beginning: Settings) -> StepTraces:
        test, h = self._test, self._h
        cell = self._session.build(settings)
        clamp = h.IClamp(soma_of(cell)(0.5))
        clamp.delay, clamp.dur, clamp.amp = test.onset_ms, test.duration_ms, 0.0
        watched = [h.Vector().record(reference(cell, path)) for path in test.paths]
        soma = h.Vector().record(soma_of(cell)(0.5)._ref_v)
        state = h.SaveState()

        def come_to_onset() -> None:
            clamp.amp = 0.0
            self.begin(cell, beginning)
            # One step before the onset: there is no current yet, whatever the amplitude.
            self.advance_to((test.n_onset - 1) * test.dt_ms)
            state.save()

        come_to_onset()
        before = recorded(watched)
        shared = len(test.amplitudes_pA) == 1 or self._session.saves_all()
        traces: list[FloatArray] = []
        for amplitude_pA in test.amplitudes_pA:
            if traces and not shared:
                come_to_onset()
            state.restore()
            clamp.amp = amplitude_pA / PA_PER_NA
            h.frecord_init()
            self.advance_to(test.end_ms)
            # The first sample after the restoration is the last one before it.
            traces.append(np.concatenate([before[:, :-1], recorded(watched)], axis=1))
            # Its first sample is of the time before the onset.
            if _ends(recorded([soma])[0], test.until_mV):
                break
        return StepTraces(test.amplitudes_pA[: len(traces)], np.stack(traces))


def _ends(voltage_mV: FloatArray, until_mV: float | None) -> bool:
    """Return whether a trace rises above a voltage, or has become no number."""
    if until_mV is None:
        return False
    rises = (voltage_mV[1:] > until_mV) & (voltage_mV[:-1] <= until_mV)
    return bool(rises.any()) or not bool(np.isfinite(voltage_mV).all())


class _RestRunner(Runner):
    """Simulates a long rest, until nothing changes any more."""

    def __init__(self, session: NeuronSession, experiment: Experiment, test: RestTest) -> None:
        super().__init__(session, experiment)
        self._test = test

    def __call__(self, task: _Task) -> Rest:
        """Simulate one model."""
        try:
            return self._simulate(*task)
        finally:
            self._session.clear()

    def _simulate(self, settings: Settings, beginning: Settings) -> Rest:
        test = self._test
        cell = self._session.build(settings)
        sections = named_sections(cell)
        self.begin(cell, beginning)
        watch_from_ms = max(test.duration_ms - test.watched_ms, 0.0)
        if self._settles(watch_from_ms):
            # No current and no clock in it: a cell in which nothing changes will never change.
            watched = np.full(round(test.watched_ms), soma_of(cell)(0.5).v)
        else:
            watched = self._watch(cell, watch_from_ms)
        return Rest({f"{name}.v": float(s.v) for name, s in sections.items()}, watched)

    def _settles(self, until_ms: float) -> bool:
        """Let time pass until nothing changes any more, or until the given time."""
        state = StateReader(self._h)
        before = state.read()
        while self._h.t + _LOOK_EVERY_MS <= until_ms:
            self.advance_to(self._h.t + _LOOK_EVERY_MS)
            now = state.read()
            if not np.isfinite(now).all():
                break
            if (np.abs(now - before) <= _SAME * np.maximum(np.abs(now), np.abs(before))).all():
                return True
            before = now
        self.advance_to(until_ms)
        return False

    def _watch(self, cell: Any, from_ms: float) -> FloatArray:
        times_ms = np.arange(from_ms, self._test.duration_ms) + 1.0
        watched = np.empty(len(times_ms))
        for place, time_ms in enumerate(times_ms.tolist()):
            self.advance_to(time_ms)
            watched[place] = soma_of(cell)(0.5).v
        return watched
