"""Evaluation modes that were defined in a notebook, as a plug-in's file beside the results."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pyneuronautofit._atomic import write_text
from pyneuronautofit.errors import OutputError, UsageError
from pyneuronautofit.library.by_source import gather
from pyneuronautofit.plugins import ObjectiveFunction, active_plugins, code_of

_DIGITS = 10
_HEAD = '"""Evaluation modes as pyneuronautofit was given them; good for --plugin, too."""\n\n'


def plugin_of(objectives: Sequence[Any], folder: Path) -> tuple[str, Path | None]:
    """Write the file of a plug-in that has evaluation modes of a notebook or script.

    Parameters
    ----------
    objectives
        Functions, `ObjectiveFunction`s, or classes as of `Objective`; see docs/plugins.md.
    folder
        Where it is written, called after its content.

    Returns
    -------
    str
        What the modes are called in -m: their names in braces.
    Path or None
        The file; None: there are no modes.

    Raises
    ------
    UsageError
        If one is no mode, or cannot be given to other processes as source.
    OutputError
        If the file cannot be written.
    """
    if isinstance(objectives, str) or not isinstance(objectives, Sequence):
        raise UsageError(
            f"objectives={objectives!r:.60}: expected a list of functions; modes that have a name "
            "already stand in modes, as in modes='OV{latency}'"
        )
    if not objectives:
        return "", None
    # What is no mode at all is found out before anything is written.
    with active_plugins(objectives=objectives):
        codes = "".join(code_of(each) for each in objectives)
    functions = {f"mode_{place}": _function(each) for place, each in enumerate(objectives)}
    gathered = gather(functions)
    if gathered.files:
        raise UsageError(
            f"the objectives use {', '.join(sorted(gathered.files))} beside the program, where "
            "other processes do not look. Define what they need here, or write the "
            "objectives into a file of their own, and give that: plugins=['FILE.py']"
        )
    text = f"{_HEAD}{gathered.text}\n\nOBJECTIVES = [{', '.join(gathered.names)}]\n"
    digest = hashlib.sha256(text.encode()).hexdigest()[:_DIGITS]
    path = folder / f"objectives-{digest}.py"
    if not path.is_file() or path.read_text(encoding="utf-8") != text:
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise OutputError(
                f"cannot make the folder {folder}: {error.strerror}. Give another one with output="
            ) from error
        write_text(path, text)
    return codes, path


def _function(thing: Any) -> Any:
    """Return what has a source: what a decorator has made is made again by it."""
    return thing.function if isinstance(thing, ObjectiveFunction) else thing
