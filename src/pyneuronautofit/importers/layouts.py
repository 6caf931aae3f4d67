"""Which tool a model comes from, and what reads it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from pyneuronautofit._registry import table_by
from pyneuronautofit.errors import ModelError
from pyneuronautofit.importers.allen import import_allen, is_allen
from pyneuronautofit.importers.bluepyopt import import_bluepyopt, is_bluepyopt
from pyneuronautofit.importers.hoc import import_hoc, is_hoc
from pyneuronautofit.importers.neuroml import import_neuroml, is_neuroml
from pyneuronautofit.importers.project import ImportedModel, ImportSettings


@dataclass(frozen=True)
class Layout:
    """How a tool keeps its models.

    Attributes
    ----------
    name
        Of the tool.
    files
        What it consists of, for messages.
    fits
        Says whether a file or folder is such a model.
    read
        Reads it; the folder is for what is made on the way.
    """

    name: str
    files: str
    fits: Callable[[Path], bool]
    read: Callable[[Path, ImportSettings, Path], ImportedModel]


#: All that are known, by name.
LAYOUTS: Mapping[str, Layout] = table_by(
    lambda layout: layout.name,
    (
        Layout(
            "bluepyopt",
            "a folder with parameters.json, mechanisms.json and a morphology",
            is_bluepyopt,
            lambda path, settings, _folder: import_bluepyopt(path, settings),
        ),
        Layout(
            "allen",
            "a JSON file with 'genome' and 'passive' beside an SWC file",
            is_allen,
            lambda path, settings, _folder: import_allen(path, settings),
        ),
        Layout(
            "hoc",
            "a .hoc file with a template",
            is_hoc,
            lambda path, settings, _folder: import_hoc(path, settings),
        ),
        Layout("neuroml", "a .nml file with a <cell>", is_neuroml, import_neuroml),
    ),
)


def import_model(
    path: Path, settings: ImportSettings, folder: Path, layout: str | None = None
) -> ImportedModel:
    """Read a model of another tool.

    Parameters
    ----------
    path
        Its file or folder.
    folder
        An empty folder for what is made on the way; what is returned may refer to it.
    layout
        The tool; None: the first that such files are known of.

    Raises
    ------
    ModelError
        If it is of none, or cannot be understood.
    """
    if not path.exists():
        raise ModelError(f"there is no {path}")
    if layout is not None:
        return LAYOUTS[layout].read(path, settings, folder)
    for each in LAYOUTS.values():
        if each.fits(path):
            return each.read(path, settings, folder)
    known = "; ".join(f"{each.name}: {each.files}" for each in LAYOUTS.values())
    raise ModelError(f"{path} is no model of a tool that is known here ({known})")
