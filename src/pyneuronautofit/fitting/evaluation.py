"""Candidates simulated and scored on one recording."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from pyneuronautofit._types import FloatArray
from pyneuronautofit.fitting.reduction import Downsampler, reduce_traces
from pyneuronautofit.objectives import Suite
from pyneuronautofit.objectives.residuals import BoundResiduals
from pyneuronautofit.simulators import RunStatus, Simulator
from pyneuronautofit.space import ParameterTable


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


class WorkersLost(KeyboardInterrupt):
    """Whoever evaluated is gone: the search can go on later. Says why, and what to do."""


class Evaluator(Protocol):
    """Evaluates the candidates of a problem somewhere else; with the very results."""

    @property
    def description(self) -> str:
        """Who evaluates, in a few words."""
        ...

    def check(self) -> None:
        """Begin: the problem was checked here by then.

        Raises
        ------
        PyNeuronAutofitError
            If nothing can be evaluated there.
        """
        ...

    def evaluate(
        self,
        table: ParameterTable,
        on_done: Callable[[int, int], None] | None = None,
        *,
        with_residuals: bool = False,
    ) -> Evaluation:
        """Simulate and score candidates, as `Problem.evaluate_here` does.

        Raises
        ------
        WorkersLost
            If there is nobody who does.
        """
        ...

    def close(self) -> None:
        """End what was begun."""
        ...


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
