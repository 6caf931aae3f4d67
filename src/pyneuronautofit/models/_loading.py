"""What a project file declares, found out by a process of its own.

A project file is a program: it may end the process that imports it, or never come to its end. Only
processes that build cells or reduce traces import it for good, and they may be lost, too; whoever
wants to know its parameters asks another one.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from pyneuronautofit._text import shortened
from pyneuronautofit.errors import ModelError
from pyneuronautofit.models._asking import ask, ending, reply
from pyneuronautofit.models._project import ParameterRow, read_project
from pyneuronautofit.models.mechanisms import load_mechanisms

_log = logging.getLogger(__name__)

# Longer than any file takes that only declares something; and processes that build cells have no
# more than a minute for it, unless the user gives them more.
_LIMIT_S = 600.0


@dataclass(frozen=True)
class Declaration:
    """What a project file declares, as far as other processes can know it.

    Attributes
    ----------
    parameters
        The rows of `param_nslh`.
    version
        Of the model.
    downsampler
        What the downsampler is called; None: there is none.
    """

    parameters: tuple[ParameterRow, ...]
    version: str
    downsampler: str | None


def read_declaration(path: Path, mods: Path | None, library: Path | None) -> Declaration:
    """Return what a project file declares.

    Parameters
    ----------
    path
        The file.
    mods, library
        As `load_mechanisms` takes them: it may make a cell while it is imported.

    Raises
    ------
    ModelError
        If it cannot be loaded, ends its process, or does not end.
    """
    words = ["" if each is None else str(each) for each in (path, mods, library)]
    waiting = f"the project file {path} is still being loaded"
    said, done = ask(__name__, words, _LIMIT_S, waiting=waiting)
    if done.output.strip():
        _log.info("the project file printed: %s", shortened(" ".join(done.output.split()), 400))
    if said is not None:
        rows = tuple(_row(*row) for row in said["parameters"])
        return Declaration(rows, said["version"], said["downsampler"])
    if done.late:
        raise ModelError(
            f"the project file {path} was not loaded within {_LIMIT_S:g} s: does it wait for "
            "something, or simulate while it is imported? Do that in a function instead."
        )
    raise ModelError(
        f"the project file {path} ended the process that loaded it ({ending(done)}). Correct it: "
        "it has to define 'fitmeneuron' and 'param_nslh' and go on to its end, without os._exit or "
        "h.quit()."
    )


def answer(words: Sequence[str]) -> None:
    """Read a project file and say what it declares; what `ask` calls."""
    file, *paths = (Path(word) if word else None for word in words)
    path, mods, library = paths
    if file is None or path is None:
        raise ValueError(f"expected the names of two files, found {words}")
    reply(file, partial(_declared, path, mods, library), f"{path}: it cannot be loaded")


def _declared(path: Path, mods: Path | None, library: Path | None) -> dict[str, Any]:
    load_mechanisms(mods, library)
    project = read_project(path)
    return {
        "parameters": project.parameters,
        "version": project.version,
        "downsampler": _name_of(project.downsampler),
    }


def _name_of(downsampler: object) -> str | None:
    """Return what result files call a downsampler, which need not be a function."""
    if downsampler is None:
        return None
    name = getattr(downsampler, "__name__", None)
    return shortened(name) if isinstance(name, str) else "downsampler"


def _row(names: str | list[str], *rest: Any) -> ParameterRow:
    scale, low, high = rest
    return (names if isinstance(names, str) else tuple(names)), scale, low, high
