"""Asking a run to stop that another process computes, perhaps on another computer.

The request is a file beside the store, which the search looks for between two generations. It
names whom it is for, the process that has the run's lock: so a request that came too late stops
nobody who takes the run up again.
"""

from __future__ import annotations

import contextlib
import json
import logging
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import asdict
from typing import Any

from pyneuronautofit._atomic import write_text
from pyneuronautofit._locks import Owner, owner_of, read_owner
from pyneuronautofit.errors import RunError
from pyneuronautofit.runs.stamp import RunFiles

_log = logging.getLogger(__name__)
_LARGEST = 10_000


def ask_to_stop(files: RunFiles) -> Owner:
    """Ask whoever computes a run to end it after the present generation, as Ctrl-C does.

    Returns
    -------
    Owner
        Who was asked.

    Raises
    ------
    RunError
        If nobody computes it.
    OutputError
        If nothing can be written beside the store.
    """
    owner = owner_of(files.lock)
    if owner is None or not owner.process:
        who = "nobody computes it" if owner is None else f"{files.lock} does not say who computes"
        raise RunError(f"the run {files.stamp} cannot be asked to stop: {who} at the moment")
    write_text(files.stop, json.dumps(asdict(owner)) + "\n")
    return owner


def is_asked_to_stop(files: RunFiles) -> bool:
    """Tell whether there is a request for whoever has the run's lock."""
    try:
        with files.stop.open("rb") as stream:
            asked = json.loads(stream.read(_LARGEST))
    except FileNotFoundError:
        return False
    except (OSError, ValueError, RecursionError) as error:
        _log.debug("%s is no request: %s", files.stop, error)
        return False
    owner = read_owner(files.lock)
    return owner is not None and asked == json.loads(json.dumps(asdict(owner)))


def forget_request(files: RunFiles) -> None:
    """Take away a request, whomever it is for; the caller has the run's lock."""
    with contextlib.suppress(OSError):
        files.stop.unlink()


def heeding(
    files: RunFiles, guard: Callable[[], AbstractContextManager[Any]]
) -> Callable[[], AbstractContextManager[Any]]:
    """Return the context of a generation that is not begun where the run is asked to stop."""

    @contextmanager
    def guarded() -> Iterator[None]:
        if is_asked_to_stop(files):
            _log.warning("asked to stop (%s)", files.stop.name)
            raise KeyboardInterrupt
        with guard():
            yield

    return guarded
