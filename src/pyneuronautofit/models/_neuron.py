"""NEURON as it is installed here: the module, its version, its files, the mechanisms it knows.

NEURON is imported inside functions on purpose: importing it takes a while, prints, and loads the
mechanism library of the working directory, none of which a command that simulates nothing wants.
"""

from __future__ import annotations

import importlib
import importlib.metadata
import importlib.util
import os
from pathlib import Path
from typing import Any

from pyneuronautofit.errors import ModelError

_DISTRIBUTIONS = ("neuron", "neuron-nightly")
_NOT_INSTALLED = "NEURON is not installed in this Python; install it with 'pip install neuron'"


def import_neuron() -> Any:
    """Import NEURON without its window system and banner, and return its module.

    Raises
    ------
    ModelError
        If NEURON is not installed.
    """
    # Without a display NEURON warns on standard output, where commands print their results.
    os.environ.setdefault("NEURON_MODULE_OPTIONS", "-nogui -nobanner")
    try:
        return importlib.import_module("neuron")
    except ImportError as error:
        raise ModelError(f"{_NOT_INSTALLED}. (Python says: {error})") from error


def known_mechanisms() -> frozenset[str]:
    """Return the names of all density mechanisms and point processes NEURON has at this moment."""
    h = import_neuron().h
    names = set()
    for kind in (0, 1):
        types = h.MechanismType(kind)
        for index in range(int(types.count())):
            types.select(index)
            name = h.ref("")
            types.selected(name)
            names.add(name[0])
    return frozenset(names)


def neuron_version() -> str:
    """Return the version of the installed NEURON, without importing it.

    Raises
    ------
    ModelError
        If NEURON is not installed.
    """
    for distribution in _DISTRIBUTIONS:
        try:
            return importlib.metadata.version(distribution)
        except importlib.metadata.PackageNotFoundError:
            continue
    raise ModelError(f"{_NOT_INSTALLED}.")


def neuron_files() -> Path:
    """Return the folder of the NEURON wheel that has `bin`, `lib`, `include` and `share`.

    Raises
    ------
    ModelError
        If NEURON is not installed, or not from a wheel.
    """
    found = importlib.util.find_spec("neuron")
    if found is None or found.origin is None:
        raise ModelError(f"{_NOT_INSTALLED}.")
    files = Path(found.origin).parent / ".data"
    if not (files / "bin" / "nrnivmodl").is_file():
        raise ModelError(
            f"the mechanisms of the model cannot be compiled: expected nrnivmodl in "
            f"{files / 'bin'}, as the NEURON wheel has it, but it is not there. Install the wheel "
            "('pip install neuron'), or run 'nrnivmodl' on the folder of the .mod files in the "
            "working directory yourself."
        )
    return files
