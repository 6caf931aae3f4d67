"""The batch probe where it can be used, and NEURON where it cannot.

Both simulate a tenth of a second with a current step or an event in it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Self

import numpy as np

from pyneuronautofit._types import FloatArray
from pyneuronautofit.models import CellSource
from pyneuronautofit.probes.batch.simulator import BatchProbe
from pyneuronautofit.probes.neuron.simulator import NeuronProbe
from pyneuronautofit.probes.pool import Test
from pyneuronautofit.probes.synapse import SynapseTrial
from pyneuronautofit.probes.tests import SOMA, Probe, Probed, StepTest, SynapseTest
from pyneuronautofit.simulators.agreement import Agreement
from pyneuronautofit.simulators.fallback import Comparison, Fallback, Response, first_agreement
from pyneuronautofit.simulators.preferred import TOLERANCE_MV
from pyneuronautofit.space import ParameterTable

# The comparison: what comes before, how long the step is, and to where it goes on.
_BEFORE_MS, _STEP_MS, _END_MS = 20.0, 60.0, 100.0
_REST_PA = (-50.0, 50.0)  # where the test itself has no current


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
        As of `Fallback`.
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
        self._time_limit_s = time_limit_s
        self._choice = Fallback(
            source,
            _GeneratedProbe(BatchProbe(source, test, n_worker, time_limit_s)),
            lambda: _Probing(NeuronProbe(source, test, n_worker, time_limit_s)),
            Comparison(
                self._agreement,
                TOLERANCE_MV["double"],
                against=f"NEURON, two models, {_END_MS:g} ms",
                nothing="not both could simulate the first models",
                advice="--simulator neuron is the reference",
            ),
            insist=insist,
        )

    @property
    def description(self) -> str:
        """What simulates, in a few words."""
        return self._choice.description

    def check(
        self, parameters: ParameterTable, initial_mV: Sequence[Mapping[str, float]] = ()
    ) -> None:
        """Find out whether the model can be simulated, and by what; raises as `Fallback.check`."""
        self._choice.check(_Models(parameters, initial_mV))

    def stream(
        self, parameters: ParameterTable, initial_mV: Sequence[Mapping[str, float]] = ()
    ) -> Iterator[Probed]:
        """Simulate models and yield each as it is finished; raises as `Fallback.stream`."""
        return self._choice.stream(_Models(parameters, initial_mV))

    def close(self) -> None:
        """End processes and threads."""
        self._choice.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def _agreement(self, models: _Models) -> Agreement | None:
        """Simulate models with both, until two of them show whether they agree."""
        test = _short(self._test)
        settings = (self._source, test, 1, self._time_limit_s)
        with BatchProbe(*settings) as batch, NeuronProbe(*settings) as reference:
            return first_agreement(
                models,
                partial(_response, batch),
                partial(_response, reference),
                test.dt_ms,
                models.parameters.values,
            )


@dataclass(frozen=True)
class _Models:
    """Models that are to be probed, with the voltages that their sections begin with."""

    parameters: ParameterTable
    initial_mV: Sequence[Mapping[str, float]]

    def __len__(self) -> int:
        return len(self.parameters)

    def rows(self, chosen: Sequence[int]) -> _Models:
        beginnings = [self.initial_mV[row] for row in chosen] if self.initial_mV else ()
        return _Models(self.parameters.rows(chosen), beginnings)


class _Probing:
    """A probe that takes models as one thing."""

    def __init__(self, probe: Probe) -> None:
        self._probe = probe
        self.close = probe.close

    @property
    def description(self) -> str:
        return self._probe.description

    def check(self, models: _Models) -> None:
        self._probe.check(models.parameters, models.initial_mV)

    def stream(self, models: _Models) -> Iterator[Probed]:
        return self._probe.stream(models.parameters, models.initial_mV)


class _GeneratedProbe(_Probing):
    """One with generated code."""

    def __init__(self, probe: BatchProbe) -> None:
        super().__init__(probe)
        self.kernel_keys = probe.kernel_keys


def _short(test: Test) -> StepTest | SynapseTrial:
    """Return a short test that the same kernel is good for."""
    if isinstance(test, SynapseTrial):
        test = test.test
    if isinstance(test, SynapseTest):
        lasting_ms = _END_MS - _BEFORE_MS
        short = replace(test, rest_ms=_BEFORE_MS, response_ms=lasting_ms, mixes=((0.5, 0.5),))
        return SynapseTrial(short, test.highest_uS, before_ms=_BEFORE_MS)
    amplitudes_pA = test.amplitudes_pA if isinstance(test, StepTest) else _REST_PA
    return StepTest(
        tuple(dict.fromkeys((min(amplitudes_pA), max(amplitudes_pA)))),
        test.temperature_degC,
        test.dt_ms,
        (SOMA,),
        onset_ms=_BEFORE_MS,
        duration_ms=_STEP_MS,
        end_ms=_END_MS,
        initial_mV=test.initial_mV,
    )


def _response(probe: Probe, model: _Models) -> Response:
    """Return what became of the only model."""
    probed = next(iter(probe.stream(model.parameters, model.initial_mV)))
    nothing = np.zeros((1, 0))
    return Response(probed.status, nothing if probed.answer is None else _soma_mV(probed))


def _soma_mV(probed: Probed) -> FloatArray:
    """Return the voltage of soma(0.5), shape (n_step, n_sample), mV."""
    voltage: FloatArray = probed.answer.voltage_mV
    # Of current steps it is the first place.
    soma: FloatArray = voltage[None] if voltage.ndim == 1 else voltage[:, 0]
    return soma
