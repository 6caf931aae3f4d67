"""A run for whoever called from Python: interruptible, shown, logged beside their own logging."""

from __future__ import annotations

import contextlib
import logging
import signal
import threading
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from pyneuronautofit._version import __version__
from pyneuronautofit.errors import RunError
from pyneuronautofit.fitting import FitOptions, agreed_config
from pyneuronautofit.library.showing import not_shown, shown
from pyneuronautofit.runs import RunFiles, RunLock, open_run
from pyneuronautofit.sessions.command import command_of
from pyneuronautofit.sessions.interrupt import Interruption
from pyneuronautofit.sessions.logs import logging_to_screen
from pyneuronautofit.sessions.running import Guard, check_session, search_and_store
from pyneuronautofit.sessions.session import FitSession, resumed_session

_log = logging.getLogger(__name__)


def resume_run(path: Path, given: Mapping[str, Any], *, progress: bool) -> None:
    """Take a run up again, with the options that may be given anew."""
    lock = RunLock(RunFiles(path.parent, path.stem).lock)
    with contextlib.ExitStack() as stack:
        lock.acquire()
        stack.callback(lock.release)
        stored = stack.enter_context(open_run(path))
        if stored.losses:
            raise RunError(
                f"{path} is damaged ({'; '.join(stored.losses)}), so nothing is appended to it. "
                f"Start a new run from what is sound: fit(..., initial_population={str(path)!r})"
            )
        config = agreed_config(stored, given)
        command = f"{command_of(config)} --resume {path}"
        run_session(
            config, partial(resumed_session, config, command, stored), progress=progress, lock=lock
        )


def run_session(
    config: FitOptions,
    open_session: Callable[[], FitSession],
    *,
    progress: bool,
    lock: RunLock | None = None,
) -> Path:
    """Do a run, new or taken up again, and return its store."""
    with (
        logging_to_screen(config.log_level, beside_others=True) as logs,
        _interruptible() as guard,
    ):
        _log.info("pyneuronautofit %s, called from Python", __version__)
        with guard():
            session = open_session()
        with session.problem.opened():
            check_session(session, guard)
            held = lock or RunLock(session.files.lock)
            watching = partial(shown if progress else not_shown, session)
            done = search_and_store(session, logs, held, guard, watching)
            ends = (done.given_up, done.lost, done.stopped)
            for note in filter(None, (*ends, *session.notes_on(done))):
                _log.warning("%s", note)
    return session.files.store


@contextlib.contextmanager
def _interruptible() -> Iterator[Guard]:
    """Yield what lets Ctrl-C end a search; only the main thread is told of it."""
    if threading.current_thread() is not threading.main_thread():
        yield contextlib.nullcontext
        return
    with Interruption((signal.SIGINT,)) as interruption:
        yield interruption.allowed
