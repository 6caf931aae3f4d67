"""Traces for a page that is made again and again: models are simulated when they are others."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Mapping
from dataclasses import replace
from typing import TypeAlias

from pyneuronautofit.errors import PyNeuronAutofitError
from pyneuronautofit.fitting import OpenedFit, open_again
from pyneuronautofit.report.findings.choice import Listed
from pyneuronautofit.report.findings.responses import ShownResponses, answers
from pyneuronautofit.runs import RunReader

#: What models answer, or why there is nothing of that.
Answered: TypeAlias = tuple[ShownResponses, ...] | str

_WAITING = "The models are being simulated; their traces will be here in a moment."
# The run that goes on needs the computer more: simulating takes this part of the time at most.
_PART = 0.1


class Tracer:
    """Keeps the model open, and what its models have answered.

    Parameters
    ----------
    project
        The project file, or its folder, where the user has named it himself.
    """

    def __init__(self, project: str | None) -> None:
        self._project = project
        self._stack = contextlib.ExitStack()
        self._opened: OpenedFit | None = None
        self._rows: tuple[int, ...] = ()
        # The rows of the models by the places that they had when they were simulated.
        self._by_place: Mapping[int, int] = {}
        self._found: Answered = _WAITING
        self._not_before = 0.0

    def close(self) -> None:
        """Give the simulator back."""
        self._stack.close()

    def known(self, listed: Listed) -> Answered:
        """Return what is known of these models at once: the traces of those that are still here."""
        if not listed.traced:
            return "There are no models to simulate."
        if isinstance(self._found, str):
            return self._found
        return tuple(_moved(each, self._by_place, listed) for each in self._found)

    def is_due(self, listed: Listed) -> bool:
        """Tell whether it is time to simulate these models."""
        is_new = bool(listed.traced) and self._rows != _rows(listed)
        return is_new and time.monotonic() >= self._not_before

    def ask(self, run: RunReader, listed: Listed) -> Answered:
        """Simulate models, and return what they answer."""
        began = time.monotonic()
        self._rows = _rows(listed)
        self._by_place = dict(zip(listed.traced, self._rows, strict=True))
        try:
            if self._opened is None:
                opened = open_again(run, self._project)
                self._stack.enter_context(opened.problem.opened())
                self._opened = opened
            parameters = listed.evaluations.parameters[list(listed.traced)]
            self._found = answers(self._opened, parameters, listed.traced)
        except PyNeuronAutofitError as error:
            self._found = f"The models cannot be simulated, so there are no traces: {error}"
        ended = time.monotonic()
        self._not_before = ended + (ended - began) / _PART
        return self._found


def _moved(found: ShownResponses, rows: Mapping[int, int], listed: Listed) -> ShownResponses:
    """Return the responses of the models that are listed now, under their places there."""
    now = {int(row): place for place, row in enumerate(listed.rows)}
    kept = [k for k, place in enumerate(found.models) if rows[place] in now]
    # The recording comes first.
    traces = [0, *(k + 1 for k in kept)]
    return replace(
        found,
        models=tuple(now[rows[found.models[k]]] for k in kept),
        failed=tuple((now[rows[p]], why) for p, why in found.failed if rows[p] in now),
        scores=tuple((code, fitted[kept], apart[kept]) for code, fitted, apart in found.scores),
        counts=found.counts[traces],
        rates_Hz=found.rates_Hz[traces],
        latency_ms=found.latency_ms[traces],
        traces=replace(found.traces, voltage_mV=found.traces.voltage_mV[traces]),
    )


def _rows(listed: Listed) -> tuple[int, ...]:
    return tuple(listed.rows[list(listed.traced)].tolist())
