"""What loading a model would run, found by looking at names only: nothing of it is run here.

Whoever has not chosen the files himself, but reads of them in a file of somebody else, looks first.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from pyneuronautofit.models._compile import mods_of
from pyneuronautofit.models._project import find_project
from pyneuronautofit.models.mechanisms import declared_mechanisms, library_of_working_directory
from pyneuronautofit.models.model import BUILT_IN_MODS, CellSource


@dataclass(frozen=True)
class FoundModel:
    """What `load_model` would load.

    Attributes
    ----------
    project
        The project file, which would be imported; None: the built-in cell.
    mods
        The folder of .mod files of the user's, which would be compiled; None: there is none.
    libraries
        Compiled libraries that would be loaded, or asked what they have.
    sources
        What the model may turn out to be: more than one where a library decides it.
    """

    project: Path | None
    mods: Path | None
    libraries: tuple[Path, ...]
    sources: tuple[CellSource, ...]

    @property
    def executed(self) -> tuple[Path, ...]:
        """The files and folders whose content would be run."""
        users = (path for path in (self.project, self.mods) if path is not None)
        return (*users, *self.libraries)


def find_model(project: Path | None, working_directory: Path) -> FoundModel:
    """Find what `load_model` would load of the same arguments.

    Raises
    ------
    ModelError
        If a project file was asked for and is not there.
    """
    path = find_project(project, working_directory)
    if path is None:
        return _find_built_in(working_directory)
    mods = mods_of(path.parent) or mods_of(working_directory)
    libraries = _libraries((working_directory, path.parent))
    first = next(iter(libraries), None) if mods is None else None
    return FoundModel(path, mods, libraries, (CellSource(path, mods, first),))


def _find_built_in(working_directory: Path) -> FoundModel:
    libraries = _libraries((working_directory,))
    built_in = CellSource(None, BUILT_IN_MODS, None)
    own = mods_of(working_directory) if libraries else None
    if own is None or not declared_mechanisms(BUILT_IN_MODS) <= declared_mechanisms(own):
        return FoundModel(None, None, libraries, (built_in,))
    return FoundModel(None, own, libraries, (built_in, CellSource(None, own, None)))


def _libraries(folders: tuple[Path, ...]) -> tuple[Path, ...]:
    found = (library_of_working_directory(folder) for folder in folders)
    return tuple(dict.fromkeys(path.absolute() for path in found if path is not None))
