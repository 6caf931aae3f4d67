"""How a search goes, on the terminal or as plain lines."""

from __future__ import annotations

import time

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn

from pyneuronautofit._text import clock_time
from pyneuronautofit.fit import Progress as SearchProgress
from pyneuronautofit.objectives import Suite


class Pace:
    """Speed and time left, from the evaluations that are done.

    Parameters
    ----------
    n_all
        How many there will be.
    n_before
        How many there were already when a run was taken up again.
    """

    def __init__(self, n_all: int, n_before: int = 0) -> None:
        self._n_all = n_all
        self._n_first = n_before
        self._n_before = n_before
        self.n_done = n_before
        self._began = time.monotonic()

    def evaluated(self, n_in_generation: int) -> None:
        """Take the number of evaluations of the current generation."""
        self.n_done = self._n_before + n_in_generation

    def generation(self, n_done: int) -> None:
        """Take the number of evaluations of all complete generations."""
        self._n_before = self.n_done = n_done

    @property
    def per_second(self) -> float:
        """Evaluations per second since this process began."""
        return (self.n_done - self._n_first) / max(time.monotonic() - self._began, 1e-9)

    @property
    def left(self) -> str:
        """Time left, as hours:minutes:seconds."""
        if self.n_done <= self._n_first:
            return "-:--:--"
        seconds = (self._n_all - self.n_done) / self.per_second
        return clock_time(seconds)


class PlainProgress:
    """A line for every generation: for logs of batch systems and for pipes."""

    def __init__(self, console: Console, suite: Suite, generations: int | None, pace: Pace) -> None:
        self._console = console
        self._suite = suite
        self._of = _of(generations)
        self._pace = pace

    def __enter__(self) -> PlainProgress:
        return self

    def __exit__(self, *_exc: object) -> None:
        """Leave: there is nothing to take down."""

    def evaluated(self, _generation: int, n_done: int, _n_all: int) -> None:
        """Say nothing before the generation is complete."""
        self._pace.evaluated(n_done)

    def generation(self, progress: SearchProgress) -> None:
        """Print the generation's line."""
        self._pace.generation(len(progress.history))
        self._console.print(
            f"generation {progress.generation}{self._of}  {_phase(progress)}"
            f"{len(progress.history)} evaluations  {self._pace.per_second:.1f}/s  "
            f"{best_of_modes(progress, self._suite)}  time left {self._pace.left}",
            highlight=False,
            soft_wrap=True,
        )


class LiveProgress:
    """A bar that is redrawn in place."""

    def __init__(self, console: Console, suite: Suite, generations: int | None, pace: Pace) -> None:
        self._suite = suite
        self._pace = pace
        self._display = Progress(
            TextColumn("generation {task.fields[number]}" + _of(generations)),
            TextColumn("{task.fields[phase]}"),
            BarColumn(bar_width=24),
            MofNCompleteColumn(),
            TextColumn("{task.fields[speed]}/s"),
            TextColumn("[bold]{task.fields[best]}"),
            TextColumn("{task.fields[left]} left"),
            console=console,
            transient=True,
        )
        self._task: TaskID = self._display.add_task(
            "", total=None, number=0, phase="", speed="-", best="", left="-:--:--"
        )

    def __enter__(self) -> LiveProgress:
        self._display.start()
        return self

    def __exit__(self, *_exc: object) -> None:
        """Remove the bar."""
        self._display.stop()

    def evaluated(self, generation: int, n_done: int, n_all: int) -> None:
        """Move the bar."""
        self._pace.evaluated(n_done)
        self._display.update(
            self._task,
            completed=n_done,
            total=n_all,
            number=generation,
            speed=f"{self._pace.per_second:.1f}",
            left=self._pace.left,
        )

    def generation(self, progress: SearchProgress) -> None:
        """Show what the generation has found."""
        self._pace.generation(len(progress.history))
        best = best_of_modes(progress, self._suite)
        phase = _phase(progress)
        self._display.update(self._task, number=progress.generation, best=best, phase=phase)


def _of(generations: int | None) -> str:
    """Return how many generations there will be, where that is known."""
    return "" if generations is None else f"/{generations}"


def _phase(progress: SearchProgress) -> str:
    return f"{progress.phase}  " if progress.phase else ""


def best_of_modes(progress: SearchProgress, suite: Suite) -> str:
    """Return the smallest sum of each mode so far, as `best O 4, V 120.3`."""
    if not len(progress.archive.rows):
        return "nothing succeeded yet"
    sums = suite.mode_sums(progress.archive.scores)
    return "best " + ", ".join(f"{code} {values.min():.4g}" for code, values in sums.items())


def make_progress(
    console: Console, suite: Suite, generations: int | None, pace: Pace
) -> PlainProgress | LiveProgress:
    """Return a live display on a terminal, and plain lines elsewhere."""
    kind = LiveProgress if console.is_terminal else PlainProgress
    return kind(console, suite, generations, pace)
