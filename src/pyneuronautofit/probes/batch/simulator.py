"""The batch probe: NEURON builds the models, generated code lets time pass in them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Self

from pyneuronautofit.models import CellSource
from pyneuronautofit.probes import synapse
from pyneuronautofit.probes.batch.kernel import ProbeKernel
from pyneuronautofit.probes.batch.lanes import ProbeRunner
from pyneuronautofit.probes.batch.reader import ModelImage, ProbeSetup, ReadModel, make_probe_reader
from pyneuronautofit.probes.batch.scheduler import Scheduler
from pyneuronautofit.probes.batch.work import ProbeWork
from pyneuronautofit.probes.pool import ProbePool, Test, bare_experiment, parse_beginnings
from pyneuronautofit.probes.synapse import SynapseTrial
from pyneuronautofit.probes.tests import Probed, SynapseTest
from pyneuronautofit.simulators.cells.image import Signature
from pyneuronautofit.simulators.lanes.cells import read_cells
from pyneuronautofit.simulators.lanes.library import KernelLibrary
from pyneuronautofit.simulators.neuron.session import NeuronSetup
from pyneuronautofit.simulators.processes.pool import Job, Outcome
from pyneuronautofit.space import ParameterPath, ParameterTable


class BatchProbe:
    """Generated code in lanes, on threads; a `Probe`.

    Parameters
    ----------
    source
        Where the cell class comes from.
    test
        What every model goes through.
    n_worker
        Number of threads, and of processes that build cells; None: one per available core.
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
        self._test = test
        settings = _synapse_settings(test)

        def make_job(paths: tuple[ParameterPath, ...]) -> Job:
            conditions = NeuronSetup(source, bare_experiment(test), paths)
            return Job(make_probe_reader, ProbeSetup(conditions, self._pool.places, settings))

        self._pool = ProbePool(test, make_job, n_worker, time_limit_s)
        self._n_worker = self._pool.n_worker
        self._threads = ThreadPoolExecutor(self._n_worker, thread_name_prefix="lanes")
        # A test that has no synapse needs no code for events.
        receiving = "" if settings is None else synapse.MECHANISM
        self._kernels = KernelLibrary(source.mods, ProbeKernel, receiving=receiving)
        self._runners: dict[Signature, ProbeRunner] = {}

    @property
    def description(self) -> str:
        """What simulates, in a few words."""
        return f"batch, {self._n_worker} thread(s), steps of {self._test.dt_ms:g} ms"

    def check(
        self, parameters: ParameterTable, initial_mV: Sequence[Mapping[str, float]] = ()
    ) -> None:
        """Build the first model's cell and the kernel for it.

        Raises
        ------
        ModelError
            If the model lacks what is needed; UnsupportedModel if NEURON alone can simulate it;
            KernelBuildError if the kernel cannot be compiled.
        """
        self._pool.workers_for(parameters, parse_beginnings(initial_mV)).check()
        # Whether this one model fails is not the question.
        self._read(parameters.rows(range(min(len(parameters), 1))), initial_mV[:1])

    def kernel_keys(self) -> tuple[str, ...]:
        """Return names for the kernels in use."""
        return self._kernels.keys

    def stream(
        self, parameters: ParameterTable, initial_mV: Sequence[Mapping[str, float]] = ()
    ) -> Iterator[Probed]:
        """Simulate models and yield each as it is finished.

        Raises
        ------
        UnsupportedModel
            If NEURON alone can simulate a model.
        """
        outcomes = self._read(parameters, initial_mV)
        models = []
        for outcome in outcomes:
            if isinstance(outcome.value, ModelImage):
                self._prepare(outcome.value.signature)
                models.append(outcome)
            else:
                yield Probed(outcome.task, outcome.status, outcome.message, None, outcome.seconds)
        yield from self._simulate(models)

    def close(self) -> None:
        """End processes and threads."""
        self._kernels.abandon()
        self._threads.shutdown(cancel_futures=True)
        self._pool.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    # --- reading models

    def _read(
        self, parameters: ParameterTable, initial_mV: Sequence[Mapping[str, float]]
    ) -> list[Outcome]:
        """Return the outcome of reading every model, in their order: an image, or a failure."""
        beginnings = parse_beginnings(initial_mV) or [[] for _ in range(len(parameters))]
        settings = [list(parameters.settings(model)) for model in range(len(parameters))]
        return read_cells(
            range(len(parameters)),
            lambda model, plan: ReadModel(settings[model], beginnings[model], plan),
            self._pool.workers_for(parameters, beginnings),
            self._kernels,
            self._threads,
        )

    def _prepare(self, signature: Signature) -> None:
        if signature not in self._runners:
            loaded = self._kernels.kernel_for(signature.node_kinds)
            self._runners[signature] = ProbeRunner(signature, loaded, self._test.dt_ms)

    # --- simulating them

    def _simulate(self, outcomes: Sequence[Outcome]) -> Iterator[Probed]:
        if not outcomes:
            return
        scheduler = Scheduler(self._threads, self._n_worker)
        n_lane = next(iter(self._runners.values())).kernel.n_lane
        work = ProbeWork(
            self._test, scheduler, self._runners, self._pool.time_limit_s, n_lane * self._n_worker
        )
        try:
            yield from work.run(outcomes)
        finally:
            # The caller may have left before the end.
            scheduler.end()


def _synapse_settings(test: Test) -> dict[str, float] | None:
    if isinstance(test, SynapseTrial):
        test = test.test
    return synapse.settings_of(test) if isinstance(test, SynapseTest) else None
