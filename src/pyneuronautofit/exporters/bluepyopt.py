"""A fitted cell for BluePyOpt: `cell.json`, and a script that makes a CellModel of it.

Fitted parameters that are one number in some places stay parameters of BluePyOpt, with their
bounds, so that a search may go on there; all else of the cell is frozen.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from importlib import resources
from pathlib import Path
from string import Template

import numpy as np

from pyneuronautofit._atomic import write_text
from pyneuronautofit._types import Json
from pyneuronautofit._version import __version__
from pyneuronautofit.exporters.flat import FlatCell
from pyneuronautofit.exporters.kind import Exported, ExportKind, copy_mods

_CELL, _SCRIPT = "cell.json", "run.py"
#: What a parameter sets: a variable, and the places of it.
Place = tuple[str, int, int]


def write_bluepyopt(export: Exported, folder: Path) -> None:
    """Write `cell.json` and `run.py`."""
    copy_mods(export, folder)
    content = export.cell.as_json()
    del content["fitted"]
    free = list(_free(export))
    content["title"] = export.title
    content["free"] = [each for each, _places in free]
    taken = {place for _each, places in free for place in places}
    content["parameters"] = list(_frozen(export.cell, taken))
    write_text(folder / _CELL, json.dumps(content, indent=1) + "\n")
    text = Template(
        resources.files(__package__).joinpath("texts/bluepyopt.py.txt").read_text("utf-8")
    )
    write_text(folder / _SCRIPT, text.substitute(version=__version__))


def _free(export: Exported) -> Iterator[tuple[dict[str, Json], set[Place]]]:
    """Yield the parameters that a search may change, and what they set."""
    space, values = export.model.space, export.model.values
    low, high = space.model_bounds(values)
    fitted = {each.name: each for each in export.cell.fitted}
    for column, parameter in enumerate(space.parameters):
        found = [fitted.get(path.text) for path in parameter.targets]
        attributes = {None if each is None else each.attribute for each in found}
        # Without its bounds apart it is no parameter, and with two variables it would be two.
        if None in attributes or len(attributes) != 1 or not low[column] < high[column]:
            continue
        (attribute,) = attributes
        places = [place for each in found if each is not None for place in each.places]
        yield (
            {
                "name": space.names[column],
                "attribute": attribute,
                "value": float(values[column]),
                "bounds": [float(low[column]), float(high[column])],
                "places": [list(place) for place in places],
            },
            {(str(attribute), *place) for place in _segments(export.cell, places)},
        )


def _segments(cell: FlatCell, places: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    for section, segment in places:
        if segment >= 0:
            yield section, segment
        else:
            yield from ((section, number) for number in range(cell.sections[section].n_segment))


def _frozen(cell: FlatCell, taken: set[Place]) -> Iterator[dict[str, Json]]:
    """Yield all RANGE variables that no free parameter sets, those of one value together."""
    together: dict[tuple[str, float], list[list[int]]] = {}
    for number, section in enumerate(cell.sections):
        for name, values in section.ranges.items():
            left = [k for k in range(section.n_segment) if (name, number, k) not in taken]
            if len(left) == section.n_segment and np.all(np.equal(values, values[0])):
                together.setdefault((name, values[0]), []).append([number, -1])
                continue
            for segment in left:
                together.setdefault((name, values[segment]), []).append([number, segment])
    for count, ((name, value), places) in enumerate(together.items()):
        yield {"name": f"frozen_{count}", "attribute": name, "value": value, "places": places}


BLUEPYOPT = ExportKind(
    name="bluepyopt",
    modules=("bluepyopt", "neuron", "numpy"),
    remedy="pip install 'pyneuronautofit[bluepyopt]'",
    write=write_bluepyopt,
    command=(_SCRIPT,),
    # As of hoc; the places between sections begin with another voltage, which is theirs until the
    # first step.
    tolerance_mV=1e-4,
    commented=(_SCRIPT,),
    needs_channels=True,
)
