"""Paths in a run file begin at the file, on a command line where the user is."""

from __future__ import annotations

import os
from pathlib import Path

from pyneuronautofit._words import FileWord, Use
from pyneuronautofit.errors import RunError
from pyneuronautofit.fitting import recording_word, split_word
from pyneuronautofit.runs import find_store


def from_file(word: str, kind: FileWord, folder: Path) -> str:
    """Return what a word of a run file is on the command line.

    Parameters
    ----------
    kind
        What is done with what it names.
    folder
        The run file's.
    """
    if kind.or_literal and not _is_there(folder / word):
        return word
    if kind.use is Use.RUN and not _is_there(folder / word):
        try:
            return _here(find_store(word, folder))
        except RunError:
            return word  # the stamp of a run that is looked for elsewhere
    if os.path.isabs(word):
        return word
    # Neither links nor `..` are taken out of the word itself: they are the system's affair.
    base, rest = Path(os.path.realpath(folder)), word
    while rest.startswith(("../", "./")) or rest in {"..", "."}:
        first, _slash, rest = rest.partition("/")
        base = base.parent if first == ".." else base
        rest = rest.lstrip("/")
    return _here(base / rest)


def to_file(word: str, kind: FileWord, folder: Path) -> str:
    """Return what a word of the command line is in a run file; see `from_file`."""
    if os.path.isabs(word) or (kind.or_literal and not _is_there(Path(word))):
        return word
    path, sweeps = Path(word), None
    if kind.use is Use.READ:
        path, sweeps = split_word(word)
    elif kind.use is Use.RUN and not _is_there(path):
        try:
            path = find_store(word, Path.cwd())
        except RunError:
            return word
    # A link stays the link; how the folders before it are called here does not matter there.
    whole = Path(os.path.realpath(path.absolute().parent)) / path.name
    if path.name in {"", ".."}:
        whole = Path(os.path.realpath(path))
    return recording_word(Path(os.path.relpath(whole, os.path.realpath(folder))), sweeps)


def _here(path: Path) -> str:
    """Return a path from where the user is, where that is shorter."""
    here, whole = Path(os.path.realpath(Path.cwd())), Path.cwd() / path
    return str(whole.relative_to(here)) if whole.is_relative_to(here) else str(whole)


def _is_there(path: Path) -> bool:
    try:
        return path.exists()
    except (OSError, ValueError):  # a literal that is too long for a name
        return False
