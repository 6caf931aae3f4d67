"""Command lines with --resume: which run is meant, and what else stands there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pyneuronautofit._options import same_option
from pyneuronautofit.cli.parser import given_options
from pyneuronautofit.errors import RunError
from pyneuronautofit.fitting import FitOptions
from pyneuronautofit.runs import find_store


@dataclass(frozen=True, kw_only=True)
class _ResumeConfig(FitOptions):
    """The options of a fit that need no recording: the run knows which it is."""

    recording: str | None = same_option(FitOptions, "recording", default=None)  # type: ignore[assignment]


def asks_to_resume(argv: Sequence[str]) -> bool:
    """Tell whether a command line has the flag --resume."""
    return any(word == "--resume" or word.startswith("--resume=") for word in argv)


def resume_request(argv: Sequence[str], prog: str, description: str) -> tuple[Path, dict[str, Any]]:
    """Read a command line with --resume.

    Returns
    -------
    Path
        The run's store.
    dict
        What stands on the command line: field -> value.

    Raises
    ------
    RunError
        If there is no such run.
    """
    given = given_options(_ResumeConfig, argv, prog, description)
    run, output, recording = (given.get(n) for n in ("resume", "output", "recording"))
    places = [Path.cwd()]
    places += [Path(output)] if output else []
    places += [Path(recording).parent] if recording else []
    for place in places[1:]:
        try:
            return find_store(str(run), place), given
        except RunError:
            continue
    return find_store(str(run), places[0]), given
