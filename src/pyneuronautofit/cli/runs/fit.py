"""`pyneuronautofit [fit] RECORDING`: the fit itself."""

from __future__ import annotations

import contextlib
import logging
import shlex
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from pyneuronautofit._native import isa
from pyneuronautofit._version import __version__
from pyneuronautofit.cli.outputs import check_outputs
from pyneuronautofit.cli.parser import given_options, parse_config, with_run_file
from pyneuronautofit.cli.runs.next_steps import print_next
from pyneuronautofit.cli.runs.resuming import (
    asks_to_resume,
    check_same_command,
    found_by_name,
    resume_request,
)
from pyneuronautofit.cli.runs.written import refuse_to_write, writing_run_file
from pyneuronautofit.cli.screen import Screen
from pyneuronautofit.cli.waiting import meanwhile
from pyneuronautofit.errors import RunError, UsageError
from pyneuronautofit.fitting import (
    FitOptions,
    Observer,
    Problem,
    Progress,
    agreed_config,
    has_ended,
    is_given_up,
)
from pyneuronautofit.optimisers import algorithm_letter
from pyneuronautofit.runs import (
    RunFiles,
    RunLock,
    RunReader,
    check_scratch,
    open_run,
)
from pyneuronautofit.sessions.closing import closing_summary
from pyneuronautofit.sessions.interrupt import Interruption
from pyneuronautofit.sessions.logs import Logs, logging_to_screen
from pyneuronautofit.sessions.progress import make_progress
from pyneuronautofit.sessions.running import (
    check_session,
    pace_of_session,
    prepare_session,
    search_and_store,
)
from pyneuronautofit.sessions.session import FitSession, new_session, resumed_session
from pyneuronautofit.sessions.summary import (
    print_checkpoint,
    print_plan,
)

_log = logging.getLogger(__name__)

#: The exit code of a fit in which no candidate could be simulated.
NOTHING_FOUND = 3
#: The exit code of a fit that has lost the workers which evaluate, or their scheduler.
WORKERS_LOST = 4

DESCRIPTION = "Fits the parameters of a neuron model to a current-clamp recording."


def run(argv: Sequence[str], prog: str, epilog: str = "") -> int:
    """Run a fit and return the exit code."""
    typed, argv = argv, with_run_file(FitOptions, argv, prog)
    command = shlex.join(["pyneuronautofit", *argv])
    if asks_to_resume(argv):
        if "--resume-or-start" in argv:
            raise UsageError("--resume RUN and --resume-or-start -a STAMP: leave one of them out")
        refuse_to_write(FitOptions, argv, prog)
        store, given = resume_request(argv, prog, DESCRIPTION)
        return _resume(store, given, command)
    config = parse_config(FitOptions, argv, prog, DESCRIPTION, epilog)
    if config.dry_run and config.prepare:
        raise UsageError("--dry-run simulates nothing, and --prepare does: leave one of them out")
    if config.extend and not config.resume_or_start:
        raise UsageError("--extend is for a run that is taken up again: give --resume RUN, too")
    if config.recording.endswith(".toml"):
        raise UsageError(f"{config.recording}: a run file is read by --run {config.recording}")

    begun = found_by_name(config) if config.resume_or_start else None
    if begun is not None:
        refuse_to_write(FitOptions, typed, prog)
        given = given_options(FitOptions, argv, prog, DESCRIPTION, epilog)
        return _resume(begun, given, command, whole=config)

    def session() -> FitSession:
        if argv != list(typed):
            _log.info("from a run file: %s", shlex.join(["pyneuronautofit", *typed]))
        return new_session(config, command)

    return writing_run_file(config, typed, prog, lambda: run_session(config, session))


def _resume(
    store: Path, given: dict[str, Any], command: str, whole: FitOptions | None = None
) -> int:
    """Take a run up again; `whole` are the options of a command that may have begun it, too."""
    # Before it is read, so that nobody changes it in the meantime.
    lock = RunLock(RunFiles(store.parent, store.stem).lock)
    with contextlib.ExitStack() as stack:
        with logging_to_screen():
            lock.acquire()
            stack.callback(lock.release)
        stored = stack.enter_context(open_run(store))
        if stored.losses:
            raise RunError(
                f"{store} is damaged ({'; '.join(stored.losses)}), so nothing is appended to it. "
                f"Start a new run from what is sound with -I {store}, or write that out with "
                "'export'"
            )
        with logging_to_screen():
            if whole is not None:
                check_same_command(stored, given, whole)
                given = {"minutes": whole.minutes, "stop_after": whole.stop_after, **given}
            config = agreed_config(stored, given)
        if whole is not None and has_ended(stored, config):
            return _say_ended(stored)
        return run_session(config, lambda: resumed_session(config, command, stored), lock)


