"""What the page of a run asks its server for, and what it gets."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from pathlib import Path

import numpy as np

from pyneuronautofit._types import Json
from pyneuronautofit.errors import OutputError, PyNeuronAutofitError
from pyneuronautofit.pages import PageAnswer, asked_object, json_answer, refuse
from pyneuronautofit.report.document import (
    LINKED_LIBRARY,
    LINKED_SCRIPT,
    LINKED_STYLE,
    bundle,
    icon,
    library,
    style,
)
from pyneuronautofit.report.findings.state import pace_of, state_of
from pyneuronautofit.report.live.control import RunControl
from pyneuronautofit.report.live.watching import PageMaker
from pyneuronautofit.report.page import SCRIPTS
from pyneuronautofit.report.sections.facts import said
from pyneuronautofit.runs import open_run

_JAVASCRIPT = "text/javascript; charset=utf-8"
# The charts' library puts styles into what it draws, and pictures into the page.
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; connect-src 'self'; "
    "img-src 'self' data: blob:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_ASSETS: Mapping[str, tuple[Callable[[], str], str]] = {
    LINKED_LIBRARY: (library, _JAVASCRIPT),
    LINKED_SCRIPT: (lambda: bundle((*SCRIPTS, "live.js")), _JAVASCRIPT),
    LINKED_STYLE: (style, "text/css; charset=utf-8"),
    "icon.svg": (icon, "image/svg+xml"),
}


@dataclass(frozen=True)
class LiveSite:
    """A run as a server answers it.

    Attributes
    ----------
    store
        The run's.
    maker
        Makes the page.
    control
        Stops the run, and lets it go on.
    command
        What the user calls the program.
    """

    store: Path
    maker: PageMaker
    control: RunControl
    command: str = "report"

    def get(self, path: str) -> PageAnswer:
        """Answer a request that changes nothing."""
        if path == "":
            self.maker.look()
            text = self.maker.page.text.encode("utf-8", "backslashreplace")
            headers = {"Content-Security-Policy": _POLICY}
            return PageAnswer(text, "text/html; charset=utf-8", headers=headers)
        if path == "state":
            self.maker.look()
            return self._state()
        if path in _ASSETS:
            text_of, kind = _ASSETS[path]
            return PageAnswer(text_of().encode(), kind)
        return refuse(HTTPStatus.NOT_FOUND, f"there is nothing at {path[:80]}")

    def post(self, path: str, body: bytes) -> PageAnswer:
        """Answer a request that changes something."""
        try:
            asked = asked_object(body)
            if path == "stop":
                return json_answer({"said": self.control.stop()})
            if path == "go-on":
                return json_answer({"said": self.control.go_on(_goal(asked))})
        except OutputError as error:
            return refuse(HTTPStatus.INSUFFICIENT_STORAGE, str(error))
        except PyNeuronAutofitError as error:
            return refuse(HTTPStatus.CONFLICT, str(error))
        except (ValueError, TypeError, RecursionError) as error:
            return refuse(HTTPStatus.BAD_REQUEST, str(error))
        return refuse(HTTPStatus.NOT_FOUND, f"there is nothing at {path[:80]}")

    def _state(self) -> PageAnswer:
        try:
            with open_run(str(self.store)) as run:
                state = state_of(run)
                left = pace_of(run, state, datetime.now(UTC)).left_s
                shown = {
                    "version": self.maker.page.version,
                    "state": state.name,
                    "error": state.error,
                    "left": "" if np.isnan(left) else said(left),
                    **self.control.state(run),
                }
        except PyNeuronAutofitError as error:
            return refuse(HTTPStatus.CONFLICT, str(error))
        return json_answer(shown)


def _goal(asked: Mapping[str, Json]) -> int | None:
    goal = asked.get("goal")
    if goal is not None and (not isinstance(goal, int) or isinstance(goal, bool)):
        raise TypeError(f"goal: expected a whole number, found {str(goal)[:40]!r}")
    return goal
