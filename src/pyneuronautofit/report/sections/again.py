"""How to do it again: command lines that work wherever they are pasted."""

from __future__ import annotations

import shlex
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

from markupsafe import Markup

from pyneuronautofit._version import __version__
from pyneuronautofit.report.templating import rendered
from pyneuronautofit.runs import RunReader

_NAME = "pyneuronautofit"


def program() -> str:
    """Return how the program is called from any directory: by its name, or by its Python."""
    here = Path(sys.executable).with_name(_NAME)
    found = shutil.which(_NAME)
    # One of this name may belong to another environment.
    if found is not None and Path(found) == here:
        return _NAME
    return f"{shlex.quote(sys.executable)} -m {_NAME}"


def reproduce(run: RunReader, row: int | None = None) -> Markup:
    """Return the section that says how to do it again.

    Parameters
    ----------
    row
        The evaluation of a model that is worth a script; None: there is none.
    """
    return rendered(
        "reproduce.html",
        lines=list(_lines(run, row)),
        directory=run.info.places.get("directory") or "an unknown directory",
        version=__version__,
    )


def _lines(run: RunReader, row: int | None) -> Iterator[tuple[str, str]]:
    store, call = shlex.quote(str(run.path.absolute())), program()
    own = _own(run)
    yield "The same search again, under another stamp", _again(run, call)
    yield "Go on from its last generation", f"{call} --resume {store}{own}"
    yield "How it is doing", f"{call} status {store}"
    yield "All evaluations as a table, beside the run", f"{call} export {store} --formats csv"
    if row is not None:
        scripts = f"{call} export {store} --scripts {row}{own}"
        yield "A NEURON script of one model, the compromise, beside the run", scripts
    yield "This page again", f"{call} report {store}{own}"


def _own(run: RunReader) -> str:
    """Return the flags by which a reader agrees to run code of the run's; he may stand anywhere."""
    project, plugins = run.info.places.get("project"), run.info.settings.get("plugins") or []
    there = Path(str(run.info.places.get("directory") or "."))
    words = [] if project is None else ["--project", str(project)]
    words += [word for file in plugins for word in ("--plugin", str(there / str(file)))]
    return "".join(f" {shlex.quote(word)}" for word in words)


def _again(run: RunReader, call: str) -> str:
    """Return the command by which the run was begun, in the directory where that was."""
    command, seed = run.header.command, run.info.settings.get("seed")
    try:
        words = shlex.split(command)
    except ValueError:  # it is no shell's
        return command
    if words[:1] != [_NAME]:
        return command
    if not any(word.split("=")[0] == "--seed" for word in words) and seed is not None:
        words += ["--seed", str(seed)]
    if run.info.settings.get("run_stamp"):
        # The last one counts. Files of the first are there.
        words += ["-a", f"{run.path.stem}-again"]
    directory = run.info.places.get("directory")
    there = f"cd {shlex.quote(str(directory))} && " if directory else ""
    return f"{there}{call} {shlex.join(words[1:])}"
