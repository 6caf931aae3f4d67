"""The .mod files of a model that is imported."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from pyneuronautofit._text import quoted
from pyneuronautofit.errors import ModelError
from pyneuronautofit.models import declared_mechanism, mod_files

# NEURON's own density mechanisms.
_OF_NEURON = frozenset({"pas", "hh", "fastpas", "extracellular", ""})


def find_mods(folder: Path, given: Path | None, used: Iterable[str]) -> Sequence[Path]:
    """Return the .mod files of the mechanisms that a model uses.

    Parameters
    ----------
    folder
        Of the model; files are looked for in all of it, unless a folder was given.
    used
        Names of mechanisms.

    Raises
    ------
    ModelError
        If there is none for some of them, or no such folder.
    """
    if given is not None and not given.is_dir():
        raise ModelError(f"there is no folder {given} of .mod files")
    wanted = set(used) - _OF_NEURON
    files = sorted(folder.rglob("*.mod")) if given is None else mod_files(given)
    found: dict[str, Path] = {}
    for path in files:
        name = declared_mechanism(path)
        if name in wanted:
            found.setdefault(name, path)
    missing = sorted(wanted - set(found))
    if missing:
        raise ModelError(
            f"the model uses {quoted(missing)}, whose .mod files are not in {given or folder}; "
            "name their folder with --mods"
        )
    return [found[name] for name in sorted(found)]


def all_mods(folder: Path, given: Path | None) -> Sequence[Path]:
    """Return all .mod files of a model of which it is not known which it uses, one for each name.

    Raises
    ------
    ModelError
        If there is no such folder.
    """
    if given is not None and not given.is_dir():
        raise ModelError(f"there is no folder {given} of .mod files")
    found: dict[str, Path] = {}
    for path in sorted((given or folder).rglob("*.mod")):
        found.setdefault(declared_mechanism(path) or path.stem, path)
    return list(found.values())
