"""Traces for a page that is made again and again: models are simulated when they are others."""

from __future__ import annotations

import contextlib
import time
from typing import TypeAlias

from pyneuronautofit.errors import PyNeuronAutofitError
from pyneuronautofit.fit import OpenedFit, open_again
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
        self._found: Answered = _WAITING
        self._not_before = 0.0

    def close(self) -> None:
        """Give the simulator back."""
        self._stack.close()

    def known(self, listed: Listed) -> Answered:
        """Return what is known of these models at once; traces of others are not shown for them."""
        if not listed.traced:
            return "There are no models to simulate."
        if isinstance(self._found, str) or self._rows == _rows(listed):
            return self._found
        return _WAITING

    def is_due(self, listed: Listed) -> bool:
        """Tell whether it is time to simulate these models."""
        is_new = bool(listed.traced) and self._rows != _rows(listed)
        return is_new and time.monotonic() >= self._not_before

    def ask(self, run: RunReader, listed: Listed) -> Answered:
        """Simulate models, and return what they answer."""
        began = time.monotonic()
        self._rows = _rows(listed)
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


def _rows(listed: Listed) -> tuple[int, ...]:
    return tuple(listed.rows[list(listed.traced)].tolist())
