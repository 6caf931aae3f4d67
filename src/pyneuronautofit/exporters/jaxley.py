"""A fitted cell for jaxley, where its channels are those that jaxley has: hh and pas.

jaxley advances gates before the voltage, NEURON behind it. Both begin with gates at rest for the
first voltage, so the first half-step of jaxley changes nothing, and from there on both take the
same steps in the same order.
"""

from __future__ import annotations

import json
from importlib import resources
from pathlib import Path
from string import Template

from pyneuronautofit._atomic import write_text
from pyneuronautofit._types import Json
from pyneuronautofit._version import __version__
from pyneuronautofit.exporters.expressible import (
    HH,
    PAS,
    refuse_channels,
    refuse_joints,
    refuse_other_temperature,
)
from pyneuronautofit.exporters.flat import FlatCell, FlatSection
from pyneuronautofit.exporters.kind import Exported, ExportKind

_CELL, _SCRIPT = "cell.json", "run.py"
# MOhm per ohm cm and 1/um.
_MOHM = 1e-2
_NAMES = {
    "gnabar_hh": "HH_gNa",
    "gkbar_hh": "HH_gK",
    "gl_hh": "HH_gLeak",
    "el_hh": "HH_eLeak",
    "g_pas": "Leak_gLeak",
    "e_pas": "Leak_eLeak",
}


def refuse_for_jaxley(export: Exported) -> None:
    """Raise UsageError for a model that jaxley cannot express."""
    refuse_channels(export, "jaxley")
    refuse_other_temperature(export, "jaxley")
    refuse_joints(export, "jaxley", (1.0,))


def write_jaxley(export: Exported, folder: Path) -> None:
    """Write `cell.json` and `run.py`."""
    cell = export.cell
    order = _parents_first(cell)
    place = {section: number for number, section in enumerate(order)}
    branches = [_branch(cell.sections[number], place) for number in order]
    content = {"title": export.title, "soma": place[cell.soma], "branches": branches}
    write_text(folder / _CELL, json.dumps(content, indent=1) + "\n")
    text = resources.files(__package__).joinpath("texts/jaxley.py.txt").read_text("utf-8")
    write_text(folder / _SCRIPT, Template(text).substitute(version=__version__))


def _parents_first(cell: FlatCell) -> list[int]:
    order: list[int] = []
    waiting = [number for number, section in enumerate(cell.sections) if section.parent < 0]
    while waiting:
        taken = waiting.pop(0)
        order.append(taken)
        waiting += [n for n, section in enumerate(cell.sections) if section.parent == taken]
    return order


def _branch(section: FlatSection, place: dict[int, int]) -> dict[str, Json]:
    # The resistance between two middles is that of two halves; only their sum counts.
    first, *between, last = section.resistance_Mohm
    halves = [each / 2.0 for each in between]
    scale = _MOHM * section.axial_ohm_cm
    values: dict[str, Json] = {
        "length": [section.length_um / section.n_segment] * section.n_segment,
        "radius": [diameter / 2.0 for diameter in section.diameter_um],
        "area": list(section.area_um2),
        "resistive_load_in": [each / scale for each in (first, *halves)],
        "resistive_load_out": [each / scale for each in (*halves, last)],
        "axial_resistivity": [section.axial_ohm_cm] * section.n_segment,
        "capacitance": list(section.cm),
    }
    for variables in section.mechanisms.values():
        values |= {_NAMES[name]: list(numbers) for name, numbers in variables.items()}
    if HH in section.mechanisms:
        values["HH_eNa"] = list(section.concentrations["ena"])
        values["HH_eK"] = list(section.concentrations["ek"])
    return {
        "name": section.name,
        "parent": -1 if section.parent < 0 else place[section.parent],
        "ncomp": section.n_segment,
        "channels": [name for name in (HH, PAS) if name in section.mechanisms],
        "values": values,
    }


JAXLEY = ExportKind(
    name="jaxley",
    modules=("jaxley", "jax", "numpy"),
    remedy="pip install 'pyneuronautofit[jaxley]'",
    write=write_jaxley,
    command=(_SCRIPT,),
    # The same steps by another program: its constants, and what it adds up first, are its own.
    tolerance_mV=1e-4,
    commented=(_SCRIPT,),
    refuse=refuse_for_jaxley,
    exact_tables=True,
)
