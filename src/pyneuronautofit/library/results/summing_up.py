"""The closing summary of a run, out of its store."""

from __future__ import annotations

import io
from dataclasses import replace

from rich.console import Console

from pyneuronautofit._options import taken
from pyneuronautofit.fitting import (
    Budget,
    OpenedFit,
    build_search,
    plan_of,
    resumed_progress,
)
from pyneuronautofit.fitting.budget import lasting
from pyneuronautofit.fitting.notes.stuck import closing_notes
from pyneuronautofit.fitting.outcome.counted import finer_of
from pyneuronautofit.runs import RunReader
from pyneuronautofit.sessions.closing import closing_summary

_WIDTH = 100


def summary_of(stored: RunReader, opened: OpenedFit) -> str:
    """Return what the command says when a run has ended.

    Parameters
    ----------
    stored
        The run.
    opened
        What it was made from, again; the problem's simulators are open.
    """
    problem, config = opened.problem, opened.config
    search = build_search(config, problem, stored.info.initial)
    budget = taken(Budget, config, seed=getattr(config, "seed", None) or 0)
    strategy = lasting(search, plan_of(budget, search))
    progress = resumed_progress(stored, strategy, budget, gains=problem.no_gains, keep_all=False)
    progress = replace(progress, finer=finer_of(stored))
    notes = closing_notes(progress, strategy)
    tell = closing_summary(opened, strategy, stored.files, progress, notes)
    text = io.StringIO()
    tell(Console(file=text, width=_WIDTH, highlight=False, markup=False, emoji=False))
    return text.getvalue()
