"""The batch simulator where it can be used, and NEURON where it cannot.

Both simulate the sweeps of the strongest currents of either sign with their transients: what
differs by rounding, a spike amplifies, so it has to be seen where the first one is.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Iterator
from dataclasses import replace
from functools import partial

import numpy as np

from pyneuronautofit.codegen.compile import KernelBuildError, Precision
from pyneuronautofit.errors import ModelError, UnsupportedModel
from pyneuronautofit.models import CellSource
from pyneuronautofit.simulators._base import Simulator, Streaming, TraceBlock
from pyneuronautofit.simulators.agreement import Agreement
from pyneuronautofit.simulators.experiment import Clock, Experiment
from pyneuronautofit.simulators.fallback import (
    COMPARED,
    Comparison,
    Fallback,
    NotComparedError,
    Response,
    first_agreement,
)
from pyneuronautofit.simulators.integrators import Adaptive
from pyneuronautofit.simulators.lanes.simulator import BatchSimulator
from pyneuronautofit.simulators.lanes.stimulus import levelled
from pyneuronautofit.simulators.large_cells import is_quick, seconds_per_ms, shortened
from pyneuronautofit.simulators.neuron.simulator import NeuronSimulator
from pyneuronautofit.space import ParameterTable

_log = logging.getLogger(__name__)

#: How far voltages before the first spike may be apart, mV.
TOLERANCE_MV: dict[Precision, float] = {"double": 0.01, "single": 0.1}
#: The same, of the adaptive integrator and CVODE, both at tight tolerances. A cell that hardly
#: fires makes a tenth of a mV of what single precision rounds.
ADAPTIVE_TOLERANCE_MV: dict[Precision, float] = {"double": 0.05, "single": 0.5}
_TIGHT_MV, _TIGHTEST_MV, _CVODE_MV = 3e-4, 1e-5, 1e-6
# Where CVODE cannot, NEURON's fixed steps are so many times as short as usual.
_SHORTER = 8
# NEURON is given so long for the comparison of a large cell, ...
_COMPARISON_S = 60.0
# ... in which each of its sweeps has to last so long to be worth it.
_SHORTEST_MS = 20.0


class PreferredSimulator(Streaming):
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
        As of `Fallback`.
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
        self._time_limit_s = time_limit_s
        self._adaptive = adaptive
        reference = "NEURON" if adaptive is None else "NEURON at a tight tolerance"
        self._generated = BatchSimulator(
            source, experiment, n_worker, precision, time_limit_s, adaptive=adaptive
        )
        self._choice = Fallback(
            source,
            self._generated,
            partial(NeuronSimulator, source, experiment, n_worker, time_limit_s),
            Comparison(
                self._agreement,
                (TOLERANCE_MV if adaptive is None else ADAPTIVE_TOLERANCE_MV)[precision],
                against=f"{reference}, two candidates, the strongest currents",
                nothing="neither could simulate any of the first candidates",
                advice="'simulate --simulator both' compares any models",
            ),
            insist=insist,
        )

    @property
    def experiment(self) -> Experiment:
        """What is simulated."""
        return self._experiment

    @property
    def description(self) -> str:
        """What simulates, in a few words."""
        return self._choice.description

    @property
    def is_generated(self) -> bool:
        """As of `Fallback`."""
        return self._choice.is_generated

    @property
    def kernels(self) -> dict[str, str]:
        """The kernels in use: what each was made from -> a digest of what it was compiled to."""
        return self._generated.kernel_digests() if self._choice.is_generated else {}

    def settle(self, parameters: ParameterTable) -> None:
        """Find out what simulates, before anybody simulates these candidates."""
        self._choice.settle(parameters)

    def give_up(self, error: UnsupportedModel | KernelBuildError) -> None:
        """Use NEURON from here on; raises as `Fallback.give_up`."""
        self._choice.give_up(error)

    def be_told(self, *, generated: bool) -> None:
        """Let somebody else decide what simulates; see `Fallback.be_told`."""
        self._choice.be_told(generated=generated)

    @property
    def largest_cell(self) -> int:
        """As of `BatchSimulator`."""
        return self._generated.largest_cell

    def check(self, parameters: ParameterTable) -> None:
        """Find out whether the model can be simulated, and by what; raises as `Fallback.check`."""
        self._choice.check(parameters)

    def finer_steps(self, parameters: ParameterTable) -> dict[float, Simulator]:
        """As of `HasFinerSteps`: none where NEURON simulates, whose steps are fixed."""
        # Of a run that was taken up again only to be summed up, nobody knows yet.
        self.settle(parameters)
        return self._generated.finer_steps(parameters) if self._choice.is_generated else {}

    def stream(self, parameters: ParameterTable) -> Iterator[TraceBlock]:
        """Simulate candidates and yield them as they are finished; raises as `Fallback.stream`."""
        return self._choice.stream(parameters)

    def close(self) -> None:
        """End processes and threads."""
        self._choice.close()

    # --- the comparison

    def _agreement(self, parameters: ParameterTable) -> Agreement | None:
        """Simulate candidates with both, until two of them show whether they agree."""
        experiment = _from_the_beginning(self._experiment)
        if self._adaptive is None:
            return self._agreement_on(experiment, parameters)
        # CVODE would stop at every sample of a noisy current.
        current = np.array([levelled(each) for each in experiment.current_pA])
        experiment = replace(experiment, current_pA=current)
        try:
            found = self._agreement_on(experiment, parameters, _CVODE_MV)
            most_mV = ADAPTIVE_TOLERANCE_MV[self._precision]
            if found is None or not most_mV < found.quiet_mV < math.inf:
                return found
            # A cell that hardly fires, or hardly does not, makes much of the smallest error; one
            # of the steps becomes smaller with them, and one of the equations does not.
            return self._agreement_on(experiment, parameters, _CVODE_MV, _TIGHTEST_MV)
        except (UnsupportedModel, KernelBuildError):
            raise
        except ModelError as error:
            _log.info("compared with short fixed steps of NEURON: %s", error)
        clock = experiment.clock
        short = Clock(clock.step_ms, clock.substeps * _SHORTER)
        return self._agreement_on(replace(experiment, clock=short), parameters)

    def _agreement_on(
        self,
        experiment: Experiment,
        parameters: ParameterTable,
        cvode_mV: float | None = None,
        tolerance_mV: float = _TIGHT_MV,
    ) -> Agreement | None:
        adaptive = None if self._adaptive is None else Adaptive(tolerance_mV)
        experiment = self._within_limits(experiment, parameters, cvode_mV)
        settings = (self._source, experiment, 1)
        with (
            BatchSimulator(
                *settings, self._precision, self._time_limit_s, adaptive=adaptive
            ) as batch,
            NeuronSimulator(
                *settings, self._time_limit_s, cvode_tolerance_mV=cvode_mV
            ) as reference,
        ):
            reference.check(parameters)
            return first_agreement(
                parameters,
                partial(_response, batch),
                partial(_response, reference),
                experiment.clock.step_ms,
                parameters.values,
            )

    def _within_limits(
        self, experiment: Experiment, parameters: ParameterTable, cvode_mV: float | None
    ) -> Experiment:
        """Return what of an experiment NEURON simulates in the time it has for a comparison.

        Raises
        ------
        NotComparedError
            If that is next to nothing.
        """
        total_ms = COMPARED * experiment.cell_ms
        if is_quick(self._generated.largest_cell, total_ms):
            return experiment
        with NeuronSimulator(
            self._source, experiment, 1, self._time_limit_s, cvode_tolerance_mV=cvode_mV
        ) as reference:
            per_ms = seconds_per_ms(reference, parameters)
        # A candidate that cannot be simulated is found out about where all are.
        if not per_ms * total_ms > _COMPARISON_S:
            return experiment
        share_ms = _COMPARISON_S / per_ms / (COMPARED * experiment.n_sweep)
        if share_ms < _SHORTEST_MS:
            raise NotComparedError(
                f"the first comparison with NEURON is left out: it would take about "
                f"{per_ms * total_ms / 60.0:.0f} minutes for this cell of "
                f"{self._generated.largest_cell} nodes; 'simulate --simulator both' compares "
                "any models"
            )
        _log.info(
            "compared with NEURON over %.0f ms around the beginning of the current: all of it "
            "would take about %.0f minutes for this cell of %d nodes",
            share_ms, per_ms * total_ms / 60.0, self._generated.largest_cell,
        )  # fmt: skip
        return shortened(experiment, share_ms)


def _response(simulator: Simulator, parameters: ParameterTable) -> Response:
    """Return the sweeps of the only candidate."""
    traces = simulator.run(parameters)
    return Response(traces.status[0], traces.voltage_mV[0])


def _from_the_beginning(experiment: Experiment) -> Experiment:
    """Return the experiment with its sweeps of the strongest currents, transients included.

    These are the one that depolarises most, and the one that hyperpolarises most (or depolarises
    least): a channel that is open in one may be closed in the other. What differs by rounding, a
    spike amplifies, so it has to be seen where the first one is.
    """
    change = experiment.current_pA - experiment.holding_pA[:, None]
    extremes = np.where(
        change.max(axis=1) > -change.min(axis=1), change.max(axis=1), change.min(axis=1)
    )
    chosen = sorted({int(np.argmax(extremes)), int(np.argmin(extremes))})
    n_before = math.ceil(experiment.transient_ms / experiment.clock.step_ms - 1e-9)
    before_pA = np.repeat(experiment.holding_pA[chosen, None], n_before, axis=1)
    return replace(
        experiment,
        current_pA=np.concatenate([before_pA, experiment.current_pA[chosen]], axis=1),
        holding_pA=experiment.holding_pA[chosen],
        transient_ms=experiment.clock.dt_ms,
    )
