"""Which files of a project's folder may be a part of its model.

A project file imports what lies beside it, packages and folders included, and a file that is added
there may take the place of a library. So whatever Python can import from the folder is a part of
the model, and so is what NEURON reads. What is left out is what nobody imports by its name: hidden
folders, virtual environments, and the caches of bytecode, which `_importing.py` does not read.
"""

from __future__ import annotations

import os
import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib.machinery import all_suffixes
from pathlib import Path

# JSON is not among them: a run writes such files, perhaps into the same folder.
_MODEL_SUFFIXES = frozenset({".py", ".hoc", ".ses", ".swc", ".asc", ".tem"})
# Bytecode and compiled modules of Python: what is to be imported, if it is not in a cache.
_IMPORTED = tuple(all_suffixes())
_MECHANISMS = frozenset({".mod", ".inc"})
# What nrnivmodl makes: the .mod files stand for it, since two compilers make two of them.
_COMPILED = "libnrnmech."

# A model has some dozens. Somebody may have put the project file into a folder of a million files.
_MOST_FILES = 2_000
_MOST_LOOKED_AT = 50_000
# What `fitting/standalone.txt` begins with.
_EXPORTED = re.compile(r"model_\d+\.py")
_MARK, _MOST_OF_HEAD = b"Written by pyneuronautofit", 1000
# The folder of an export begins so, and ends with how it is called; it has a proof.
_EXPORT = re.compile(r".*-model_\d+-[a-z]+(-unproven)?", re.DOTALL)
_PROOF = "proof.json"
_DEEPEST = 8


@dataclass
class FilesOfFolder:
    """The files of a project's folder that may be a part of its model.

    Attributes
    ----------
    paths
        By their names in the folder, `lib/cell.py`; sorted.
    left_out
        Why some are missing; "": none is.
    """

    paths: dict[str, Path] = field(default_factory=dict)
    left_out: str = ""


def is_passed_over(folder: Path) -> bool:
    """Say whether nothing in a folder is taken as a part of the model: by its name, or a look."""
    name = folder.name
    if name.startswith(".") or name == "__pycache__":
        return True
    if _EXPORT.fullmatch(name) and os.path.lexists(folder / _PROOF):
        return True
    return any(os.path.lexists(folder / mark) for mark in ("pyvenv.cfg", "conda-meta"))


def beside(folder: Path) -> dict[str, Path]:
    """Return the files that lie in a folder itself and that a model is made of, by name.

    That is what runs of the first versions know.
    """
    found = sorted(p for p in folder.iterdir() if p.suffix in _MODEL_SUFFIXES and p.is_file())
    return {path.name: path for path in found}


def was_always_known(name: str) -> bool:
    """Say whether runs of the first versions know a file that has this name in `model_digests`."""
    folder, _slash, file = name.rpartition("/")
    suffix = Path(file).suffix
    if folder:
        return folder == "mods" and suffix == ".mod"
    return suffix in _MODEL_SUFFIXES or file.startswith(_COMPILED)


def files_below(folder: Path, mods: Path | None = None) -> FilesOfFolder:
    """Return the files in a folder, and in the folders in it, that may be a part of a model.

    Parameters
    ----------
    mods
        The folder of the model's .mod files, where others look after these.
    """
    found = FilesOfFolder()
    n_looked_at = 0
    # Folders of which each is in the one before, as they are called, and what they truly are.
    begun: tuple[Path, str, tuple[str, ...]] = (folder, "", (os.path.realpath(folder),))
    waiting = deque([begun])
    while waiting:
        place, prefix, chain = waiting.popleft()
        elsewhere = _MECHANISMS if mods is not None and _is_same(place, mods) else frozenset[str]()
        for entry in _entries(place):
            n_looked_at += 1
            if len(found.paths) == _MOST_FILES or n_looked_at > _MOST_LOOKED_AT:
                found.left_out = f"there are too many files in {folder}"
                return _sorted(found)
            path, name = place / entry.name, prefix + entry.name
            if _may_be_part(path, elsewhere) and _is(entry, "file") and not _is_exported(path):
                found.paths[name] = path
                continue
            if not _is(entry, "folder") or is_passed_over(path):
                continue
            truly = os.path.realpath(path)
            if truly in chain:  # a link to where it lies
                continue
            if len(chain) > _DEEPEST:
                found.left_out = f"{path} lies too deep in {folder}"
                continue
            waiting.append((path, f"{name}/", (*chain, truly)))
    return _sorted(found)


def _is_exported(path: Path) -> bool:
    """Say whether a file is a script that `export` has written: of a model, and no part of it."""
    if not _EXPORTED.fullmatch(path.name):
        return False
    try:
        with path.open("rb") as stream:
            return _MARK in stream.read(_MOST_OF_HEAD)
    except OSError:
        return False


def _may_be_part(path: Path, elsewhere: frozenset[str]) -> bool:
    if path.name.startswith(_COMPILED) or path.suffix in elsewhere:
        return False
    return path.suffix in _MODEL_SUFFIXES | _MECHANISMS or path.name.endswith(_IMPORTED)


def _sorted(found: FilesOfFolder) -> FilesOfFolder:
    return FilesOfFolder(dict(sorted(found.paths.items())), found.left_out)


def _entries(folder: Path) -> Iterator[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            # As many as may be looked at, and one more, which says that there are others.
            some = [entry for entry, _n in zip(entries, range(_MOST_LOOKED_AT + 1))]
    except OSError:  # nobody can import from it, either
        return
    yield from sorted(some, key=lambda entry: entry.name)


def _is(entry: os.DirEntry[str], what: str) -> bool:
    try:
        return entry.is_file() if what == "file" else entry.is_dir()
    except OSError:
        return False


def _is_same(one: Path, other: Path) -> bool:
    return os.path.realpath(one) == os.path.realpath(other)
