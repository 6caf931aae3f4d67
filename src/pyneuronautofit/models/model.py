"""The neuron model of a run: the user's project file or the built-in cell, ready for workers."""

from __future__ import annotations

import importlib
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from pyneuronautofit._version import __version__
from pyneuronautofit.models._compile import compiled_library, mods_of
from pyneuronautofit.models._files import beside, files_below
from pyneuronautofit.models._loading import read_declaration
from pyneuronautofit.models._profiles import Profile
from pyneuronautofit.models._project import CellFactory, ParameterRow, find_project, read_project
from pyneuronautofit.models._reducing import ProjectDownsampler
from pyneuronautofit.models.mechanisms import (
    check_complete,
    declared_mechanisms,
    library_of_working_directory,
    load_mechanisms,
    mechanisms_of_library,
    mod_files,
    warn_if_stale,
)
from pyneuronautofit.models.thalamocortical.parameters import PARAMETERS

_log = logging.getLogger(__name__)

BUILT_IN_MODS = Path(__file__).parent / "thalamocortical" / "mods"


def model_files(source: CellSource) -> dict[str, Path]:
    """Return the files that may be a part of a model, its .mod files left out, by their names.

    Those of a project are named as in its folder, `lib/cell.py`.
    """
    if source.project is None:
        return beside(BUILT_IN_MODS.parent)
    return files_below(source.project.parent, source.mods).paths


def left_out_of_model(source: CellSource) -> str:
    """Return why `model_files` may lack some; "" where it does not."""
    return "" if source.project is None else files_below(source.project.parent).left_out


def files_of_model(project: Path | None, working_directory: Path) -> list[Path]:
    """Return the files that a user's model consists of; nothing of them is run.

    Parameters
    ----------
    project, working_directory
        As `load_model` takes them.

    Raises
    ------
    ModelError
        If there is no such project file.
    """
    path = find_project(project, working_directory)
    folder = working_directory if path is None else path.parent
    mods = mods_of(folder) or mods_of(working_directory)
    files = [] if mods is None else mod_files(mods)
    return files if path is None else [path, *files_below(folder, mods).paths.values(), *files]


@dataclass(frozen=True)
class CellSource:
    """Where a process gets the cell from: a record that can be pickled.

    Attributes
    ----------
    project
        The project file; None: the built-in cell.
    mods
        The folder of the .mod files; None: the model has none, or only a compiled library.
    library
        The compiled library with its mechanisms; None: it needs none.
    """

    project: Path | None
    mods: Path | None
    library: Path | None

    def profiles(self) -> Mapping[str, Profile]:
        """Return how parameters depend on the distance from the soma; raises as `load`."""
        return {} if self.project is None else read_project(self.project).profiles

    def load(self) -> CellFactory:
        """Load the mechanisms into this process's NEURON and return what makes cells.

        Raises
        ------
        ModelError
            If the mechanisms or the project file cannot be loaded.
        """
        load_mechanisms(self.mods, self.library)
        if self.project is not None:
            return read_project(self.project).make_cell
        # This module imports NEURON, so it must not be imported before the mechanisms are loaded.
        module = importlib.import_module("pyneuronautofit.models.thalamocortical.cell")
        return cast(CellFactory, module.ThalamocorticalCell)


@dataclass(frozen=True)
class Model:
    """A model whose parameters can be searched.

    Attributes
    ----------
    version
        Stands in the stamp of a run.
    parameters
        Rows of name or names, scale, low, high; their meaning is checked by the parameter space.
    downsampler
        Given a step in ms, returns the new one; given an array, the reduced trace. Or None.
    cell_source
        Where simulator processes get the cell from.
    description
        What the model is, for the log.
    """

    version: str
    parameters: tuple[ParameterRow, ...]
    downsampler: Callable[[Any], Any] | None
    cell_source: CellSource
    description: str


def load_model(project: Path | None, working_directory: Path) -> Model:
    """Load the model of a run and compile its mechanisms where necessary.

    Parameters
    ----------
    project
        A project file or a folder with one; None: `project.py` in the working directory if it is
        there, else the built-in thalamocortical cell, for which NEURON is not imported here.
    working_directory
        Where the run was started. A library compiled there is used, as NEURON itself does.

    Raises
    ------
    ModelError
        If the project file or the mechanisms are not usable.
    """
    path = find_project(project, working_directory)
    return _built_in(working_directory) if path is None else _from_project(path, working_directory)


def _built_in(working_directory: Path) -> Model:
    source = _built_in_source(working_directory)
    return Model(__version__, PARAMETERS, None, source, "the built-in thalamocortical cell")


def _built_in_source(working_directory: Path) -> CellSource:
    needed = declared_mechanisms(BUILT_IN_MODS)
    library = _library_of_run(working_directory, needed)
    if library is None:
        return CellSource(None, BUILT_IN_MODS, compiled_library(BUILT_IN_MODS))
    # Whoever compiled a library may have changed the equations: its own files are the true ones.
    own = mods_of(working_directory)
    same = own is not None and needed <= declared_mechanisms(own)
    return CellSource(None, own if same else BUILT_IN_MODS, library)


def _from_project(path: Path, working_directory: Path) -> Model:
    mods = mods_of(path.parent) or mods_of(working_directory)
    library = _library_of_project(path.parent, working_directory, mods)
    declared = read_declaration(path, mods, library)
    downsampler = None
    if declared.downsampler is not None:
        downsampler = ProjectDownsampler(path, mods, library, declared.downsampler)
    source = CellSource(path, mods, library)
    return Model(
        declared.version,
        declared.parameters,
        downsampler,
        source,
        f"the project file {path}",
    )


def _library_of_project(folder: Path, working_directory: Path, mods: Path | None) -> Path | None:
    needed = declared_mechanisms(mods) if mods is not None else frozenset[str]()
    library = _library_of_run(working_directory, needed)
    if library is None:
        library = _library_beside(folder, needed)
    if library is None and mods is not None:
        library = compiled_library(mods)
    return library


def _library_of_run(working_directory: Path, needed: frozenset[str]) -> Path | None:
    """Return the working directory's library if it provides what is needed, else None."""
    library = library_of_working_directory(working_directory)
    if library is None or not check_complete(library, needed):
        return None
    _log.info("mechanisms: the compiled library %s of the working directory", library)
    own = mods_of(working_directory)
    if own is not None:
        warn_if_stale(library, own)
    return library.absolute()


def _library_beside(folder: Path, needed: frozenset[str]) -> Path | None:
    """Return the library beside the project file if it provides what is needed, else None."""
    library = library_of_working_directory(folder)
    if library is None or not needed <= mechanisms_of_library(library):
        return None
    _log.info("mechanisms: the compiled library %s beside the project file", library)
    own = mods_of(folder)
    if own is not None:
        warn_if_stale(library, own)
    return library.absolute()
