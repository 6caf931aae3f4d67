"""What every kind of export has: how it is written, and how its engine is asked."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from pyneuronautofit.exporters.flat import FlatCell
from pyneuronautofit.exporters.protocol import Protocol
from pyneuronautofit.fitting import FittedModel
from pyneuronautofit.models import mod_files

MODS, PROTOCOL = "mods", "protocol.json"


@dataclass(frozen=True)
class Exported:
    """What is exported.

    Attributes
    ----------
    model
        The class, and the values of the parameters.
    cell
        What NEURON makes of them.
    protocol
        The sweeps.
    """

    model: FittedModel
    cell: FlatCell
    protocol: Protocol

    @property
    def title(self) -> str:
        """What it is, in a line."""
        return self.model.title


def copy_mods(export: Exported, folder: Path) -> None:
    """Copy the model's .mod files, if it has some, into the folder `mods` of an export."""
    mods = export.model.source.mods
    if mods is not None:
        (folder / MODS).mkdir()
        for path in mod_files(mods):
            shutil.copyfile(path, folder / MODS / path.name)


def exports_all(_export: Exported) -> None:
    """Refuse nothing."""


@dataclass(frozen=True)
class ExportKind:
    """A kind of export.

    Attributes
    ----------
    name
        What --as calls it.
    modules
        What its engine needs of Python.
    remedy
        How these are installed.
    write
        Writes the files of an export into an empty folder.
    command
        What Python is given for replaying the sweeps: it writes `traces.csv` where it is started,
        which is in the folder.
    tolerance_mV
        How far its voltages may be from ours, anywhere.
    commented
        The files in which the proof is a comment.
    needs_channels
        Whether its engine needs the compiled .mod files.
    refuse
        Raises UsageError for a model that it cannot express.
    exact_tables
        Whether the engine computes what NEURON interpolates in TABLEs.
    """

    name: str
    modules: tuple[str, ...]
    remedy: str
    write: Callable[[Exported, Path], None]
    command: tuple[str, ...]
    tolerance_mV: float
    commented: tuple[str, ...]
    needs_channels: bool = False
    refuse: Callable[[Exported], None] = exports_all
    exact_tables: bool = False
