"""The batch simulator where it can be used, and NEURON where it cannot.

A simulator that generates its own code has to be right about every construct of every channel. So
before it is used for a model the first time, one candidate is simulated by both: if the voltages
before the first spike are further apart than rounding explains, NEURON is used, and the user told.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Self

import numpy as np

from pyneuronautofit._native import artifacts
from pyneuronautofit.codegen.compile import KernelBuildError, Precision, read_sidecar, write_sidecar
from pyneuronautofit.errors import ModelError, UnsupportedModel
from pyneuronautofit.models import CellSource, model_files, neuron_version
from pyneuronautofit.simulators._base import RunStatus, Simulator, TraceBlock, Traces, gather
from pyneuronautofit.simulators.agreement import Agreement, compare_sweep, early_difference
from pyneuronautofit.simulators.experiment import Clock, Experiment
from pyneuronautofit.simulators.integrators import Adaptive
from pyneuronautofit.simulators.lanes.simulator import BatchSimulator
from pyneuronautofit.simulators.lanes.stimulus import levelled
from pyneuronautofit.simulators.neuron.simulator import NeuronSimulator
from pyneuronautofit.space import ParameterTable

_log = logging.getLogger(__name__)

#: How far voltages before the first spike may be apart, mV.
TOLERANCE_MV: dict[Precision, float] = {"double": 0.01, "single": 0.1}
#: The same, of the adaptive integrator and CVODE, both at tight tolerances.
ADAPTIVE_TOLERANCE_MV = 0.05
_TIGHT_MV, _CVODE_MV = 3e-4, 1e-6
# Where CVODE cannot, NEURON's fixed steps are so many times as short as usual.
_SHORTER = 8
# How many candidates are tried until one of them is simulated and does not fire from the start.
_MOST_TRIED = 8
# In how many calls that is tried: a model may be one whose cells always fire from the start.
_MOST_ATTEMPTS = 3


class PreferredSimulator:
    """Simulates with generated code, or with NEURON where that is not possible or not right.

    Parameters
    ----------
    source
        Where the cell class comes from.
    experiment
        What every candidate goes through.
    precision
        Of the generated code.
    n_worker, time_limit_s
        As `BatchSimulator` and `NeuronSimulator` take them.
    adaptive
        Steps of its own for every cell; None: the fixed step.
    insist
        Refuse a model that the generated code cannot simulate, instead of using NEURON.
    """

    def __init__(
        self,
        source: CellSource,
        experiment: Experiment,
        precision: Precision = "double",
        n_worker: int | None = None,
        time_limit_s: float | None = None,
        *,
        adaptive: Adaptive | None = None,
        insist: bool = False,
    ) -> None:
        self._source = source
        self._experiment = experiment
        self._precision = precision
        self._n_worker = n_worker
        self._time_limit_s = time_limit_s
        self._adaptive = adaptive
        self._insist = insist
        self._batch: BatchSimulator | None = BatchSimulator(
            source, experiment, n_worker, precision, time_limit_s, adaptive=adaptive
        )
        self._active: Simulator = self._batch
        self._compared = False
        self._attempts = 0

    @property
    def experiment(self) -> Experiment:
        """What is simulated."""
        return self._experiment

    @property
    def description(self) -> str:
        """What simulates, in a few words."""
        return self._active.description

    def check(self, parameters: ParameterTable) -> None:
        """Find out whether the model can be simulated, and by what.

        Raises
        ------
        ModelError
            If the model lacks what is needed; UnsupportedModel if `insist` was asked for.
        """
        if self._batch is None:
            self._active.check(parameters)
            return
        try:
            self._batch.check(parameters)
        except (UnsupportedModel, KernelBuildError) as error:
            self._give_up_batch(error)
            self._active.check(parameters)

    def stream(self, parameters: ParameterTable) -> Iterator[TraceBlock]:
        """Simulate candidates and yield them as they are finished.

        Raises
        ------
        UnsupportedModel
            If a candidate cannot be simulated and `insist` was asked for. Without, NEURON goes on.
        """
        self._make_sure(parameters)
        rest = np.ones(len(parameters), dtype=bool)
        try:
            for block in self._active.stream(parameters):
                rest[block.candidates] = False
                yield block
        except (UnsupportedModel, KernelBuildError) as error:
            # A parameter may decide which channels there are.
            self._give_up_batch(error)
        numbers = np.flatnonzero(rest)
        if len(numbers):
            for block in self._active.stream(parameters.rows(numbers.tolist())):
                yield replace(block, candidates=numbers[block.candidates])

    def run(self, parameters: ParameterTable) -> Traces:
        """Simulate candidates and return all their voltages."""
        shape = (self._experiment.n_sweep, self._experiment.n_sample)
        return gather(self.stream(parameters), len(parameters), *shape)

    def close(self) -> None:
        """End processes and threads."""
        self._active.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def _give_up_batch(self, error: UnsupportedModel | KernelBuildError) -> None:
        if self._insist and isinstance(error, UnsupportedModel):
            raise error
        self._use_neuron(str(error))

    def _use_neuron(self, why: str) -> None:
        _log.warning("%s NEURON is used, which is slower.", why)
        if self._batch is not None:
            self._batch.close()
            self._batch = None
        self._active = NeuronSimulator(
            self._source, self._experiment, self._n_worker, self._time_limit_s
        )

    # --- the comparison

    def _make_sure(self, parameters: ParameterTable) -> None:
        """Compare with NEURON, once."""
        if self._batch is None or self._compared or not len(parameters):
            return
        self.check(parameters)
        if self._batch is not None:
            self._attempts += 1
            compared = self._compare(self._batch, parameters)
            self._compared = compared or self._attempts == _MOST_ATTEMPTS

    def _compare(self, batch: BatchSimulator, parameters: ParameterTable) -> bool:
        """Use NEURON if the two differ; return False if it cannot be said yet."""
        tolerance = TOLERANCE_MV[self._precision]
        if self._adaptive is not None:
            tolerance = ADAPTIVE_TOLERANCE_MV
        keys = batch.kernel_keys()
        known = (read_sidecar(self._sidecar(keys)) or {}).get("quiet_mV") if keys else None
        if isinstance(known, float) and known <= tolerance:
            _log.info("the batch simulator agreed with NEURON to %.2g mV for this model", known)
            return True
        try:
            found = self._agreement(parameters)
        except (UnsupportedModel, KernelBuildError) as error:
            self._give_up_batch(error)
            return True
        if found is None:
            _log.warning(
                "the batch simulator could not be compared with NEURON: neither could simulate any "
                "of the first candidates"
            )
            return False
        _log.info(
            "the batch simulator against %s, one candidate, one sweep: voltages before the first "
            "spike differ by %.2g mV at the most, spikes %d and %d, their times by %.2g ms",
            "NEURON" if self._adaptive is None else "NEURON at a tight tolerance",
            found.quiet_mV, *found.n_spike, found.shift_ms,
        )  # fmt: skip
        what = _disagreement(found, tolerance)
        if what:
            self._use_neuron(f"{what}; 'simulate --simulator both' compares any models.")
        elif keys:
            write_sidecar(self._sidecar(keys), {"quiet_mV": found.quiet_mV})
        return True

    def _agreement(self, parameters: ParameterTable) -> Agreement | None:
        """Simulate candidates with both, until one of them shows whether they agree."""
        experiment = _from_the_beginning(self._experiment)
        if self._adaptive is None:
            return self._compared_on(experiment, parameters)
        # CVODE would stop at every sample of a noisy current.
        current = np.array([levelled(each) for each in experiment.current_pA])
        experiment = replace(experiment, current_pA=current)
        try:
            return self._compared_on(experiment, parameters, _CVODE_MV)
        except (UnsupportedModel, KernelBuildError):
            raise
        except ModelError as error:
            _log.info("compared with short fixed steps of NEURON: %s", error)
        clock = experiment.clock
        short = Clock(clock.step_ms, clock.substeps * _SHORTER)
        return self._compared_on(replace(experiment, clock=short), parameters)

    def _compared_on(
        self, experiment: Experiment, parameters: ParameterTable, cvode_mV: float | None = None
    ) -> Agreement | None:
        adaptive = None if self._adaptive is None else Adaptive(_TIGHT_MV)
        settings = (self._source, experiment, 1)
        with (
            BatchSimulator(
                *settings, self._precision, self._time_limit_s, adaptive=adaptive
            ) as batch,
            NeuronSimulator(
                *settings, self._time_limit_s, exact_tables=True, cvode_tolerance_mV=cvode_mV
            ) as reference,
        ):
            reference.check(parameters)
            for candidate in range(min(len(parameters), _MOST_TRIED)):
                tried = parameters.rows([candidate])
                ours = batch.run(tried)
                if ours.status[0] not in {RunStatus.OK, RunStatus.DIVERGED}:
                    continue
                answer = reference.run(tried)
                if answer.ok[0]:
                    return _compared(answer, ours, experiment.clock.step_ms)
        return None

    def _sidecar(self, kernel_keys: Sequence[str]) -> Path:
        """Return where it is kept that this model was compared."""
        parts = [*(key.encode() for key in kernel_keys), neuron_version().encode()]
        project = self._source.project
        for path in [] if project is None else model_files(project.parent):
            parts.append(path.name.encode())
            parts.append(path.read_bytes())
        return artifacts.cache_folder("kernels") / f"compared-{artifacts.digest(parts)}.json"


def _compared(answer: Traces, ours: Traces, step_ms: float) -> Agreement:
    """Compare the only sweep of the only candidate."""
    voltages = (answer.voltage_mV[0, 0], ours.voltage_mV[0, 0])
    found = compare_sweep(*voltages, step_ms)
    if not ours.ok[0]:
        return replace(found, quiet_mV=float("inf"))
    if np.isnan(found.quiet_mV):  # it fires from the start
        return replace(found, quiet_mV=early_difference(*voltages, step_ms))
    return found


def _disagreement(found: Agreement, tolerance_mV: float) -> str:
    """Say how the two differ by more than rounding explains; "" if they do not."""
    if not np.isfinite(found.quiet_mV):
        return "The batch simulator's voltage becomes infinite where NEURON's does not"
    if found.quiet_mV > tolerance_mV:
        return (
            f"The batch simulator's voltage differs from NEURON's by {found.quiet_mV:.3g} mV "
            f"before the first spike, where at most {tolerance_mV:g} mV is expected"
        )
    if min(found.n_spike) == 0 < max(found.n_spike):
        return (
            f"NEURON's cell fires {found.n_spike[0]} spike(s), and that of the batch simulator "
            f"{found.n_spike[1]}"
        )
    return ""


def _from_the_beginning(experiment: Experiment) -> Experiment:
    """Return the experiment with its sweep of the strongest current alone, transient included.

    What differs by rounding, a spike amplifies, so it has to be seen where the first one is.
    """
    change = np.abs(experiment.current_pA - experiment.holding_pA[:, None]).max(axis=1)
    sweep = int(np.argmax(change))
    n_before = math.ceil(experiment.transient_ms / experiment.clock.step_ms - 1e-9)
    before_pA = np.full(n_before, experiment.holding_pA[sweep])
    return replace(
        experiment,
        current_pA=np.concatenate([before_pA, experiment.current_pA[sweep]])[None],
        holding_pA=experiment.holding_pA[[sweep]],
        transient_ms=experiment.clock.dt_ms,
    )
