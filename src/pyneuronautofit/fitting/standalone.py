"""A model as a script of its own, for NEURON alone: who has it needs nothing of this package.

The script (its text is in `standalone.txt`) builds the cell, sets the parameters and replays one
sweep under NEURON's fixed step, as `simulators.neuron` does: the voltages are the same to the
last bit.

Whatever was named by somebody (a run, a recording, a path) stands in it as a literal that `repr`
has made, never as plain text: between quotes or in a comment a name could end them, and be code.
"""

from __future__ import annotations

import keyword
import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from string import Template

import numpy as np

from pyneuronautofit._atomic import replacing, write_text
from pyneuronautofit._types import FloatArray
from pyneuronautofit._version import __version__
from pyneuronautofit.errors import OutputError
from pyneuronautofit.models import CellSource, declared_mechanisms, mod_files
from pyneuronautofit.models.model import BUILT_IN_MODS
from pyneuronautofit.simulators import Experiment
from pyneuronautofit.space import ParameterPath, ParameterSpace
from pyneuronautofit.space.paths import Index, IndexRange, Position, PositionRange

# What may stand in the script as it is.
_PLAIN_NAME = re.compile(r"[\w.-]+", re.ASCII)
_FUTURE = "from __future__ import annotations\n"
_MODS = "model-mods"
_PROJECT_CELL = """\
import importlib.util

PROJECT = {path}
sys.path.insert(0, os.path.dirname(PROJECT))
specification = importlib.util.spec_from_file_location("the_project", PROJECT)
project = importlib.util.module_from_spec(specification)
specification.loader.exec_module(project)


def make_cell():
    return project.fitmeneuron(nid=0)"""
_BUILT_IN_CELL = """


def make_cell():
    return ThalamocorticalCell(0)"""


@dataclass(frozen=True)
class Sweep:
    """What a script replays.

    Attributes
    ----------
    recording
        The recording's name.
    number
        Of the sweep in it.
    experiment
        Of this sweep alone, with a fixed step.
    """

    recording: str
    number: int
    experiment: Experiment


@dataclass(frozen=True)
class FittedModel:
    """What a script rebuilds.

    Attributes
    ----------
    title
        What it is, in a line.
    source
        Where the cell comes from.
    space
        The names of its parameters.
    values : FloatArray, shape (n_param,), model values
    """

    title: str
    source: CellSource
    space: ParameterSpace
    values: FloatArray


def write_script(
    path: Path, model: FittedModel, sweep: Sweep, *, copied: str | None = None, more: str = ""
) -> None:
    """Write the script of one model; its .mod files are copied beside it.

    Parameters
    ----------
    copied
        The project file's place beside the script, where its folder was copied there; None: the
        script reads it where it is.
    more
        Further lines for its head.

    Raises
    ------
    OutputError
        If it cannot be written there.
    """
    source = model.source
    mods = None if source.mods is None else _copy_mods(source.mods, path.parent)
    experiment = sweep.experiment
    text = Template(resources.files(__package__).joinpath("standalone.txt").read_text("utf-8"))
    write_text(
        path,
        text.substitute(
            title=repr(model.title),
            version=__version__,
            more=more,
            preparation=_preparation(source, mods),
            name=path.name if _PLAIN_NAME.fullmatch(path.name) else "THIS_FILE",
            library=repr(None if mods or not source.library else str(source.library)),
            sweep=repr(sweep.number),
            recording=repr(sweep.recording),
            current=_run_lengths(experiment.current_pA[0]),
            holding=repr(float(experiment.holding_pA[0])),
            step=repr(experiment.clock.step_ms),
            dt=repr(experiment.clock.dt_ms),
            substeps=repr(experiment.clock.substeps),
            n_transient=repr(experiment.n_transient_step),
            initial=repr(experiment.initial_mV),
            temperature=repr(experiment.temperature_degC),
            mechanisms=_mechanisms(source.mods),
            cell=_cell(source.project, copied) + _many(model.space),
            parameters="\n".join(_assignments(model.space, model.values)),
        ),
    )


def _preparation(source: CellSource, mods: Path | None) -> str:
    """Say what has to be done before the script can run."""
    if mods is not None:
        return f"Once, in this folder:\n\n    nrnivmodl {_MODS}\n\nThen"
    if source.library is not None:
        return "Start it where the compiled channels are: LIBRARY, below, says where.\n"
    return ""


