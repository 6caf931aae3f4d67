"""Parameter paths as a person reads them, with units."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from pyneuronautofit.models import declared_mechanism, mod_files
from pyneuronautofit.models.model import BUILT_IN_MODS
from pyneuronautofit.space import Parameter, ParameterPath

#: Unit of a variable of a mechanism: (mechanism, variable) -> unit.
Units = Mapping[tuple[str, str], str]

# NEURON's own sections and mechanisms.
_OF_SECTIONS = {"L": "um", "diam": "um", "Ra": "ohm cm", "cm": "uF/cm2", "v": "mV"}
_OF_NEURON = {
    ("pas", "g"): "S/cm2",
    ("pas", "e"): "mV",
    ("hh", "gnabar"): "S/cm2",
    ("hh", "gkbar"): "S/cm2",
    ("hh", "gl"): "S/cm2",
    ("hh", "el"): "mV",
}
_REVERSAL = re.compile(r"e(na|k|ca|cl)")
_CONCENTRATION = re.compile(r"(na|k|ca|cl)[io]")

_COMMENT = re.compile(r"COMMENT.*?ENDCOMMENT|[:?][^\n]*", re.DOTALL)
_BLOCK = re.compile(r"\b(?:PARAMETER|ASSIGNED|STATE)\s*\{([^}]*)\}")
_DECLARED = re.compile(r"(\w+)\s*(?:=\s*[-+.\dEe]+\s*)?\(([^()]+)\)")
_WRITTEN = (("ohm", "Ω"), ("um", "µm"), ("uF", "µF"), ("2", "²"), ("3", "³"), ("*", " "))


def find_units(folders: Iterable[Path]) -> Units:
    """Return the units that .mod files declare; a mechanism's first file counts.

    Parameters
    ----------
    folders
        Where to look, before the channels of the built-in cell.
    """
    units: dict[tuple[str, str], str] = {}
    seen: set[str] = set()
    for folder in (*folders, BUILT_IN_MODS):
        for path in mod_files(folder):
            name = declared_mechanism(path)
            if name is None or name in seen:
                continue
            seen.add(name)
            text = _COMMENT.sub(" ", path.read_text(encoding="utf-8", errors="replace"))
            for block in _BLOCK.findall(text):
                units |= {(name, variable): unit for variable, unit in _DECLARED.findall(block)}
    return {**_OF_NEURON, **units}


def label_of(parameter: Parameter, units: Units) -> str:
    """Return what stands at the axis of a parameter, such as `soma pas g (S/cm²)`."""
    paths = parameter.targets
    where = ", ".join(dict.fromkeys(_section(path) for path in paths))
    names = [*(step.name for step in paths[0].steps[1:]), paths[0].attribute]
    unit = _unit(paths[0], units)
    return f"{where} {' '.join(names)}" + (f" ({unit})" if unit else "")


def _section(path: ParameterPath) -> str:
    first = path.steps[0]
    if first.is_many:
        return path.text.partition(".")[0].replace("[*](*)", "").replace("[*]", "")
    name = first.name if first.index is None else f"{first.name}[{first.index}]"
    middle = first.position in {None, 0.5}
    return name if middle else f"{name}({first.position:g})"


def _unit(path: ParameterPath, units: Units) -> str:
    if len(path.steps) > 1:
        unit = units.get((path.steps[-1].name, path.attribute), "")
    else:
        unit = _OF_SECTIONS.get(path.attribute, "")
        if _REVERSAL.fullmatch(path.attribute):
            unit = "mV"
        elif _CONCENTRATION.fullmatch(path.attribute):
            unit = "mM"
    for written, shown in _WRITTEN:
        unit = unit.replace(written, shown)
    return unit.strip()
