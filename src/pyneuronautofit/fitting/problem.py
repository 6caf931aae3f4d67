"""The problem that a strategy solves: from search coordinates to a score matrix."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np

from pyneuronautofit._types import FloatArray
from pyneuronautofit.errors import UsageError
from pyneuronautofit.fitting.cells.pull import Pull, with_pull
from pyneuronautofit.fitting.evaluation import Evaluation, Evaluator, evaluate_models
from pyneuronautofit.fitting.gains import Gains, no_gains
from pyneuronautofit.fitting.reduction import Downsampler, reduce_traces
from pyneuronautofit.fitting.several.merging import merged
from pyneuronautofit.objectives import Suite, joint_suite
from pyneuronautofit.objectives.floor import Floor, Measured, joint_floor, measure_floors
from pyneuronautofit.objectives.residuals import (
    BoundResiduals,
    GivenWeights,
    JointResiduals,
    bind_residuals,
    component_factors,
    joint_residuals,
    mode_weights,
    sweep_factors,
)
from pyneuronautofit.recordings import Recording, StimulusWindow
from pyneuronautofit.simulators import HasFinerSteps, NeuronSimulator, Simulator, Traces
from pyneuronautofit.space import CellColumns, ParameterSpace, ParameterTable, table_of


@dataclass(frozen=True)
class ReferenceSimulator:
    """NEURON's own simulator for the same experiment.

    Attributes
    ----------
    step_ms
        Its fixed step.
    make
        Makes it.
    largest_cell
        Number of nodes of the largest cell that was simulated; where that is large, it is tried
        first how long it takes.
    """

    step_ms: float
    make: Callable[[], NeuronSimulator]
    largest_cell: Callable[[], int] = lambda: 0


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
        The searched parameters, of all cells where several are fitted.
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
        What modes and sweeps count where components are added up, as far as the user said so.
    beside
        The same on further recordings of the cell, which are fitted as well.
    elsewhere
        The same on recordings that are held out as a whole.
    evaluator
        Evaluates candidates somewhere else; None: they are evaluated here.
    known_floor
        The noise floor, where the store of a run has it; None: it is measured when it is needed.
    columns
        Which of the parameters are those of the cell that this recording is of; None: all.
    pull
        What private parameters of several cells cost, of the whole problem; None: nothing.
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
    given_weights: GivenWeights = field(default_factory=GivenWeights)
    beside: tuple[Problem, ...] = ()
    elsewhere: tuple[Problem, ...] = ()
    evaluator: Evaluator | None = None
    known_floor: Floor | None = None
    columns: CellColumns | None = None
    pull: Pull | None = None

    @property
    def cell(self) -> str:
        """The cell that this recording is of; "" where there is but one."""
        return "" if self.columns is None else self.columns.cell

    @property
    def title(self) -> str:
        """What the recording is called, behind its cell where there are several."""
        return f"{self.cell}: {self.recording.name}" if self.cell else self.recording.name

    @property
    def own_space(self) -> ParameterSpace:
        """The parameters of this recording's cell, by their paths in it."""
        return self.space if self.columns is None else self.columns.space

    def table_of(self, parameters: FloatArray) -> ParameterTable:
        """Return models as simulators of this recording take them.

        Parameters
        ----------
        parameters : FloatArray, shape (n_model, n_param), model values
            Of all cells.
        """
        own = parameters if self.columns is None else self.columns.values(parameters)
        return table_of(self.own_space, own)

    @property
    def parts(self) -> tuple[Problem, ...]:
        """The problem on each recording that is fitted, this one first."""
        return (self, *self.beside)

    @cached_property
    def whole(self) -> Suite:
        """The components of all recordings: the objective vector. It scores no traces."""
        suite = joint_suite([part.suite for part in self.parts])
        return suite if self.pull is None else with_pull(suite)

    @cached_property
    def weights(self) -> FloatArray:
        """What every component counts where they are added up, shape (n_score,).

        Raises
        ------
        UsageError
            If the user has given weights that these recordings cannot have, or that are all 0.
        """
        factors = [
            component_factors(part.suite, own)
            for part, own in zip(self.parts, self.sweep_weights, strict=True)
        ]
        if self.pull is not None:
            factors.append(np.ones(1))
        weights = mode_weights(self.whole, self.given_weights.modes) * np.concatenate(factors)
        if not weights.any():
            raise UsageError("--weights: every component counts 0; something has to count")
        return weights

    @cached_property
    def sweep_weights(self) -> tuple[FloatArray, ...]:
        """How many times as much the sweeps of each recording count, each of shape (n_sweep,)."""
        if not self.given_weights.sweeps:
            return tuple(np.ones(len(part.suite.sweeps)) for part in self.parts)
        compared = {
            part.recording.name: [part.target.numbers[place] for place in part.suite.sweeps]
            for part in self.parts
        }
        return tuple(sweep_factors(self.given_weights, compared).values())

    @cached_property
    def bound_residuals(self) -> tuple[BoundResiduals, ...]:
        """How traces miss each target, as numbers: found when it is first needed."""
        ends = np.cumsum([len(part.suite.markers) for part in self.parts])
        of_modes = np.split(mode_weights(self.whole, self.given_weights.modes), ends)[:-1]
        each = zip(self.parts, of_modes, self.sweep_weights, strict=True)
        return tuple(bind_residuals(part.suite, part.target, *weights) for part, *weights in each)

    @property
    def residuals(self) -> BoundResiduals | JointResiduals:
        """What the numbers are about that evaluations have with their scores."""
        bound = self.bound_residuals
        if len(bound) == 1:
            return bound[0]
        joint = joint_residuals(bound)
        return joint if self.pull is None else self.pull.rows(joint)

    @cached_property
    def floor(self) -> Floor:
        """What a model that is the cell itself would score: that of the objective vector."""
        if self.known_floor is not None:
            return self.known_floor
        measured = [Measured(part.target, part.stimulus, part.suite) for part in self.parts]
        by_place: dict[int, Floor] = {}
        # Sweeps of another cell are no repeats of this one's.
        for cell in dict.fromkeys(part.cell for part in self.parts):
            own = [place for place, part in enumerate(self.parts) if part.cell == cell]
            beside = [part.target for part in self.elsewhere if part.cell == cell]
            found = measure_floors([measured[place] for place in own], beside)
            by_place |= dict(zip(own, found, strict=True))
        floors = [by_place[place] for place in range(len(measured))]
        if self.pull is not None:
            floors.append(self.pull.floor)
        return joint_floor(floors)

    @property
    def no_gains(self) -> Gains:
        """What is so before the first generation."""
        return no_gains(self.whole, self.weights)

    def check(self) -> None:
        """Raise ModelError unless the model can be built and has all the searched parameters."""
        first = self.space.to_model(self.space.sample(np.random.default_rng(0), 1)).values
        for part in (*self.parts, *self.elsewhere):
            part.simulator.check(part.table_of(first))
        if self.evaluator is not None:
            self.evaluator.check()

    @contextlib.contextmanager
    def opened(self) -> Iterator[None]:
        """Close all simulators in the end."""
        with contextlib.ExitStack() as stack:
            if self.evaluator is not None:
                stack.callback(self.evaluator.close)
            for part in (*self.parts, *self.elsewhere):
                stack.enter_context(part.simulator)
            yield

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
        parameters = self.space.to_model(x).values
        where = self.evaluate_here if self.evaluator is None else self.evaluator.evaluate
        return where(parameters, on_done, with_residuals=with_residuals)

    def evaluate_here(
        self,
        parameters: FloatArray,
        on_done: Callable[[int, int], None] | None = None,
        *,
        with_residuals: bool = False,
    ) -> Evaluation:
        """Simulate and score candidates in this process.

        Parameters
        ----------
        parameters : FloatArray, shape (n_cand, n_param), model values
        on_done, with_residuals
            As of `evaluate`.
        """
        n_part = len(self.parts)
        wanted = self.bound_residuals if with_residuals else (None,) * n_part
        found = []
        for number, (part, residuals) in enumerate(zip(self.parts, wanted, strict=True)):
            told = None if on_done is None else _of_parts(on_done, number, n_part)
            own = part.table_of(parameters)
            found.append(
                evaluate_models(
                    part.simulator, part.suite, own, self.downsampler, told, residuals=residuals
                )
            )
        n_residual = [0 if each is None else len(each.coarse) for each in wanted]
        return self.joined(found, parameters, n_residual)

    def with_finer_steps(self, parameters: FloatArray) -> dict[float, Problem]:
        """Return tolerance (mV) -> the same problem with such steps, the smallest tolerance first.

        Its simulators are those that are open here, with other steps, and it is evaluated in this
        process. Empty where steps are fixed.

        Parameters
        ----------
        parameters : FloatArray, shape (n_model, n_param), model values
            What it is going to be asked about.
        """
        own = [
            part.simulator.finer_steps(part.table_of(parameters))
            if isinstance(part.simulator, HasFinerSteps)
            else {}
            for part in self.parts
        ]
        found: dict[float, Problem] = {}
        for tolerance_mV in own[0]:
            if all(tolerance_mV in each for each in own):
                first, *beside = (
                    replace(part, simulator=each[tolerance_mV], evaluator=None, elsewhere=())
                    for part, each in zip(self.parts, own, strict=True)
                )
                found[tolerance_mV] = replace(first, beside=tuple(beside))
        return found

    def joined(
        self,
        found: Sequence[Evaluation],
        parameters: FloatArray,
        n_residual: Sequence[int] | None = None,
    ) -> Evaluation:
        """Return what became of models on every recording, as one.

        Parameters
        ----------
        found
            On each of `parts`.
        parameters : FloatArray, shape (n_model, n_param), model values
        n_residual
            How many residuals each part has; None: none.
        """
        if len(found) == 1:
            return found[0]
        names, counts = [part.recording.name for part in self.parts], n_residual or [0] * len(found)
        both = replace(merged(found, names, counts), parameters=parameters)
        if self.pull is None:
            return both
        # Not what was asked for: where models are evaluated elsewhere, only their values arrive.
        return self.pull.scored(both, self.space.from_model(parameters), sum(counts))

    def simulate(self, table: ParameterTable) -> Traces:
        """Return the voltages of models, on the target's clock."""
        traces = self.simulator.run(table)
        reduced = reduce_traces(traces.voltage_mV, self.downsampler)
        return Traces(reduced, traces.status, traces.messages, traces.seconds)


def _of_parts(
    on_done: Callable[[int, int], None], number: int, n_part: int
) -> Callable[[int, int], None]:
    """Return what is told of one part's candidates, so that all parts count alike."""
    return lambda n_done, n_all: on_done((number * n_all + n_done) // n_part, n_all)