def _say_ended(stored: RunReader) -> int:
    """Say that there is nothing to do for a run, and return the exit code that it ended with."""
    outcome = str(stored.sessions[-1].outcome)
    Screen().print(
        f"{stored.path.stem} has ended already ({outcome}), after {stored.n_evaluation} "
        "evaluations: nothing to do",
        soft_wrap=True,
        markup=False,
        highlight=False,
    )
    return NOTHING_FOUND if is_given_up(outcome) else 0


def run_session(
    config: FitOptions, open_session: Callable[[], FitSession], lock: RunLock | None = None
) -> int:
    """Do a run, new or taken up again, and return the exit code.

    Parameters
    ----------
    open_session
        Opens everything that it needs.
    lock
        The run's, where it is held already.
    """
    isa.require(config.isa)
    if config.scratch is not None:
        check_scratch(Path(config.scratch))
    algorithm_letter(config.algorithm)
    if config.figure is not None:
        from pyneuronautofit.plots import check_figure_path  # noqa: PLC0415 (slow to load)

        check_figure_path(Path(config.figure))
        check_outputs(config)
    with (
        logging_to_screen(config.log_level, to_screen=config.log_to_screen) as logs,
        Interruption() as interruption,
    ):
        _log.info("pyneuronautofit %s", __version__)
        with meanwhile(Screen(), "reading recording and model"), interruption.allowed():
            session = open_session()
        with session.problem.opened():
            # Whoever takes a run up has its lock already.
            held = lock or RunLock(session.files.lock)
            return _run(session, logs, interruption, held)


def _run(session: FitSession, logs: Logs, interruption: Interruption, lock: RunLock) -> int:
    config, problem, files = session.config, session.problem, session.files
    screen = Screen()
    with meanwhile(screen, "building the model"):
        check_session(session, interruption.allowed)
    print_plan(screen, config, session.opened, session.plan, files)
    if config.dry_run:
        screen.print("dry run: nothing was simulated and nothing was written")
        return 0
    if config.prepare:
        with meanwhile(screen, "compiling and comparing with NEURON"):
            prepare_session(session, interruption.allowed)
        said = f"prepared: {problem.simulator.description}; nothing of a run was written"
        screen.print(said, soft_wrap=True)
        return 0
    watching = partial(_watching, session, screen)
    progress = search_and_store(
        session, logs, lock, interruption.allowed, watching, exporting=interruption.hurried
    )
    if progress.interrupted and interruption.is_urgent:
        screen.print("interrupted by SIGTERM; stored is all up to the last whole generation")
        _print_next(session, progress, screen)
        return interruption.code
    # Everything is on disk. What follows simulates, unless the run was interrupted.
    with interruption.hurried() if progress.interrupted else interruption.allowed():
        code = _close(session, progress, screen)
    if progress.lost:
        return WORKERS_LOST
    return interruption.code if progress.interrupted else code


@contextlib.contextmanager
def _watching(
    session: FitSession, screen: Screen, start: Progress | None
) -> Iterator[Sequence[Observer]]:
    """Yield what shows how a search goes."""
    config, problem = session.config, session.problem
    pace = pace_of_session(session, start)
    with make_progress(screen, problem.whole, session.plan.generations, pace) as display:
        printed = _PrintedCheckpoints(config.print_every, problem, screen)
        yield [printed, display] if config.print_every > 0 else [display]


def _close(session: FitSession, progress: Progress, screen: Screen) -> int:
    with meanwhile(screen, "simulating the best models once more"):
        tell = closing_summary(
            session.opened,
            session.strategy,
            session.files,
            progress,
            session.notes_on(progress),
            figure=session.config.figure,
        )
    tell(screen)
    _print_next(session, progress, screen)
    return NOTHING_FOUND if progress.given_up else 0


def _print_next(session: FitSession, progress: Progress, screen: Screen) -> None:
    project = session.opened.model.cell_source.project
    print_next(screen, session.files.store, session.config, progress, project)


class _PrintedCheckpoints:
    """Prints the population every so many generations (the flag -p)."""

    def __init__(self, every: int, problem: Problem, screen: Screen) -> None:
        self._every = every
        self._problem = problem
        self._screen = screen

    def evaluated(self, generation: int, n_done: int, n_all: int) -> None:
        """Nothing is printed within a generation."""

    def generation(self, progress: Progress) -> None:
        """Print the population if its turn has come."""
        if progress.generation % self._every == 0:
            print_checkpoint(self._screen, self._problem, progress)
