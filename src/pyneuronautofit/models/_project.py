"""Reading the user's project file: a Python module that holds the model class and its parameters.

Everything in it is the user's and may be anything, so each name is checked, and whatever goes wrong
while their code runs becomes one message with the file and the line.
"""

from __future__ import annotations

import contextlib
import importlib.util
import linecache
import numbers
import re
import sys
import traceback
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType
from typing import Any, TypeAlias

from pyneuronautofit._text import nearest, quoted, told
from pyneuronautofit._version import __version__
from pyneuronautofit.errors import ModelError
from pyneuronautofit.models._compile import mods_of
from pyneuronautofit.models._importing import OwnImports, SourceLoader
from pyneuronautofit.models._profiles import Profile, read_profiles
from pyneuronautofit.models.mechanisms import declared_mechanisms

PROJECT_FILE = "project.py"

#: Path or paths that share one value, scale, low, high.
ParameterRow: TypeAlias = tuple[str | tuple[str, ...], str, float | str, float | str]
#: Makes a cell; its argument is the number that tells it from other cells.
CellFactory: TypeAlias = Callable[[int], Any]

_MODULE = "_pyneuronautofit_project"
# Where the module has what its imports come from.
_IMPORTS = "__pyneuronautofit_imports__"
_INSERT = re.compile(r"""\.insert\(\s*(?:["'](?P<text>\w+)["']|(?P<name>[A-Za-z_]\w*))\s*\)""")
_VERSION = re.compile(r"[\w.+-]+")


@dataclass(frozen=True)
class Project:
    """What a project file defines.

    Attributes
    ----------
    make_cell
        Makes one cell of the class `fitmeneuron`.
    parameters
        The rows of `param_nslh`.
    version
        What `getversion()` returns; without it, the version of this package.
    downsampler
        Given a step in ms, returns the new one; given an array, the reduced trace. Or None.
    profiles
        How parameters depend on the distance from the soma, by their names.
    """

    make_cell: CellFactory
    parameters: tuple[ParameterRow, ...]
    version: str
    downsampler: Callable[[Any], Any] | None
    profiles: Mapping[str, Profile] = field(default_factory=dict)


def find_project(project: Path | None, working_directory: Path) -> Path | None:
    """Return the project file that was asked for, or that of the working directory, or None.

    Raises
    ------
    ModelError
        If one was asked for and is not there.
    """
    if project is None:
        found = working_directory / PROJECT_FILE
        return found.absolute() if found.is_file() else None
    path = working_directory / project
    path = path / PROJECT_FILE if path.is_dir() else path
    if not path.is_file():
        raise ModelError(
            f"there is no project file {path}; --project expects a Python file that defines "
            f"'fitmeneuron' and 'param_nslh', or a folder with a {PROJECT_FILE}"
        )
    return path.absolute()


def read_project(path: Path) -> Project:
    """Import a project file and check what it defines.

    Its folder is put at the front of `sys.path`, where it stays, because the file imports its
    neighbours.

    Raises
    ------
    ModelError
        If it cannot be imported, or a name is missing or of the wrong kind.
    """
    module = _import(path)
    _check_simulator(path, module)
    downsampler = getattr(module, "downsampler", None)
    if downsampler is not None and not callable(downsampler):
        raise ModelError(
            f"{path}: 'downsampler' is {downsampler!r}; expected a function that reduces a step "
            "in ms or an array. Correct it or leave it out."
        )
    parameters = _parameters(path, module)
    names = {name for row in parameters for name in _names_of(row)}
    return Project(
        partial(_make_cell, _cell_class(path, module), path),
        parameters,
        _version(path, module),
        downsampler,
        read_profiles(str(path), getattr(module, "profiles", None), names),
    )


