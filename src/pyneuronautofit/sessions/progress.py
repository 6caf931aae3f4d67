"""How a search goes, on the terminal or as plain lines."""

from __future__ import annotations

import time
from collections.abc import Iterable

from rich.console import Console, RenderableType
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn
from rich.text import Text

from pyneuronautofit._text import clock_time
from pyneuronautofit.fitting import Progress as SearchProgress
from pyneuronautofit.fitting import compromise
from pyneuronautofit.objectives import Suite

# A log or a pipe gets a line so often: more of them nobody reads.
_LINE_EVERY_S = 30.0
# Which model is the best compromise is found out not more often, however short generations are.
_BEST_EVERY_S = 0.5


class Pace:
    """Speed and time left, from the evaluations that are done.

    Parameters
    ----------
    n_all
        How many there will be.
    n_before
        How many there were already when a run was taken up again.
    most_s
        The time, from now on, after which no generation is begun, s; None: there is no limit.
    """

    def __init__(self, n_all: int, n_before: int = 0, most_s: float | None = None) -> None:
        self.n_all = n_all
        self._n_first = n_before
        self._n_before = n_before
        self.n_done = n_before
        self._most_s = most_s
        self._began = time.monotonic()

    def evaluated(self, n_in_generation: int) -> None:
        """Take the number of evaluations of the current generation."""
        self.n_done = self._n_before + n_in_generation

    def generation(self, n_done: int) -> None:
        """Take the number of evaluations of all complete generations."""
        self._n_before = self.n_done = n_done

    @property
    def seconds(self) -> float:
        """Time since this process began, s."""
        return time.monotonic() - self._began

    @property
    def per_second(self) -> float:
        """Evaluations per second since this process began."""
        return (self.n_done - self._n_first) / max(self.seconds, 1e-9)

    @property
    def left(self) -> str:
        """Time left, as hours:minutes:seconds."""
        if self.n_done <= self._n_first:
            return "-:--:--"
        left_s = (self.n_all - self.n_done) / self.per_second
        if self._most_s is not None:
            left_s = min(left_s, max(self._most_s - self.seconds, 0.0))
        return clock_time(left_s)


class PlainProgress:
    """A line every half minute, and of the first and the last generation: for logs and pipes."""

    def __init__(self, console: Console, suite: Suite, generations: int | None, pace: Pace) -> None:
        self._console = console
        self._suite = suite
        self._of = _of(generations)
        self._pace = pace
        self._last: SearchProgress | None = None
        self._is_told = True
        self._told_at: float | None = None

    def __enter__(self) -> PlainProgress:
        return self

    def __exit__(self, *_exc: object) -> None:
        """Print the line of the last generation, if it has none."""
        if not self._is_told:
            self._print()

    def evaluated(self, _generation: int, n_done: int, _n_all: int) -> None:
        """Print a line where the generation takes long."""
        self._pace.evaluated(n_done)
        if self._last is not None and self._is_time:
            self._print()

    def generation(self, progress: SearchProgress) -> None:
        """Print the generation's line, if it is the first or the last line is a while ago."""
        self._pace.generation(len(progress.history))
        self._last, self._is_told = progress, False
        if self._told_at is None or self._is_time:
            self._print()

    @property
    def _is_time(self) -> bool:
        return self._told_at is not None and self._pace.seconds - self._told_at >= _LINE_EVERY_S

    def _print(self) -> None:
        progress = self._last
        if progress is None:
            return
        self._told_at, self._is_told = self._pace.seconds, True
        self._console.print(
            f"generation {progress.generation}{self._of}  {_phase(progress)}"
            f"{self._pace.n_done} evaluations  {self._pace.per_second:.1f}/s  "
            f"{best_so_far(progress, self._suite)}  time left {self._pace.left}",
            highlight=False,
            soft_wrap=True,
        )


class LiveProgress:
    """One bar for the whole search, with a line on what was found, both redrawn in place."""

    def __init__(self, console: Console, suite: Suite, generations: int | None, pace: Pace) -> None:
        self._suite = suite
        self._pace = pace
        self._of = f" of {generations}" if generations is not None else ""
        self._best = ""
        self._best_at = -_BEST_EVERY_S
        self._display = _Display(
            BarColumn(bar_width=24),
            MofNCompleteColumn(),
            TextColumn("evaluations"),
            TextColumn("{task.fields[speed]}/s"),
            TextColumn("{task.fields[left]} left"),
            console=console,
            transient=True,
        )
        self._task: TaskID = self._display.add_task(
            "", total=pace.n_all, completed=pace.n_done, speed="-", left="-:--:--", found=""
        )
        self._number, self._doing = 0, ""

    def __enter__(self) -> LiveProgress:
        self._display.start()
        return self

    def __exit__(self, *_exc: object) -> None:
        """Remove the bar."""
        self._display.stop()

    def evaluated(self, generation: int, n_done: int, _n_all: int) -> None:
        """Move the bar."""
        self._pace.evaluated(n_done)
        self._number = generation
        self._show()

    def generation(self, progress: SearchProgress) -> None:
        """Show what the generation has found."""
        self._pace.generation(len(progress.history))
        self._number, self._doing = progress.generation, progress.phase
        if self._pace.seconds - self._best_at >= _BEST_EVERY_S:
            self._best, self._best_at = best_so_far(progress, self._suite), self._pace.seconds
        self._show()

    def _show(self) -> None:
        doing = f", {self._doing}" if self._doing else ""
        self._display.update(
            self._task,
            completed=self._pace.n_done,
            speed=f"{self._pace.per_second:.1f}",
            left=self._pace.left,
            found=f"generation {self._number}{self._of}{doing}  {self._best}",
        )


class _Display(Progress):
    """A bar, and below it a line that may have any length."""

    def get_renderables(self) -> Iterable[RenderableType]:
        """Yield the bar and the line."""
        yield from super().get_renderables()
        for task in self.tasks:
            yield Text(task.fields["found"], style="bold", no_wrap=True, overflow="ellipsis")


def _of(generations: int | None) -> str:
    """Return how many generations there will be, where that is known."""
    return "" if generations is None else f"/{generations}"


def _phase(progress: SearchProgress) -> str:
    return f"{progress.phase}  " if progress.phase else ""


def best_so_far(progress: SearchProgress, suite: Suite) -> str:
    """Return the sums of one model, the best compromise so far, as `compromise O 4, V 120.3`."""
    sums = compromise(progress.archive.scores, suite)
    if not sums:
        return "nothing succeeded yet"
    return "compromise " + ", ".join(f"{code} {value:.4g}" for code, value in sums.items())


def make_progress(
    console: Console, suite: Suite, generations: int | None, pace: Pace
) -> PlainProgress | LiveProgress:
    """Return a live display on a terminal, and plain lines elsewhere."""
    kind = LiveProgress if console.is_terminal else PlainProgress
    return kind(console, suite, generations, pace)