def _copy_mods(mods: Path, folder: Path) -> Path:
    """Copy the .mod files beside a script."""
    copy = folder / _MODS
    try:
        copy.mkdir(exist_ok=True)
        missing = {copy / mod.name: mod.read_bytes() for mod in mod_files(mods)}
        for path in [path for path in missing if path.exists()]:
            if path.read_bytes() != missing.pop(path):
                raise OutputError(
                    f"{path} is there, and is another model's: scripts that need it would not run "
                    "any more. Choose another folder with --output"
                )
        for path, content in missing.items():
            with replacing(path) as stream:
                stream.write(content)
    except OSError as error:
        raise OutputError(f"cannot write {copy}: {error.strerror or error}") from error
    return copy


def _mechanisms(mods: Path | None) -> str:
    return repr(() if mods is None else tuple(sorted(declared_mechanisms(mods))))


def _cell(project: Path | None, copied: str | None) -> str:
    """Return the statements that define `make_cell`."""
    if project is not None:
        here = "os.path.dirname(os.path.abspath(__file__))"
        path = repr(str(project)) if copied is None else f"os.path.join({here}, {copied!r})"
        return _PROJECT_CELL.format(path=path)
    source = (BUILT_IN_MODS.parent / "cell.py").read_text(encoding="utf-8")
    return source.partition(_FUTURE)[2].strip() + _BUILT_IN_CELL


def _many(space: ParameterSpace) -> str:
    """Return the functions that set parameters in many places, if there are such."""
    if not any(path.is_many for path in _paths(space)):
        return ""
    text = resources.files(__package__).joinpath("standalone_many.txt").read_text("utf-8")
    return f"\n\n{text.rstrip()}"


def _paths(space: ParameterSpace) -> Iterator[ParameterPath]:
    return (path for parameter in space.parameters for path in parameter.targets)


def _assignments(space: ParameterSpace, values: FloatArray) -> Sequence[str]:
    """Return a statement for every path that is set."""
    whole = space.whole.tolist()
    many = any(path.is_many for path in _paths(space))
    profiles = ["    profiles = getattr(project, 'profiles', {})"] if many else []
    return profiles + [
        f"    {_assignment(path, _number(value, whole=is_whole))}"
        for parameter, value, is_whole in zip(space.parameters, values.tolist(), whole, strict=True)
        for path in parameter.targets
    ]


def _assignment(path: ParameterPath, value: str) -> str:
    """Return the statement that gives the number at a path of `cell` a value."""
    if path.is_many:
        return (
            f"set_all(cell, {_steps(path)}, {path.attribute!r}, {value}, "
            f"profiles.get({path.text!r}))"
        )
    owner = "cell"
    for step in path.steps:
        owner = _attribute(owner, step.name)
        owner += "" if step.index is None else f"[{step.index!r}]"
        owner += "" if step.position is None else f"({step.position!r})"
    if _is_plain(path.attribute):
        return f"{owner}.{path.attribute} = {value}"
    return f"setattr({owner}, {path.attribute!r}, {value})"


def _steps(path: ParameterPath) -> str:
    """Return the steps of a path as `places` of the script takes them."""
    written = [
        f"({step.name!r}, {_written(step.index)}, {_written(step.position)})" for step in path.steps
    ]
    return f"[{', '.join(written)}]"


def _written(what: Index | Position | None) -> str:
    if isinstance(what, IndexRange):
        return f"slice({what.first}, {what.end})"
    if isinstance(what, PositionRange):
        first = 0.0 if what.first is None else what.first
        return repr((first, 1.0 if what.last is None else what.last))
    return repr(what)


def _attribute(owner: str, name: str) -> str:
    return f"{owner}.{name}" if _is_plain(name) else f"getattr({owner}, {name!r})"


def _is_plain(name: str) -> bool:
    """Tell whether Python reads a name as it is: others it refuses, or normalises."""
    return name.isascii() and name.isidentifier() and not keyword.iskeyword(name)


def _number(value: float, *, whole: bool) -> str:
    if not math.isfinite(value):
        return f"float({str(value)!r})"
    return repr(int(value) if whole else value)


def _run_lengths(current_pA: FloatArray) -> str:
    """Return a current (n_sample,) in pA as (samples, amplitude), equal neighbours together."""
    starts = np.flatnonzero(np.diff(current_pA, prepend=np.nan) != 0)
    lengths = np.diff(np.append(starts, len(current_pA)))
    runs = list(zip(lengths.tolist(), current_pA[starts].tolist(), strict=True))
    lines = [", ".join(map(repr, runs[at : at + 6])) for at in range(0, len(runs), 6)]
    return "[\n    " + ",\n    ".join(lines) + ",\n]"
