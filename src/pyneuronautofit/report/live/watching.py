"""A page that follows a run: made anew when the run has gone on, as long as somebody looks."""

from __future__ import annotations

import contextvars
import logging
import threading
import time
from dataclasses import dataclass, replace
from pathlib import Path

from pyneuronautofit.errors import PyNeuronAutofitError
from pyneuronautofit.report.build import content_of
from pyneuronautofit.report.content import Content
from pyneuronautofit.report.live.tracing import Tracer
from pyneuronautofit.report.page import render
from pyneuronautofit.runs import RunReader, open_run

_log = logging.getLogger(__name__)

_LOOK_S = 1.0
# Nobody looks any more where the page has not asked for so long.
_ABANDONED_S = 15.0
# The run needs the computer more: of so many seconds one is for making pages.
_SHARE = 8.0
_PATIENCE_S = 3.0
_NO_TRACES = "Traces were left out (--no-traces)."

#: What tells two moments of a run apart.
Mark = tuple[str, int, int]


@dataclass(frozen=True)
class MadePage:
    """A page as it was last made.

    Attributes
    ----------
    version
        A larger number than that of any before it.
    text
        The page.
    """

    version: int
    text: str


class PageMaker:
    """Makes the page of a run again and again, in a thread of its own.

    Parameters
    ----------
    store
        The run's.
    project
        The project file, or its folder, where the user has named it himself.
    traces
        Whether models are simulated.
    """

    def __init__(self, store: Path, project: str | None, *, traces: bool = True) -> None:
        self._store = store
        self._tracer = Tracer(project) if traces else None
        self._wanted = threading.Event()
        self._ended = threading.Event()
        self._asked = time.monotonic()
        with open_run(str(store)) as run:
            self._mark = _mark(run)
            self._page = MadePage(1, render(self._shown(run), version=1))
        # Plug-ins that were given here are known there, too.
        known = contextvars.copy_context()
        self._thread = threading.Thread(target=known.run, args=(self._follow,), daemon=True)

    @property
    def page(self) -> MadePage:
        """The page as it is now."""
        return self._page

    def start(self) -> None:
        """Follow the run from now on."""
        self._thread.start()

    def close(self) -> None:
        """Stop following it."""
        self._ended.set()
        self._wanted.set()
        if self._thread.is_alive():
            self._thread.join(_PATIENCE_S)
        # Whoever is still simulating ends with this process.
        if self._tracer is not None and not self._thread.is_alive():
            self._tracer.close()

    def look(self) -> None:
        """Note that somebody looks at the page."""
        self._asked = time.monotonic()
        self._wanted.set()

    def _follow(self) -> None:
        while not self._ended.is_set():
            if time.monotonic() - self._asked > _ABANDONED_S:
                self._wanted.clear()
                self._wanted.wait()
                continue
            try:
                taken = self._renew()
            except PyNeuronAutofitError as error:
                # It may be sound at the next look; the page stays what it was.
                _log.warning("%s", error)
                taken = 0.0
            self._ended.wait(max(_LOOK_S, _SHARE * taken))

    def _renew(self) -> float:
        """Make the page anew if the run has gone on, or its models are to be simulated.

        Returns
        -------
        float
            How long it took, s, without simulating.
        """
        began = time.monotonic()
        with open_run(str(self._store)) as run:
            mark = _mark(run)
            is_new = mark != self._mark
            if not is_new and (self._tracer is None or not self._tracer.is_due(self._listed)):
                return 0.0
            content = self._shown(run)
            if is_new:
                self._mark = mark
                self._show(content)
            taken = time.monotonic() - began
            if self._tracer is not None and self._tracer.is_due(content.listed):
                self._show(replace(content, responses=self._tracer.ask(run, content.listed)))
        return taken

    def _shown(self, run: RunReader) -> Content:
        content = content_of(run, _NO_TRACES)
        self._listed = content.listed
        if self._tracer is None:
            return content
        return replace(content, responses=self._tracer.known(content.listed))

    def _show(self, content: Content) -> None:
        version = self._page.version + 1
        self._page = MadePage(version, render(content, version=version))


def _mark(run: RunReader) -> Mark:
    writer = run.writer
    return ("" if writer is None else writer.since, len(run.generations), len(run.sessions))
