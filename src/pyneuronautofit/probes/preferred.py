"""The batch probe where it can be used, and NEURON where it cannot.

As with fits: before generated code is used for a model the first time, one model is simulated by
both, for a tenth of a second with a current step or an event in it.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Self

import numpy as np

from pyneuronautofit._native import artifacts
from pyneuronautofit._types import FloatArray
from pyneuronautofit.codegen.compile import KernelBuildError, read_sidecar, write_sidecar
from pyneuronautofit.errors import ModelError, UnsupportedModel
from pyneuronautofit.models import CellSource, model_files, neuron_version
from pyneuronautofit.probes.batch.simulator import BatchProbe
from pyneuronautofit.probes.neuron.simulator import NeuronProbe
from pyneuronautofit.probes.pool import Test
from pyneuronautofit.probes.synapse import SynapseTrial
from pyneuronautofit.probes.tests import SOMA, Probe, Probed, StepTest, SynapseTest
from pyneuronautofit.simulators._base import RunStatus
from pyneuronautofit.simulators.agreement import Agreement, compare_sweep, early_difference
from pyneuronautofit.simulators.preferred import TOLERANCE_MV
from pyneuronautofit.space import ParameterTable

_log = logging.getLogger(__name__)

_TOLERANCE_MV = TOLERANCE_MV["double"]
# How many models are tried until one of them is simulated by both.
_MOST_TRIED = 4
# The comparison: what comes before, how long the step is, and to where it goes on.
_BEFORE_MS, _STEP_MS, _END_MS = 20.0, 60.0, 100.0
_REST_PA = 50.0  # where the test itself has no current


class PreferredProbe:
    """Probes with generated code, or with NEURON where that is not possible or not right.

    Parameters
    ----------
    source
        Where the cell class comes from.
    test
        What every model goes through.
    n_worker, time_limit_s
        As `BatchProbe` and `NeuronProbe` take them.
    insist
        Refuse a model that the generated code cannot simulate, instead of using NEURON.
    """

    def __init__(
        self,
        source: CellSource,
        test: Test,
        n_worker: int | None = None,
        time_limit_s: float | None = None,
        *,
        insist: bool = False,
    ) -> None:
        self._source = source
        self._test = test
        self._n_worker = n_worker
        self._time_limit_s = time_limit_s
        self._insist = insist
        self._batch: BatchProbe | None = BatchProbe(source, test, n_worker, time_limit_s)
        self._active: Probe = self._batch
        self._compared = False

    @property
    def description(self) -> str:
        """What simulates, in a few words."""
        return self._active.description

    def check(
        self, parameters: ParameterTable, initial_mV: Sequence[Mapping[str, float]] = ()
    ) -> None:
        """Find out whether the model can be simulated, by what, and whether both agree.

        Raises
        ------
        ModelError
            If the model lacks what is needed; or if generated code cannot simulate it, or does not
            agree with NEURON, and `insist` was asked for.
        """
        if self._batch is not None:
            try:
                self._batch.check(parameters, initial_mV)
                self._make_sure(self._batch, parameters, initial_mV)
            except (UnsupportedModel, KernelBuildError, _DisagreementError) as error:
                self._use_neuron(error)
        if self._batch is None:
            self._active.check(parameters, initial_mV)

    def stream(
        self, parameters: ParameterTable, initial_mV: Sequence[Mapping[str, float]] = ()
    ) -> Iterator[Probed]:
        """Simulate models and yield each as it is finished; raises as `check`."""
        if self._batch is not None and not self._compared and len(parameters):
            self.check(parameters, initial_mV)
        rest = set(range(len(parameters)))
        try:
            for probed in self._active.stream(parameters, initial_mV):
                rest.discard(probed.candidate)
                yield probed
        except (UnsupportedModel, KernelBuildError) as error:
            # A parameter may decide which channels there are.
            self._use_neuron(error)
        numbers = sorted(rest)
        if numbers:
            beginnings = [initial_mV[number] for number in numbers] if initial_mV else []
            for probed in self._active.stream(parameters.rows(numbers), beginnings):
                yield replace(probed, candidate=numbers[probed.candidate])

    def close(self) -> None:
        """End processes and threads."""
        self._active.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def _use_neuron(self, error: ModelError) -> None:
        if self._insist or self._batch is None:
            raise error
        _log.warning("%s NEURON is used, which is slower.", error)
        self._batch.close()
        self._batch = None
        self._active = NeuronProbe(self._source, self._test, self._n_worker, self._time_limit_s)

    # --- the comparison

    def _make_sure(
        self,
        batch: BatchProbe,
        parameters: ParameterTable,
        initial_mV: Sequence[Mapping[str, float]],
    ) -> None:
        """Compare with NEURON, once; raises _DisagreementError."""
        keys = batch.kernel_keys()
        if self._compared or not keys:
            return
        self._compared = True
        sidecar = _sidecar(self._source, keys)
        known = (read_sidecar(sidecar) or {}).get("quiet_mV")
        if isinstance(known, float) and known <= _TOLERANCE_MV:
            _log.info("the batch simulator agreed with NEURON to %.2g mV for this model", known)
            return
        found = self._agreement(parameters, initial_mV)
        if found is None:
            _log.warning(
                "the batch simulator could not be compared with NEURON: not both could simulate "
                "the first models"
            )
            return
        _log.info(
            "the batch simulator against NEURON, one model, %g ms: voltages before the first spike "
            "differ by %.2g mV at the most, spikes %d and %d",
            _END_MS, found.quiet_mV, *found.n_spike,
        )  # fmt: skip
        _require_agreement(found)
        write_sidecar(sidecar, {"quiet_mV": found.quiet_mV})

    def _agreement(
        self, parameters: ParameterTable, initial_mV: Sequence[Mapping[str, float]]
    ) -> Agreement | None:
        """Simulate models with both, until one of them shows whether they agree."""
        test = _short(self._test)
        settings = (self._source, test, 1, self._time_limit_s)
        # Generated code computes what NEURON would interpolate.
        with (
            BatchProbe(*settings) as batch,
            NeuronProbe(*settings, exact_tables=True) as reference,
        ):
            for model in range(min(len(parameters), _MOST_TRIED)):
                asked = (parameters.rows([model]), initial_mV[model : model + 1])
                ours, theirs = (next(iter(probe.stream(*asked))) for probe in (batch, reference))
                if theirs.answer is not None and ours.status is RunStatus.DIVERGED:
                    raise _DisagreementError(
                        "The batch simulator's voltage becomes infinite where NEURON's does not; "
                        "--simulator neuron is the reference."
                    )
                if ours.answer is not None and theirs.answer is not None:
                    return _compared(_soma_mV(theirs), _soma_mV(ours), test.dt_ms)
        return None


class _DisagreementError(ModelError):
    """The batch simulator and NEURON do not agree about a model."""


def _short(test: Test) -> StepTest | SynapseTrial:
    """Return a short test that the same kernel is good for."""
    if isinstance(test, SynapseTrial):
        test = test.test
    if isinstance(test, SynapseTest):
        lasting_ms = _END_MS - _BEFORE_MS
        short = replace(test, rest_ms=_BEFORE_MS, response_ms=lasting_ms, mixes=((0.5, 0.5),))
        return SynapseTrial(short, test.highest_uS, before_ms=_BEFORE_MS)
    strongest = max(test.amplitudes_pA, key=abs) if isinstance(test, StepTest) else _REST_PA
    return StepTest(
        (strongest,),
        test.temperature_degC,
        test.dt_ms,
        (SOMA,),
        onset_ms=_BEFORE_MS,
        duration_ms=_STEP_MS,
        end_ms=_END_MS,
        initial_mV=test.initial_mV,
    )


def _soma_mV(probed: Probed) -> FloatArray:
    """Return the voltage of soma(0.5), shape (n_sample,), mV."""
    voltage: FloatArray = probed.answer.voltage_mV
    soma: FloatArray = voltage.reshape(-1, voltage.shape[-1])[0]
    return soma


def _compared(theirs_mV: FloatArray, ours_mV: FloatArray, step_ms: float) -> Agreement:
    found = compare_sweep(theirs_mV, ours_mV, step_ms)
    if np.isnan(found.quiet_mV):  # it fires from the start
        return replace(found, quiet_mV=early_difference(theirs_mV, ours_mV, step_ms))
    return found


def _require_agreement(found: Agreement) -> None:
    if found.quiet_mV > _TOLERANCE_MV:
        raise _DisagreementError(
            f"The batch simulator's voltage differs from NEURON's by {found.quiet_mV:.3g} mV "
            f"before the first spike, where at most {_TOLERANCE_MV:g} mV is expected; "
            "--simulator neuron is the reference."
        )
    if min(found.n_spike) == 0 < max(found.n_spike):
        raise _DisagreementError(
            f"NEURON's cell fires {found.n_spike[0]} spike(s), and that of the batch simulator "
            f"{found.n_spike[1]}; --simulator neuron is the reference."
        )


def _sidecar(source: CellSource, kernel_keys: Sequence[str]) -> Path:
    """Return where it is kept that this model was compared."""
    parts = [b"probe", *(key.encode() for key in kernel_keys), neuron_version().encode()]
    for path in [] if source.project is None else model_files(source.project.parent):
        parts.append(path.name.encode())
        parts.append(path.read_bytes())
    return artifacts.cache_folder("kernels") / f"compared-{artifacts.digest(parts)}.json"
