"""A run: the search, with all that it finds in its store, and its log."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np

from pyneuronautofit.errors import OutputError, PyNeuronAutofitError
from pyneuronautofit.fitting import (
    Observer,
    Progress,
    Recorder,
    best_models,
    changed_versions,
    check_simulator,
    resumed_progress,
    search,
)
from pyneuronautofit.fitting.notes.stuck import StuckNotes
from pyneuronautofit.fitting.outcome.best import finer_best_sums
from pyneuronautofit.fitting.outcome.counted import finer_of
from pyneuronautofit.runs import (
    GzipLogHandler,
    RunLock,
    RunWriter,
    ScratchFolder,
    SnapshotWriter,
    create_store,
    forget_request,
    heeding,
)
from pyneuronautofit.sessions.logs import Logs
from pyneuronautofit.sessions.progress import Pace
from pyneuronautofit.sessions.session import FitSession

_log = logging.getLogger(__name__)

# Some may fail; so many are tried until some can be compared with NEURON.
_N_PREPARED = 8

#: Makes the context in which a KeyboardInterrupt may end the search.
Guard: TypeAlias = Callable[[], AbstractContextManager[Any]]
#: Makes who looks on, given where the search begins; None: at the beginning.
Watching: TypeAlias = Callable[[Progress | None], AbstractContextManager[Sequence[Observer]]]


def check_session(session: FitSession, guard: Guard) -> None:
    """Find out whether the model can be simulated, and by what it was.

    Raises
    ------
    ModelError
        If the model cannot be built, or lacks a parameter.
    RunError
        If the run was simulated by another simulator.
    """
    with guard():
        session.problem.check()
    if session.stored is not None:
        check_simulator(session.stored, session.opened, extend=session.config.extend)


def prepare_session(session: FitSession, guard: Guard) -> None:
    """Have everything compiled and compared that runs of this kind need, and keep no result.

    The candidates are the same ones whatever the run's seed is.
    """
    problem = session.problem
    x = problem.space.sample(np.random.default_rng(0), _N_PREPARED)
    with guard():
        problem.evaluate(x, with_residuals=session.strategy.needs_residuals)


def pace_of_session(session: FitSession, start: Progress | None) -> Pace:
    """Return the pace of a search from where it begins; `start` None: at its beginning."""
    n_before, before_s = (0, 0.0) if start is None else (len(start.history), start.seconds)
    minutes = session.config.minutes
    most_s = None if minutes is None else 60.0 * minutes - before_s
    return Pace(session.n_evaluation, n_before, most_s)


def search_and_store(
    session: FitSession,
    logs: Logs,
    lock: RunLock,
    guard: Guard,
    watching: Watching,
    *,
    exporting: Guard = contextlib.nullcontext,
) -> Progress:
    """Search until the budget is used or somebody interrupts; everything is on disk in the end.

    Parameters
    ----------
    logs
        Where records go; the run's file is added.
    lock
        The run's; held already where a run is taken up again. It is released.
    exporting
        Makes the context in which a KeyboardInterrupt may cut off the files of the end.
    """
    with contextlib.ExitStack() as stack:
        if session.stored is None:
            session.files.prepare()
            lock.acquire()
        stack.callback(lock.release)
        # One that nobody heeded any more.
        stack.callback(forget_request, session.files)
        return _store(session, logs, guard, watching, exporting)


def _store(
    session: FitSession, logs: Logs, guard: Guard, watching: Watching, exporting: Guard
) -> Progress:
    config, files, stored = session.config, session.files, session.stored
    if stored is None:
        files.refuse_taken()
        create_store(files.store, session.run_info())
    with _writer(session) as writer:
        if not config.log_to_screen:
            logs.open_file(GzipLogHandler(files.log, go_on=stored is not None))
        _log.info("command: %s", session.command)
        _log.info("seed %d", config.seed)
        start = None if stored is None else _taken_up(session, writer)
        writer.begin_session(session.content())
        try:
            recorder = _recorder(session, writer, exporting)
            progress = _search(session, recorder, guard, watching, start)
            progress = _with_finer_sums(session, progress, guard)
            if progress.finer is not None:
                writer.note_finer(progress.finer.as_json())
            for note in session.notes_on(progress):
                _log.info("%s", note)
            recorder.finish(progress)
        except PyNeuronAutofitError as error:
            with contextlib.suppress(OutputError):
                writer.end_session(str(error))
            raise
        _log.info("%d evaluations in %.1f s", len(progress.history), progress.seconds)
    return progress


@contextlib.contextmanager
def _writer(session: FitSession) -> Iterator[RunWriter]:
    """Yield what writes the store of a session, and close it in the end."""
    store, info, scratch = session.files.store, session.run_info(), session.config.scratch
    if scratch is None:
        with contextlib.closing(RunWriter(store, info)) as writer:
            yield writer
        return
    with (
        ScratchFolder(Path(scratch).absolute(), session.files.stamp) as folder,
        contextlib.closing(SnapshotWriter(store, info, folder)) as writer,
    ):
        _log.info("the store is written in %s", folder.path)
        yield writer


def _taken_up(session: FitSession, writer: RunWriter) -> Progress:
    """Return where a run that is taken up again goes on, and let its store be written to."""
    stored = session.stored
    if stored is None:
        raise ValueError("a new run was to be taken up again")
    for change in changed_versions(stored, session.opened):
        _log.warning("%s: the last digits may be others from here on", change)
    start = resumed_progress(
        stored, session.strategy, session.budget, gains=session.problem.no_gains, keep_all=False
    )
    start = replace(start, finer=finer_of(stored))
    writer.go_on(stored)
    _log.info("taken up after generation %d", start.generation)
    # Whoever has a store open last puts it in order; that should be the writer.
    stored.close()
    return start


def _recorder(session: FitSession, writer: RunWriter, exporting: Guard) -> Recorder:
    config = session.config
    return Recorder(
        session.files,
        session.header,
        session.problem,
        session.strategy,
        writer,
        config.dump_every,
        config.log_population,
        config.log_archive,
        config.krayzman_debug,
        config.evaluations_file == "yes",
        exporting,
    )


def _search(
    session: FitSession,
    recorder: Recorder,
    guard: Guard,
    watching: Watching,
    start: Progress | None,
) -> Progress:
    with watching(start) as others:
        observers: list[Observer] = [recorder, StuckNotes(session.strategy, session.plan), *others]
        # The store has all evaluations.
        return search(
            session.problem,
            session.strategy,
            session.budget,
            _All(observers),
            heeding(session.files, guard),
            start=start,
            keep_all=False,
        )


def _with_finer_sums(session: FitSession, progress: Progress, guard: Guard) -> Progress:
    """Return a search that has ended with what its best models score with finer steps."""
    if progress.interrupted:
        return progress
    problem = session.problem
    try:
        with heeding(session.files, guard)():
            best = best_models(progress, problem.whole)
            return replace(progress, finer=finer_best_sums(problem, best))
    except KeyboardInterrupt:
        # Everything is there that was asked for.
        return progress


class _All:
    """Several observers as one."""

    def __init__(self, observers: Sequence[Observer]) -> None:
        self._observers = observers

    def evaluated(self, generation: int, n_done: int, n_all: int) -> None:
        """Tell all of them."""
        for observer in self._observers:
            observer.evaluated(generation, n_done, n_all)

    def generation(self, progress: Progress) -> None:
        """Tell all of them."""
        for observer in self._observers:
            observer.generation(progress)
