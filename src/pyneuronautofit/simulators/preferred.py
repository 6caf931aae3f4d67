"""The batch simulator where it can be used, and NEURON where it cannot.

A simulator that generates its own code has to be right about every construct of every channel. So
before it is used for a model the first time, one candidate is simulated by both: if the voltages
before the first spike are further apart than rounding explains, NEURON is used, and the user told.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Self

import numpy as np

from pyneuronautofit._native import artifacts
from pyneuronautofit.models import CellSource, neuron_version
from pyneuronautofit.simulators._base import Block, Simulator, Traces
from pyneuronautofit.simulators.agreement import Agreement, compare_sweep
from pyneuronautofit.simulators.batch.build import (
    KernelBuildError,
    Precision,
    read_sidecar,
    write_sidecar,
)
from pyneuronautofit.simulators.batch.simulator import BatchSimulator
from pyneuronautofit.simulators.batch.structure import UnsupportedModel
from pyneuronautofit.simulators.experiment import Experiment
from pyneuronautofit.simulators.neuron import NeuronSimulator
from pyneuronautofit.space import ParameterTable

_log = logging.getLogger(__name__)

#: How far voltages before the first spike may be apart, mV.
TOLERANCE_MV: dict[Precision, float] = {"double": 0.01, "single": 0.1}
# How many candidates are tried until one of them is simulated and does not fire from the start.
_MOST_TRIED = 8
# Files beside a project file that may be a part of the model.
_MODEL_SUFFIXES = frozenset({".py", ".hoc", ".ses", ".swc", ".asc", ".json", ".tem"})


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
        insist: bool = False,
    ) -> None:
        self._source = source
        self._experiment = experiment
        self._precision = precision
        self._n_worker = n_worker
        self._time_limit_s = time_limit_s
        self._insist = insist
        self._batch: BatchSimulator | None = BatchSimulator(
            source, experiment, n_worker, precision, time_limit_s
        )
        self._active: Simulator = self._batch
        self._compared = False

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
            if self._insist and isinstance(error, UnsupportedModel):
                raise
            self._use_neuron(str(error))
            self._active.check(parameters)

    def stream(self, parameters: ParameterTable) -> Iterator[Block]:
        """Simulate candidates and yield them as they are finished."""
        self._make_sure(parameters)
        yield from self._active.stream(parameters)

    def run(self, parameters: ParameterTable) -> Traces:
        """Simulate candidates and return all their voltages."""
        self._make_sure(parameters)
        return self._active.run(parameters)

    def close(self) -> None:
        """End processes and threads."""
        self._active.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

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
        self._compared = True
        if self._batch is not None:
            self._compare(self._batch, parameters)

    def _compare(self, batch: BatchSimulator, parameters: ParameterTable) -> None:
        tolerance = TOLERANCE_MV[self._precision]
        sidecar = self._sidecar(batch.kernel_keys())
        known = (read_sidecar(sidecar) or {}).get("quiet_mV")
        if isinstance(known, float) and known <= tolerance:
            _log.info("the batch simulator agreed with NEURON to %.2g mV for this model", known)
            return
        found = self._agreement(parameters)
        if found is None:
            _log.info("no candidate was found that shows whether both simulators agree")
            return
        _log.info(
            "the batch simulator against NEURON, one candidate, one sweep: voltages before the "
            "first spike differ by %.2g mV at the most, spikes %d and %d, their times by %.2g ms",
            found.quiet_mV, *found.n_spike, found.shift_ms,
        )  # fmt: skip
        if found.quiet_mV <= tolerance:
            write_sidecar(sidecar, {"quiet_mV": found.quiet_mV})
            return
        self._use_neuron(
            f"The batch simulator's voltage differs from NEURON's by {found.quiet_mV:.3g} mV before "
            f"the first spike, where at most {tolerance:g} mV is expected; "
            "'simulate --simulator both' compares any models."
        )

    def _agreement(self, parameters: ParameterTable) -> Agreement | None:
        experiment = _shortened(self._experiment)
        tried = parameters.rows(range(min(len(parameters), _MOST_TRIED)))
        settings = (self._source, experiment)
        with BatchSimulator(*settings, self._n_worker, self._precision) as batch:
            batch.check(tried)
            voltage = batch.run(tried)
        with NeuronSimulator(*settings, n_worker=1, exact_tables=True) as reference:
            for candidate in np.flatnonzero(voltage.ok).tolist():
                answer = reference.run(tried.rows([candidate]))
                if not answer.ok[0]:
                    continue
                found = compare_sweep(
                    answer.voltage_mV[0, 0],
                    voltage.voltage_mV[candidate, 0],
                    experiment.clock.step_ms,
                )
                if not np.isnan(found.quiet_mV):
                    return found
        return None

    def _sidecar(self, kernel_keys: Sequence[str]) -> Path:
        """Return where it is kept that this model was compared."""
        parts = [*(key.encode() for key in kernel_keys), neuron_version().encode()]
        for path in _model_files(self._source):
            parts.append(path.name.encode())
            parts.append(path.read_bytes())
        return artifacts.cache_folder("kernels") / f"compared-{artifacts.digest(parts)}.json"


def _model_files(source: CellSource) -> list[Path]:
    if source.project is None:
        return []
    folder = source.project.parent
    return sorted(path for path in folder.iterdir() if path.suffix in _MODEL_SUFFIXES)


def _shortened(experiment: Experiment) -> Experiment:
    """Return the experiment with its sweep of the strongest current alone."""
    change = np.abs(experiment.current_pA - experiment.holding_pA[:, None]).max(axis=1)
    sweep = int(np.argmax(change))
    return replace(
        experiment,
        current_pA=experiment.current_pA[[sweep]],
        holding_pA=experiment.holding_pA[[sweep]],
    )

