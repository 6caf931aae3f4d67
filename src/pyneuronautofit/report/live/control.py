"""What a person may do to a run from its page: stop it, let it go on."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from pyneuronautofit._types import Json
from pyneuronautofit._words import LARGEST_WHOLE
from pyneuronautofit.errors import UsageError
from pyneuronautofit.optimisers import algorithm_plans
from pyneuronautofit.report.findings.state import goal_of, state_of
from pyneuronautofit.runs import RunFiles, RunReader, ask_to_stop, open_run

_MOST_SAID = 2000
# After Ctrl-C, a lost terminal and SIGTERM.
_INTERRUPTIONS = frozenset({130, 129, 143})


@dataclass(frozen=True)
class GoingOn:
    """How a run may be let go on.

    Attributes
    ----------
    what
        What its goal counts: `generations` or `evaluations`.
    goal, done
        How many there are to be, and are.
    is_planned
        Whether the search plans with that number, so that another one makes it another search.
    """

    what: str
    goal: int
    done: int
    is_planned: bool

    def flags(self, goal: int | None) -> list[str]:
        """Return the flags that let it go on to a goal; None: to its own.

        Raises
        ------
        UsageError
            If that is reached already.
        """
        wanted = self.goal if goal is None else goal
        if not self.done < wanted <= LARGEST_WHOLE:
            raise UsageError(
                f"{wanted} {self.what}: it has {self.done}; expected a larger number, to go on to"
            )
        if wanted == self.goal:
            return []
        flag = "-G" if self.what == "generations" else "--evaluations"
        return [flag, str(wanted), *(["--extend"] if self.is_planned else [])]


def going_on_of(run: RunReader) -> GoingOn:
    """Return how a run may be let go on."""
    goal, settings = goal_of(run), run.info.settings
    planned = bool(settings.get("refine") or settings.get("polish"))
    planned |= algorithm_plans(str(settings.get("algorithm") or "K"))
    # Where evaluations limit a run, more generations would change nothing.
    if goal.generations is None or goal.is_limited:
        return GoingOn("evaluations", goal.evaluations or 0, run.n_evaluation, planned)
    done = -1 if run.last is None else run.last.number
    return GoingOn("generations", goal.number, done, planned)


class RunControl:
    """Stops a run that any process computes, and lets one go on in a process of its own.

    That process is nobody's child to be ended: it goes on when the page is closed and the server
    ends. It can be stopped by the page, or as any other run.

    Parameters
    ----------
    store
        The run's.
    project
        The project file, or its folder, where the user has named it himself.
    plugins
        Files with plug-ins that the user has named.
    """

    def __init__(self, store: Path, project: str | None, plugins: Sequence[str] = ()) -> None:
        self._store = store
        self._files = RunFiles(store.parent, store.stem)
        self._own = [] if project is None else ["--project", project]
        self._own += [word for file in plugins for word in ("--plugin", file)]
        self._process: subprocess.Popen[bytes] | None = None
        self._errors: IO[bytes] | None = None
        self._said = ""
        self._has_begun = False
        # Requests come from several threads.
        self._lock = threading.Lock()

    @property
    def process(self) -> int | None:
        """The number of a process that this has started and that computes; None: no such one."""
        return self._process.pid if self._is_computing() and self._process else None

    def stop(self) -> str:
        """Ask the run to stop, and return what to tell the person.

        Raises
        ------
        RunError
            If nobody computes it.
        OutputError
            If nothing can be written beside the store.
        """
        owner = ask_to_stop(self._files)
        self._said = ""
        return f"asked {owner} to stop after this generation"

    def go_on(self, goal: int | None) -> str:
        """Let the run go on, and return what to tell the person.

        Raises
        ------
        UsageError
            If somebody computes it, or there is nothing left to do.
        """
        with self._lock, open_run(str(self._store)) as run:
            if state_of(run).going_on or self._is_computing():
                raise UsageError(
                    "it is being computed: its goal can be changed when it has stopped. Stop it "
                    "first; it goes on where it was"
                )
            if run.losses:
                raise UsageError("its store is damaged, so nothing is appended to it")
            flags = going_on_of(run).flags(goal)
            self._start(flags)
            self._said = "it goes on, in a process that does not end with this page"
            return self._said

    def state(self, run: RunReader) -> dict[str, Json]:
        """Return what a page says and offers of a run."""
        going, computing = going_on_of(run), state_of(run).going_on
        waiting = self._is_computing() and not computing
        # Before it has the run's lock, and after: it writes its summary.
        self._has_begun |= computing
        between = "its process is ending" if self._has_begun else "it is being taken up again"
        return {
            "what": going.what,
            "goal": going.goal,
            "done": going.done,
            "planned": going.is_planned,
            "can_stop": computing,
            "can_go_on": not computing and not waiting and not run.losses,
            "said": between if waiting else self._said,
            "asked": computing and self._files.stop.exists(),
        }

    def close(self) -> None:
        """Let go of a process that was started; it is not ended."""
        if self._errors is not None:
            self._errors.close()

    def _start(self, flags: list[str]) -> None:
        self.close()
        self._has_begun = False
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115 (it is read when the process has ended)
        # Nothing is imported from the working directory (-P).
        program = [sys.executable, "-P", "-m", "pyneuronautofit"]
        self._process = subprocess.Popen(
            [*program, "--resume", str(self._store), *flags, *self._own],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=self._errors,
            start_new_session=True,
        )

    def _is_computing(self) -> bool:
        """Tell whether a process that was started is there; note how it has ended."""
        if self._process is None:
            return False
        code = self._process.poll()
        if code is None:
            return True
        self._process = None
        self._said = "" if code in {0, *_INTERRUPTIONS} else self._why(code)
        return False

    def _why(self, code: int) -> str:
        text = ""
        if self._errors is not None:
            self._errors.seek(0)
            text = self._errors.read().decode("utf-8", "replace").strip()[-_MOST_SAID:]
        last = text.rpartition("pyneuronautofit: error: ")[2]
        return f"it did not go on (exit code {code}): {last or 'see its log'}"
