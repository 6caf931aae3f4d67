"""How a fit goes, for whoever called it: on a terminal, in a notebook, or in a log."""

from __future__ import annotations

import contextlib
import html
import sys
import time
from collections.abc import Iterator, Sequence
from typing import Any

from rich.console import Console

from pyneuronautofit.fitting import Observer, Progress
from pyneuronautofit.objectives import Suite
from pyneuronautofit.sessions.progress import Pace, best_so_far, make_progress
from pyneuronautofit.sessions.running import pace_of_session
from pyneuronautofit.sessions.session import FitSession

# A notebook is told so often at most.
_EVERY_S = 0.25


@contextlib.contextmanager
def shown(session: FitSession, start: Progress | None) -> Iterator[Sequence[Observer]]:
    """Yield what shows how a search goes."""
    suite = session.problem.whole
    pace = pace_of_session(session, start)
    if in_notebook():
        with NotebookProgress(suite, session.n_evaluation, pace) as display:
            yield [display]
        return
    with make_progress(Console(), suite, session.plan.generations, pace) as live:
        yield [live]


@contextlib.contextmanager
def not_shown(_session: FitSession, _start: Progress | None) -> Iterator[Sequence[Observer]]:
    """Yield nobody."""
    yield []


def in_notebook() -> bool:
    """Tell whether this process is the kernel of a notebook."""
    ipython = sys.modules.get("IPython")
    shell = None if ipython is None else ipython.get_ipython()
    return shell is not None and hasattr(shell, "kernel")


class NotebookProgress:
    """A bar that is redrawn below the cell.

    Parameters
    ----------
    suite
        The modes.
    n_all
        How many evaluations there will be.
    pace
        Speed, and time left.
    """

    def __init__(self, suite: Suite, n_all: int, pace: Pace) -> None:
        self._suite = suite
        self._n_all = max(n_all, 1)
        self._pace = pace
        self._generation, self._best = 0, ""
        self._handle: Any = None
        self._drawn_at = 0.0

    def __enter__(self) -> NotebookProgress:
        from IPython.display import HTML, display  # noqa: PLC0415 - only there in notebooks

        self._html = HTML
        self._handle = display(HTML(self._text()), display_id=True)
        return self

    def __exit__(self, *_exc: object) -> None:
        """Leave the last state."""
        self._draw(at_once=True)

    def evaluated(self, generation: int, n_done: int, _n_all: int) -> None:
        """Move the bar."""
        self._pace.evaluated(n_done)
        self._generation = generation
        self._draw()

    def generation(self, progress: Progress) -> None:
        """Show what the generation has found."""
        self._pace.generation(len(progress.history))
        self._generation = progress.generation
        self._best = best_so_far(progress, self._suite)
        self._draw()

    def _draw(self, *, at_once: bool = False) -> None:
        now = time.monotonic()
        if self._handle is None or (not at_once and now - self._drawn_at < _EVERY_S):
            return
        self._drawn_at = now
        self._handle.update(self._html(self._text()))

    def _text(self) -> str:
        n_done = self._pace.n_done
        said = (
            f"{n_done} of {self._n_all} evaluations, generation {self._generation}, "
            f"{self._pace.per_second:.1f}/s, {self._pace.left} left; {self._best}"
        )
        return (
            f'<progress value="{n_done}" max="{self._n_all}" style="width: 20em" '
            f'aria-label="evaluations"></progress> <span>{html.escape(said)}</span>'
        )
