"""Runs that lie where somebody would look for them."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path

from pyneuronautofit.runs import is_store

_DEPTH = 2
# A home directory may have any number; looking is to take no time.
_MOST_FOLDERS = 1000


def stores_near(folder: Path, *, beside: bool) -> list[Path]:
    """Return the stores of runs near a folder, the newest first.

    They are those in it; where there are none, those in folders below it; and where there are none
    either, those in the folders beside it: recordings are often there, and a run is where its
    recording is.

    Parameters
    ----------
    beside
        Whether folders beside it are looked into.
    """
    siblings = _folders_in(folder.absolute().parent) if beside else iter(())
    for places in ([folder], _below(folder, _DEPTH), siblings):
        stores = _stores(islice(places, _MOST_FOLDERS))
        if stores:
            return stores
    return []


def _stores(folders: Iterable[Path]) -> list[Path]:
    found = [path for folder in folders for path in folder.glob("*.sqlite") if is_store(path)]
    return sorted(found, key=lambda path: path.stat().st_mtime, reverse=True)


def _below(folder: Path, depth: int) -> Iterator[Path]:
    """Yield the folders below a folder, the nearer ones first."""
    level = list(_folders_in(folder))
    yield from level
    if depth > 1:
        for each in level:
            yield from _below(each, depth - 1)


def _folders_in(folder: Path) -> Iterator[Path]:
    """Yield the folders in a folder where somebody may have put something, by their names."""
    try:
        names = sorted(entry.name for entry in os.scandir(folder) if entry.is_dir())
    except OSError:  # it is not ours to look into
        return
    for name in names:
        path = folder / name
        if not name.startswith((".", "__")) and not os.path.exists(path / "pyvenv.cfg"):
            yield path