def _import(path: Path) -> ModuleType:
    loaded = sys.modules.get(_MODULE)
    if loaded is not None:
        if loaded.__file__ == str(path):
            return loaded
        _forget(loaded)
    # A name of our own: users' files import each other, and may call one of them `project`.
    loader = SourceLoader(_MODULE, str(path))
    spec = ModuleSpec(_MODULE, loader, origin=str(path))
    spec.has_location = True
    module = importlib.util.module_from_spec(spec)
    setattr(module, _IMPORTS, OwnImports(path.parent))
    sys.modules[_MODULE] = module
    try:
        with _user_code(path, "loading the project file"):
            loader.exec_module(module)
    except BaseException:
        _forget(module)
        raise
    return module


def _forget(module: ModuleType) -> None:
    """Undo the import of a project."""
    sys.modules.pop(_MODULE, None)
    imports = getattr(module, _IMPORTS, None)
    if isinstance(imports, OwnImports):  # its own code may do anything to it
        imports.end()


def _cell_class(path: Path, module: ModuleType) -> Callable[..., Any]:
    cell_class = _required(path, module, "fitmeneuron", "the class of the neuron")
    if not callable(cell_class):
        raise ModelError(
            f"{path}: 'fitmeneuron' is {cell_class!r}; expected the class of the neuron, which is "
            "called with nid="
        )
    if isinstance(cell_class, type) and not callable(getattr(cell_class, "setcable", None)):
        raise ModelError(
            f"{path}: the class {cell_class.__name__!r} has no method 'setcable', which sets nseg "
            "after the parameters have changed. Define it; where nothing is to be set, its body is "
            "'pass'."
        )
    return cell_class  # type: ignore[no-any-return]


def _make_cell(cell_class: Callable[..., Any], path: Path, nid: int) -> Any:
    with _user_code(path, "making a cell with fitmeneuron(nid=...) of"):
        return cell_class(nid=nid)


def _parameters(path: Path, module: ModuleType) -> tuple[ParameterRow, ...]:
    rows = _required(path, module, "param_nslh", "the list of the searched parameters")
    if not isinstance(rows, list | tuple) or not rows:
        raise ModelError(
            f"{path}: 'param_nslh' is {rows!r}; expected a list of [name, scale, low, high]"
        )
    return tuple(_row(path, number, row) for number, row in enumerate(rows))


def _names_of(row: ParameterRow) -> tuple[str, ...]:
    return (row[0],) if isinstance(row[0], str) else row[0]


def _row(path: Path, number: int, row: object) -> ParameterRow:
    where = f"{path}: row {number} of 'param_nslh' is {row!r}"
    if not isinstance(row, list | tuple) or len(row) != 4:
        raise ModelError(f"{where}; expected [name, scale, low, high]")
    names, scale, low, high = row
    if isinstance(names, list | tuple) and names and all(isinstance(name, str) for name in names):
        names = tuple(names)
    elif not isinstance(names, str):
        raise ModelError(
            f"{where}; expected as its name a path such as 'soma.L', or a list of paths"
        )
    if not isinstance(scale, str):
        raise ModelError(f"{where}; expected as its scale 'lin', 'log', 'int' or 'con'")
    return names, scale, _bound(where, "low", low), _bound(where, "high", high)


def _bound(where: str, which: str, bound: object) -> float | str:
    if isinstance(bound, str):
        return bound
    if isinstance(bound, bool) or not isinstance(bound, numbers.Real):
        raise ModelError(
            f"{where}; expected as its {which} bound a number or the name of an earlier parameter"
        )
    return float(bound)


def _check_simulator(path: Path, module: ModuleType) -> None:
    simulator = getattr(module, "simulator", "neuron")
    if not isinstance(simulator, str) or simulator.lower() != "neuron":
        raise ModelError(
            f"{path}: 'simulator' is {simulator!r}; expected 'neuron', the only simulator that "
            "models can be written for. Correct it or leave it out."
        )


