"""Command lines with --resume or --resume-or-start: which run is meant, and what else is there."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pyneuronautofit._options import Resumed, options_of, same_option
from pyneuronautofit.cli.parser import given_options
from pyneuronautofit.errors import RunError, UsageError
from pyneuronautofit.fitting import FitOptions, config_of, refuse_others
from pyneuronautofit.objectives import mask_text, used_mask
from pyneuronautofit.runs import RunReader, find_store
from pyneuronautofit.sessions.session import files_by_name

_FIXED = frozenset({Resumed.SAME})
_LONGER = frozenset({Resumed.LONGER, Resumed.EXTENDED})


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


def found_by_name(config: FitOptions) -> Path | None:
    """Return the store of the run that --resume-or-start means; None: it has to be begun.

    Raises
    ------
    UsageError
        If the command line does not say how it is called.
    """
    if config.run_stamp is None:
        raise UsageError(
            "--resume-or-start: expected -a STAMP, too, by which the run is found again"
        )
    store = files_by_name(config).store
    return store if store.exists() else None


def check_same_command(run: RunReader, given: Mapping[str, Any], whole: FitOptions) -> None:
    """Make sure that a run is what a whole command line begins, flags that it lacks included.

    What is compared in another way, files and what may be longer, is left to whoever resumes it.

    Parameters
    ----------
    given, whole
        The options that stand on the command line, and all of them.

    Raises
    ------
    UsageError
        If an option that decides its results is another.
    """
    was = config_of(run)
    fixed = {name for name, (each, _) in options_of(FitOptions).items() if each.resumed in _FIXED}
    longer = {name for name, (each, _) in options_of(FitOptions).items() if each.resumed in _LONGER}
    asked = {name: getattr(whole, name) for name in fixed | longer - given.keys()}
    if whole.seed is None:  # it was drawn
        del asked["seed"]
    if _mask_of(was) != _mask_of(whole):
        asked["mask"] = whole.mask
    refuse_others(
        was,
        asked,
        f"--resume-or-start -a {run.path.stem}",
        "The command has to be the one that began the run: repeat that, or choose another stamp "
        "(-a)",
    )


def _mask_of(config: FitOptions) -> Any:
    """Return what a mask says, however it is written; None: nothing."""
    text = None if config.mask is None else used_mask(mask_text(config.mask), config.modes)
    try:
        return None if text is None else ast.literal_eval(text)
    except (SyntaxError, ValueError, TypeError, RecursionError, MemoryError):
        return text  # whoever reads it says what is wrong with it
