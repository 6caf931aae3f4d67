"""Recordings as they are written on the command line: a file, and perhaps which of its sweeps."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from pyneuronautofit.errors import UsageError
from pyneuronautofit.fitting.config import FitConfig

ConfigT = TypeVar("ConfigT", bound=FitConfig)


def split_word(word: str) -> tuple[Path, str | None]:
    """Return the file that a word names, and the sweeps behind a colon; None: there are none.

    `cell.nwb:Long Square` and `cell.abf:3,5:12` have some. Where a file has a colon in its name,
    the longest beginning that is a file is taken.
    """
    path = Path(word)
    if ":" not in word or path.exists():
        return path, None
    places = [place for place, letter in enumerate(word) if letter == ":"]
    for place in reversed(places):
        if Path(word[:place]).is_file():
            return Path(word[:place]), word[place + 1 :]
    # There is no such file: its reader says so, of the name that was most likely meant.
    return Path(word[: places[0]]), word[places[0] + 1 :]


def recording_word(path: Path, sweeps: str | None) -> str:
    """Return what `split_word` takes apart."""
    return str(path) if sweeps is None else f"{path}:{sweeps}"


def recording_options(config: ConfigT) -> list[ConfigT]:
    """Return the options with which each recording is taken, as if it were the only one.

    Sweeps behind the name of a file are its own; --sweeps is for the files without any.

    Raises
    ------
    UsageError
        If two files have one name: results and masks tell recordings by these.
    """
    found = []
    for word in (config.recording, *config.beside):
        path, sweeps = split_word(word)
        own = config.sweeps if sweeps is None else sweeps
        found.append(replace(config, recording=str(path), beside=(), sweeps=own))
    names = [Path(each.recording).name for each in found]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise UsageError(
            f"two recordings are called {twice[0]}: files of one name cannot be told apart in "
            "results. Name the sweeps of one file together, or rename one of the files"
        )
    return found
