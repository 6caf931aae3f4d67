"""Which mechanism libraries there are, what is in them, and loading one into NEURON.

A name can be given to only one mechanism in a process, and NEURON itself loads the library of the
working directory when it is imported. So a library is loaded only if none of its mechanisms is
there, and before anything is compiled or loaded it is found out what the present one provides.
"""

from __future__ import annotations

import ctypes
import logging
import os
import platform
import re
import tempfile
from collections.abc import Iterable, Sequence
from functools import partial
from pathlib import Path

from pyneuronautofit._text import quoted
from pyneuronautofit.errors import ModelError
from pyneuronautofit.models._asking import ask, ending, reply
from pyneuronautofit.models._neuron import import_neuron, known_mechanisms

_log = logging.getLogger(__name__)

_COMMENT = re.compile(r"^\s*COMMENT\b.*?^\s*ENDCOMMENT\b|[:?][^\n]*", re.DOTALL | re.MULTILINE)
_NAME = re.compile(r"\b(?:SUFFIX|POINT_PROCESS|ARTIFICIAL_CELL)\s+(\w+)")
# NEURON needs a second or two to load a library.
_LIMIT_S = 120.0
# What NEURON itself would load.
_IGNORED = ("NRN_NMODL_PATH", "NEURON_MODULE_OPTIONS")


def library_of_working_directory(folder: Path) -> Path | None:
    """Return the library that `nrnivmodl` left in a folder (NEURON loads it itself), or None."""
    machine = platform.machine()
    names = ("libnrnmech.so", "libnrnmech.dylib")
    places = (folder / machine, folder / machine / ".libs", folder / ".libs")
    found = (place / name for place in places for name in names)
    return next((path for path in found if path.is_file()), None)


def mod_files(folder: Path) -> list[Path]:
    """Return the .mod files of a folder, by name: what is called so and is a file."""
    return sorted(path for path in folder.glob("*.mod") if path.is_file())


def declared_mechanisms(mods_folder: Path) -> frozenset[str]:
    """Return the names of the mechanisms that the .mod files of a folder declare."""
    names = {declared_mechanism(path) for path in mod_files(mods_folder)}
    return frozenset(name for name in names if name is not None)


def declared_mechanism(mod: Path) -> str | None:
    """Return the name of the mechanism that a .mod file declares, or None."""
    text = mod.read_text(encoding="utf-8", errors="replace")
    found = _NAME.search(_COMMENT.sub(" ", text))
    return None if found is None or found[1] == "nothing" else found[1]


def mechanisms_of_library(library: Path) -> frozenset[str]:
    """Return the names of the mechanisms in a compiled library.

    It is loaded by another process, so that this one need not have NEURON.

    Raises
    ------
    ModelError
        If NEURON cannot load it.
    """
    with tempfile.TemporaryDirectory(prefix="pyneuronautofit-") as empty:
        found, done = ask(
            __name__, [str(library.absolute())], _LIMIT_S, folder=Path(empty), without=_IGNORED
        )
    if found is None:
        why = f"it took longer than {_LIMIT_S:g} s" if done.late else ending(done)
        raise ModelError(
            f"NEURON cannot load the compiled mechanisms {library}; they were probably made by "
            f"another version of it. Delete the folder {library.parent}, or make it anew with "
            f"'nrnivmodl mods' in {library.parent.parent}. ({why})"
        )
    return frozenset(found)


def answer(words: Sequence[str]) -> None:
    """Say which mechanisms a library has; what `ask` calls."""
    file, library = words
    reply(Path(file), partial(_new_mechanisms, library), f"NEURON cannot load {library}")


def _new_mechanisms(library: str) -> list[str] | None:
    before = known_mechanisms()
    loaded = bool(import_neuron().h.nrn_load_dll(library))
    return sorted(known_mechanisms() - before) if loaded else None


def load_mechanisms(mods: Path | None, library: Path | None) -> None:
    """Load a model's mechanisms into this process's NEURON, unless it has them already.

    Parameters
    ----------
    mods
        The folder of the .mod files, which say what the model needs; None: not known.
    library
        The compiled library that provides them; None: NEURON has to have them itself.

    Raises
    ------
    ModelError
        If NEURON has some of the mechanisms but not all, or the library cannot be loaded.
    """
    needed = declared_mechanisms(mods) if mods is not None else frozenset[str]()
    known = known_mechanisms()
    if needed and needed <= known:
        return
    if library is not None and not _is_loaded(library):
        if needed & known:
            raise ModelError(_in_the_way(needed, known, _loaded_by_neuron()))
        _load(library)
        known = known_mechanisms()
    if needed - known:
        place = f"{library} does" if library is not None else "NEURON's own libraries do"
        raise ModelError(
            f"the model needs the mechanisms {quoted(sorted(needed - known))}, declared in {mods}, "
            f"but {place} not have them. Run 'nrnivmodl mods' again."
        )


def check_complete(library: Path, needed: frozenset[str]) -> bool:
    """Return whether a library that NEURON loads by itself provides what is needed.

    Raises
    ------
    ModelError
        If it has some of the mechanisms but not all: then no other library can be loaded.
    """
    provided = mechanisms_of_library(library)
    if needed & provided and needed - provided:
        raise ModelError(_in_the_way(needed, provided, [library]))
    return needed <= provided


def warn_if_stale(library: Path, mods: Path) -> None:
    """Log a warning if a .mod file is newer than the library that was made of it."""
    newest = max(mod_files(mods), key=lambda path: path.stat().st_mtime, default=None)
    if newest is not None and newest.stat().st_mtime > library.stat().st_mtime:
        _log.warning(
            "%s was changed after %s had been compiled; run 'nrnivmodl mods' again, or delete the "
            "folder %s, if the change is to take effect",
            newest,
            library,
            library.parent,
        )


def _load(library: Path) -> None:
    h = import_neuron().h
    try:
        loaded = bool(h.nrn_load_dll(str(library)))
    except RuntimeError as error:
        raise ModelError(
            f"NEURON refused the compiled mechanisms {library} ({error}). It has a mechanism of "
            f"the same name already{_from_where(_loaded_by_neuron())}; rename or remove one."
        ) from error
    if not loaded:
        raise ModelError(
            f"NEURON cannot load the compiled mechanisms {library}. Delete this file (it is made "
            "again when it is needed) or compile with 'nrnivmodl mods'."
        )


def _is_loaded(library: Path) -> bool:
    try:
        ctypes.CDLL(str(library), mode=os.RTLD_NOLOAD | os.RTLD_NOW)
    except OSError:
        return False
    return True


def _loaded_by_neuron() -> list[Path]:
    """Return the libraries that NEURON has loaded when it was imported."""
    named = os.environ.get("NRN_NMODL_PATH", "").split(":")
    folders = [Path.cwd(), *(Path(name) for name in named if name)]
    found = (library_of_working_directory(folder) for folder in folders)
    return [library for library in found if library is not None]


def _in_the_way(needed: frozenset[str], present: frozenset[str], libraries: Iterable[Path]) -> str:
    found = list(libraries)
    folder = found[0].parent if found else "that it was made in"
    return (
        f"the model needs the mechanisms {quoted(sorted(needed))}. NEURON has"
        f"{_from_where(found)} {quoted(sorted(needed & present))}, but not "
        f"{quoted(sorted(needed - present))}, and cannot load a second library with the same "
        f"names. Delete the folder {folder}, or compile all of them again with 'nrnivmodl mods'."
    )


def _from_where(libraries: list[Path]) -> str:
    return f" from {quoted(map(str, libraries))}" if libraries else ""
