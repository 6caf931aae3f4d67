"""A model from a class and a list of parameters, and the project folder that it becomes."""

from __future__ import annotations

import hashlib
import html
import inspect
import shutil
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pyneuronautofit._text import shortened
from pyneuronautofit.errors import OutputError, UsageError
from pyneuronautofit.library.by_source import Gathered, gather, literal
from pyneuronautofit.library.paths import path_of
from pyneuronautofit.models import PROJECT_FILE
from pyneuronautofit.space import ParameterSpace

_HEAD = '''"""The model of {cell} as pyneuronautofit was given it; good for --project, too."""

'''
_DIGITS = 10
# What a project file says by its names.
_RESERVED = frozenset(
    ["fitmeneuron", "param_nslh", "profiles", "downsampler", "getversion", "simulator"]
)


@dataclass(frozen=True, repr=False)
class CellModel:
    """A cell class with the parameters that are searched.

    The class may be defined in a notebook or script: what it uses there goes with it, as source, to
    the processes that build cells, and is kept beside the results. It has the method `setcable()`,
    is called as `cell(nid=...)`, and everything else is as in a project file.

    Parameters
    ----------
    cell : class
        The cell; or a function that makes one, called with `nid=`.
    parameters : sequence of (name, scale, low, high)
        The rows of `param_nslh`: a path such as "soma.L", or a list of paths that share one value;
        "lin", "log", "int" or "con"; the bounds.
    mods : path or None
        The folder of the .mod files; None: the folder `mods` of the working directory, where there
        is one.
    profiles : mapping or None
        How parameters depend on the path distance from the soma, as in a project file.
    downsampler : callable or None
        As in a project file.
    version : str or None
        A part of the stamps of runs; None: this package's version.

    Raises
    ------
    UsageError
        If a row is none, or the cell cannot be called.

    Examples
    --------
    >>> class Ball:
    ...     def __init__(self, nid=None):
    ...         from neuron import h
    ...         self.soma = h.Section(name="soma", cell=self)
    ...         self.soma.insert("pas")
    ...     def setcable(self):
    ...         pass
    >>> CellModel(Ball, [["soma.L", "lin", 10, 40], ["soma(0.5).pas.g", "log", 1e-5, 1e-3]])
    CellModel(Ball: 2 parameters, soma.L, soma(0.5).pas.g)
    """

    cell: Callable[..., Any]
    parameters: Sequence[Any]
    mods: Path | str | None = None
    profiles: Mapping[str, Any] | None = None
    downsampler: Callable[[Any], Any] | None = None
    version: str | None = None
    _space: ParameterSpace = field(init=False, compare=False)

    def __post_init__(self) -> None:
        if not callable(self.cell):
            raise UsageError(
                f"a model's cell is a class, or a function that makes a cell, not {self.cell!r}"
            )
        if isinstance(self.cell, type) and not callable(getattr(self.cell, "setcable", None)):
            raise UsageError(
                f"the class {self.cell.__name__} has no method 'setcable', which sets nseg after "
                "the parameters have changed. Define it; where nothing is to be set, its body is "
                "'pass'"
            )
        _check_call(self.cell)
        if isinstance(self.parameters, str) or not isinstance(self.parameters, Sequence):
            raise UsageError(
                f"the parameters are {shortened(repr(self.parameters))}; expected a list of rows "
                "(name, scale, low, high), such as ('soma.L', 'lin', 10, 40)"
            )
        if not isinstance(self.profiles, Mapping | None):
            raise UsageError(
                f"the profiles are {shortened(repr(self.profiles))}; expected a dict: parameter -> "
                "profile"
            )
        rows = [_row(number, row) for number, row in enumerate(self.parameters)]
        object.__setattr__(self, "parameters", tuple(rows))
        object.__setattr__(self, "_space", ParameterSpace.from_rows(rows))
        if self.mods is not None and not path_of(self.mods, "mods").is_dir():
            raise UsageError(f"mods={str(self.mods)!r}: expected a folder with .mod files")

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the parameters, in their order."""
        return self._space.names

    def __repr__(self) -> str:
        called = getattr(self.cell, "__name__", repr(self.cell))
        some = shortened(", ".join(self.names))
        return f"CellModel({called}: {len(self.names)} parameters, {some})"

    def _repr_html_(self) -> str:
        rows = "".join(
            "<tr>"
            + "".join(f"<td>{html.escape(str(each))}</td>" for each in (_called(row[0]), *row[1:]))
            + "</tr>"
            for row in self.parameters
        )
        heads = "<tr><th>parameter</th><th>scale</th><th>low</th><th>high</th></tr>"
        return f"<table><caption>{html.escape(repr(self))}</caption>{heads}{rows}</table>"

    def write_project(self, folder: Path | str) -> Path:
        """Write a project folder, which the command takes with --project.

        Parameters
        ----------
        folder : path
            Where it is made; its own name says what is in it. One that is there already, with the
            same content, is used again.

        Returns
        -------
        Path
            The project folder.

        Raises
        ------
        UsageError
            If something of the model cannot be given to other processes.
        OutputError
            If it cannot be written, or was changed since it was.
        """
        files = self._files()
        digest = _digest(files)
        called = getattr(self.cell, "__name__", "model")
        place = Path(folder) / f"{called}-{digest}"
        if place.is_dir():
            _refuse_changed(place, files)
            return place
        try:
            place.parent.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory(prefix=".model-", dir=place.parent) as made:
                for name, content in files.items():
                    path = Path(made, "it", name)
                    path.parent.mkdir(parents=True, exist_ok=True)
                    path.write_bytes(content)
                _put(Path(made, "it"), place)
        except OSError as error:
            raise OutputError(
                f"cannot write the model {place}: {error.strerror or error}. Check that you may "
                "write to that folder and that the disk is not full"
            ) from error
        return place

    def _files(self) -> dict[str, bytes]:
        """Return the content of the project folder, by the names of its files."""
        wanted: dict[str, Any] = {"cell": self.cell}
        if self.downsampler is not None:
            wanted["downsampler_function"] = self.downsampler
        shapes = {
            parameter: profile
            for parameter, profile in (self.profiles or {}).items()
            if callable(profile)
        }
        wanted |= {f"profile_{number}": shape for number, shape in enumerate(shapes.values())}
        gathered = gather(wanted)
        _check_names(gathered)
        cell, *others = gathered.names
        lines = [f"fitmeneuron = {cell}", "", "param_nslh = ["]
        lines += [f"    {literal(list(row))}," for row in self.parameters]
        lines += ["]"]
        if self.downsampler is not None:
            lines += ["", f"downsampler = {others.pop(0)}"]
        if self.profiles:
            named = dict(zip(shapes, others, strict=True))
            lines += ["", "profiles = {"]
            lines += [
                f"    {parameter!r}: {named.get(parameter) or _profile(parameter, profile)},"
                for parameter, profile in self.profiles.items()
            ]
            lines += ["}"]
        if self.version is not None:
            lines += ["", "", "def getversion():", f"    return {self.version!r}"]
        body = gathered.text
        # A statement about the future comes first, behind the words about the file.
        text = _HEAD.format(cell=cell) + body + "\n\n" + "\n".join(lines) + "\n"
        files = {PROJECT_FILE: text.encode()}
        files |= {name: path.read_bytes() for name, path in gathered.files.items()}
        return files | self._mechanisms()

    def _mechanisms(self) -> dict[str, bytes]:
        if self.mods is None:
            return {}
        found = sorted(Path(self.mods).iterdir())
        kept = [path for path in found if path.is_file() and path.suffix in (".mod", ".inc", ".h")]
        if not any(path.suffix == ".mod" for path in kept):
            raise UsageError(f"mods={str(self.mods)!r}: there is no .mod file in that folder")
        return {f"mods/{path.name}": path.read_bytes() for path in kept}


def _check_call(cell: Callable[..., Any]) -> None:
    """Refuse what cannot be called with `nid=` alone."""
    try:
        inspect.signature(cell).bind(nid=0)
    except TypeError as error:
        raise UsageError(
            f"{getattr(cell, '__name__', cell)!s} cannot be called as cell(nid=0), which is how "
            f"cells are made ({error}): its __init__ has to take nid, and nothing else without a "
            "default, as in def __init__(self, nid=None)"
        ) from error
    except ValueError:
        return  # of what is not written in Python nothing is known


def _row(number: int, row: Any) -> tuple[Any, ...]:
    try:
        names, scale, low, high = row
    except (TypeError, ValueError) as error:
        raise UsageError(
            f"parameter {number} is {shortened(repr(row))}; expected (name, scale, low, high), "
            "such as ('soma.L', 'lin', 10, 40)"
        ) from error
    names = names if isinstance(names, str) else list(names) if _is_list(names) else names
    if not isinstance(names, str | list):
        raise UsageError(
            f"parameter {number} is called {shortened(repr(names))}; expected a path such as "
            "'soma.L', or a list of paths that share one value"
        )
    return names, scale, _bound(low), _bound(high)


def _is_list(names: Any) -> bool:
    return isinstance(names, list | tuple)


def _called(names: str | Sequence[str]) -> str:
    return names if isinstance(names, str) else ", ".join(names)


def _bound(value: Any) -> Any:
    # Bounds are often NumPy's numbers.
    return value.item() if hasattr(value, "item") else value


def _profile(parameter: str, profile: Any) -> str:
    text = literal(profile)
    if text is None:
        raise UsageError(
            f"the profile of {parameter} is {shortened(repr(profile))}; expected a name with its "
            "numbers, such as {'kind': 'exponential', 'length_um': 100.0}, or a function"
        )
    return text


def _digest(files: Mapping[str, bytes]) -> str:
    found = hashlib.sha256()
    for name, content in sorted(files.items()):
        found.update(f"{name}\0{len(content)}\0".encode())
        found.update(content)
    return found.hexdigest()[:_DIGITS]


def _refuse_changed(place: Path, files: Mapping[str, bytes]) -> None:
    """Refuse a folder that lacks what was written there; what else lies there is nobody's."""
    for name, content in files.items():
        path = place / name
        if not path.is_file() or path.read_bytes() != content:
            raise OutputError(
                f"{path} was changed since it was written. Give the folder itself as the model "
                f"(model={str(place)!r}) if that is what you want to fit, or remove it"
            )


def _check_names(gathered: Gathered) -> None:
    """Refuse names that mean something in a project file, and a module that is called like it."""
    if PROJECT_FILE in gathered.files:
        raise UsageError(
            f"the model uses the module {gathered.files[PROJECT_FILE]}, which is a project file "
            "itself: give its path as the model, without parameters, or put the class into a file "
            "of another name"
        )
    taken = sorted(gathered.defined & _RESERVED)
    if taken:
        raise UsageError(
            f"the model uses the name {taken[0]}, which has a meaning in the project file that is "
            "made of it; give it another name"
        )


def _put(made: Path, place: Path) -> None:
    try:
        made.rename(place)
    except OSError:
        # Somebody else has written the same in the meantime.
        if not place.is_dir():
            shutil.copytree(made, place)