def _version(path: Path, module: ModuleType) -> str:
    getversion = getattr(module, "getversion", None)
    if getversion is None:
        return __version__
    if not callable(getversion):
        raise ModelError(
            f"{path}: 'getversion' is {getversion!r}; expected a function without arguments that "
            "returns the version of the model. Correct it or leave it out."
        )
    with _user_code(path, "calling getversion()"):
        version = getversion()
    # It becomes part of file names.
    if not isinstance(version, str | int | float) or not _VERSION.fullmatch(str(version)):
        raise ModelError(
            f"{path}: getversion() returned {version!r}; expected a text of letters, digits and "
            "the characters . + - _ such as '3.06a'"
        )
    return str(version)


def _required(path: Path, module: ModuleType, name: str, meaning: str) -> Any:
    found = getattr(module, name, None)
    if found is not None:
        return found
    defined = [key for key in vars(module) if not key.startswith("_")]
    like = nearest(name, defined)
    hint = f"did you mean {like!r}?" if like else f"it defines {quoted(defined)}."
    raise ModelError(f"{path} does not define {name!r}, {meaning}; {hint} Add it to that file.")


@contextlib.contextmanager
def _user_code(path: Path, action: str) -> Iterator[None]:
    """Turn whatever the user's code raises in the block into one ModelError."""
    try:
        yield
    except (ModelError, KeyboardInterrupt, MemoryError):
        # Ctrl-C is the user's, and memory is that of the process, not theirs.
        raise
    except BaseException as error:
        # User code can raise anything; the message must be the user's, with their file and line.
        raise ModelError(
            f"{_place(error, path.parent) or path}: {_explain(error)} (while {action} {path}). "
            f"Correct it there.{_hint(error, path.parent)}"
        ) from error


def _place(error: BaseException, folder: Path) -> str | None:
    """Return the file and line in the user's folder nearest to where an error arose."""
    if isinstance(error, SyntaxError) and error.filename is not None:
        return f"{error.filename}, line {error.lineno}"
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if folder in Path(frame.filename).parents]
    return f"{own[-1].filename}, line {own[-1].lineno}" if own else None


def _explain(error: BaseException) -> str:
    if isinstance(error, SyntaxError):
        return f"{type(error).__name__}: {error.msg}"
    return told(error)


def _hint(error: BaseException, folder: Path) -> str:
    if isinstance(error, ModuleNotFoundError):
        return " A module of your own has to lie beside it; others have to be installed."
    if isinstance(error, AttributeError) and "hoc.HocObject" in told(error):
        return f" If it is a point process:{_about_mods(str(error.name or ''), folder)}"
    if "mechanism" in told(error):
        return _about_mods(_inserted(error), folder)
    return ""


def _about_mods(name: str, folder: Path) -> str:
    """Say which mechanism NEURON does not know, and which ones a project's folder has.

    Parameters
    ----------
    name
        What is missing; empty: that is not known.
    """
    source = (
        " .mod files are taken from the folder 'mods' beside the project file, or compiled in the "
        "working directory by 'nrnivmodl mods'."
    )
    if not name:
        return f" If a mechanism is missing:{source}"
    mods = mods_of(folder)
    if mods is None:
        return (
            f" NEURON has no mechanism {name!r}, and there are none in {folder / 'mods'}.{source}"
        )
    declared = sorted(declared_mechanisms(mods))
    like = nearest(name, declared)
    guess = f"; did you mean {like!r}?" if like else "."
    return (
        f" NEURON has no mechanism {name!r}, and the .mod files of {mods} declare only "
        f"{quoted(declared)}{guess}{source}"
    )


def _inserted(error: BaseException) -> str:
    """Return the name that was given to `insert` where an error arose; "" where that is not seen.

    NEURON's message does not say it. It stands in the line, or in a variable that the line names.
    """
    for frame, number in reversed(list(traceback.walk_tb(error.__traceback__))):
        found = _INSERT.search(linecache.getline(frame.f_code.co_filename, number))
        if found is not None and found["text"] is not None:
            return found["text"]
        if found is not None:
            value = {**frame.f_globals, **frame.f_locals}.get(found["name"])
            return value if isinstance(value, str) else ""
    return ""
