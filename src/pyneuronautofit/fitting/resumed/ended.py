"""Whether there is anything left to do for a run."""

from __future__ import annotations

from pyneuronautofit._options import field_names
from pyneuronautofit.fitting.budget import Budget
from pyneuronautofit.fitting.engine import is_given_up
from pyneuronautofit.fitting.options import FitOptions
from pyneuronautofit.runs import RunReader

_LENGTHS = tuple(name for name in field_names(Budget) if name != "seed")


def has_ended(run: RunReader, config: FitOptions) -> bool:
    """Tell whether a run has ended by itself, and is not to be longer than it was to be then.

    A run in which no candidate could be scored has ended, too.

    Parameters
    ----------
    config
        What it would go on with.
    """
    last = run.sessions[-1] if run.sessions else None
    if last is None or last.outcome is None:
        return False
    if last.outcome != "finished" and not is_given_up(last.outcome):
        return False
    settings = last.content.get("settings")
    if not isinstance(settings, dict):
        return False
    return all(settings.get(name) == getattr(config, name) for name in _LENGTHS)
