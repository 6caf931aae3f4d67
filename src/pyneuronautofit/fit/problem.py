"""The problem that a strategy solves: from search coordinates to a score matrix."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from pyneuronautofit._types import FloatArray
from pyneuronautofit.fit.gains import Gains, no_gains
from pyneuronautofit.fit.reduction import Downsampler, reduce_traces
from pyneuronautofit.objectives import Suite
from pyneuronautofit.objectives.residuals import BoundResiduals, bind_residuals, mode_weights
from pyneuronautofit.recordings import Recording, StimulusWindow
from pyneuronautofit.simulators import RunStatus, Simulator, Traces
from pyneuronautofit.space import ParameterSpace, ParameterTable


@dataclass(frozen=True)
class Evaluation:
    """What became of candidates.

    Attributes
    ----------
    parameters : FloatArray, shape (n_cand, n_param), model values
    scores : FloatArray, shape (n_cand, n_score)
        A failed candidate is a row of nan.
    status, messages
        One per candidate.
    seconds : FloatArray, shape (n_cand,), s
        How long the simulation of each took.
    residuals : FloatArray, shape (n_cand, n_residual + n_sweep), or None
        Where they were asked for; a failed candidate is a row of nan.
    """

    parameters: FloatArray
    scores: FloatArray
    status: tuple[RunStatus, ...]
    messages: tuple[str, ...]
    seconds: FloatArray
    residuals: FloatArray | None = None


@dataclass(frozen=True)
class ReferenceSimulator:
    """NEURON's own simulator for the same experiment.

    Attributes
    ----------
    step_ms
        Its fixed step.
    make
        Makes it.
    """

    step_ms: float
    make: Callable[[], Simulator]


@dataclass(frozen=True)
class Problem:
    """Everything that decides a candidate's scores.

    Attributes
    ----------
    recording
        What was recorded, as it was read.
    target
        What models are compared with: the recording, reduced if the project says so.
    stimulus
        The stimulus, in samples of `target`.
    space
        The searched parameters.
    suite
        The evaluation modes, bound to `target`.
    simulator
        Simulates the suite's sweeps.
    downsampler
        The project's, or None.
    version
        The model's.
    reference
        NEURON itself, where the search has steps that NEURON's fixed ones differ from; else None.
    given_weights
        What modes count where components are added up, as far as the user said so.
    """

    recording: Recording
    target: Recording
    stimulus: StimulusWindow
    space: ParameterSpace
    suite: Suite
    simulator: Simulator
    downsampler: Downsampler | None = None
    version: str = ""
    reference: ReferenceSimulator | None = None
    given_weights: Mapping[str, float] = field(default_factory=dict)

    @cached_property
    def weights(self) -> FloatArray:
        """What every component counts where they are added up, shape (n_score,)."""
        return mode_weights(self.suite, self.given_weights)

    @cached_property
    def residuals(self) -> BoundResiduals:
        """How traces miss the target, as numbers: found when it is first needed."""
        return bind_residuals(self.suite, self.target, self.weights)

    @property
    def no_gains(self) -> Gains:
        """What is so before the first generation."""
        return no_gains(self.suite, self.weights)

    def check(self) -> None:
        """Raise ModelError unless the model can be built and has all the searched parameters."""
        self.simulator.check(self.space.to_model(self.space.sample(np.random.default_rng(0), 1)))

    def evaluate(
        self,
        x: FloatArray,
        on_done: Callable[[int, int], None] | None = None,
        *,
        with_residuals: bool = False,
    ) -> Evaluation:
        """Simulate and score candidates.

        Parameters
        ----------
        x : FloatArray, shape (n_cand, n_param), search coordinates
        on_done
            Called as (evaluated, all) whenever candidates are finished.
        with_residuals
            Whether residuals are wanted, too.
        """
        table = self.space.to_model(x)
        wanted = self.residuals if with_residuals else None
        return evaluate_models(
            self.simulator, self.suite, table, self.downsampler, on_done, residuals=wanted
        )

    def simulate(self, table: ParameterTable) -> Traces:
        """Return the voltages of models, on the target's clock."""
        traces = self.simulator.run(table)
        reduced = reduce_traces(traces.voltage_mV, self.downsampler)
        return Traces(reduced, traces.status, traces.messages, traces.seconds)


def evaluate_models(
    simulator: Simulator,
    suite: Suite,
    table: ParameterTable,
    downsampler: Downsampler | None = None,
    on_done: Callable[[int, int], None] | None = None,
    *,
    residuals: BoundResiduals | None = None,
) -> Evaluation:
    """Simulate models, score them as they are finished, and drop their voltages."""
    n_cand = len(table)
    missed = None if residuals is None else np.full((n_cand, residuals.n_number), np.nan)
    scores = np.full((n_cand, len(suite.markers)), np.nan)
    status = [RunStatus.FAILED] * n_cand
    messages = [""] * n_cand
    seconds = np.zeros(n_cand)
    n_done = 0
    for block in simulator.stream(table):
        traces, rows = block.traces, block.candidates
        ok = traces.ok
        # Choosing copies, which is worth sparing where nobody failed: mostly.
        voltage_mV = traces.voltage_mV if ok.all() else traces.voltage_mV[ok]
        voltage_mV = reduce_traces(voltage_mV, downsampler)
        if len(voltage_mV):
            scores[rows[ok]] = found = suite.score(voltage_mV)
            if residuals is not None and missed is not None:
                missed[rows[ok]] = residuals.of(voltage_mV, found)
        seconds[rows] = traces.seconds
        for place, row in enumerate(rows.tolist()):
            status[row], messages[row] = traces.status[place], traces.messages[place]
        n_done += len(rows)
        if on_done is not None:
            on_done(n_done, n_cand)
    return Evaluation(table.values, scores, tuple(status), tuple(messages), seconds, missed)
