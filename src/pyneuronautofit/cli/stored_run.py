"""A run that a command reads: opened, with a warning for everything that its store has lost."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path

from pyneuronautofit.runs import RunReader, open_run

_log = logging.getLogger(__name__)


def opened_run(run: str | Path) -> RunReader:
    """Open a run for reading, by its stamp or the path of its store, and warn of its losses.

    Raises
    ------
    RunError
        If there is no such run, or its store is no store or too damaged.
    """
    opened = open_run(run)
    warn_of_losses(opened.path, opened.losses)
    return opened


def warn_of_losses(store: Path, losses: Sequence[str]) -> None:
    """Warn of everything that a store has lost."""
    for loss in losses:
        _log.warning("%s is damaged: %s", store, loss)
