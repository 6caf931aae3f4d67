"""In which units a model's parameters are, where that can be known.

NEURON's own variables have known ones; those of a mechanism stand in its .mod file, which is read
as text here, so that looking needs neither NEURON nor the user's code.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from pyneuronautofit.models._compile import mods_of
from pyneuronautofit.models.mechanisms import declared_mechanism, mod_files
from pyneuronautofit.models.model import BUILT_IN_MODS
from pyneuronautofit.space import ParameterPath

_OF_SECTIONS = {"L": "um", "diam": "um", "Ra": "ohm cm", "cm": "uF/cm2", "v": "mV"}
_OF_IONS = {
    name: unit
    for ion in ("na", "k", "ca", "cl")
    for name, unit in ((f"e{ion}", "mV"), (f"{ion}i", "mM"), (f"{ion}o", "mM"))
}
# Mechanisms that NEURON brings along.
_BUILT_IN: Mapping[str, Mapping[str, str]] = {
    "pas": {"g": "S/cm2", "e": "mV"},
    "hh": {"gnabar": "S/cm2", "gkbar": "S/cm2", "gl": "S/cm2", "el": "mV"},
}
_LARGEST = 1 << 20
_MOST_FILES = 500

_COMMENT = re.compile(r"^\s*COMMENT\b.*?^\s*ENDCOMMENT\b|[:?][^\n]*", re.DOTALL | re.MULTILINE)
_BLOCK = re.compile(r"\b(?:PARAMETER|ASSIGNED|STATE)\s*\{([^{}]*)\}")
_DECLARED = re.compile(
    r"\b([A-Za-z_]\w*)\s*(?:\[\s*\w+\s*\])?\s*(?:=\s*[-+0-9.eE]+)?\s*\(([^()\n]{1,40})\)"
)
_POWER = re.compile(r"(?<=[A-Za-z])\^?(-?[1-4])(?![\w])|\^(-?[1-4])")
_SMALL = re.compile(r"(?<![A-Za-z])u(?=(?:m|M|F|A|S|s|V|mho|l)(?![a-z]))")
_RAISED = str.maketrans("-1234", "\u207b\u00b9\u00b2\u00b3\u2074")
_WORDS = {"mho": "S", "ohm": "\u03a9", "degC": "\u00b0C", "millivolt": "mV", "micron": "\u00b5m"}


def parameter_units(paths: Iterable[ParameterPath], project: Path | None) -> list[str]:
    """Return the unit of every path, as people write it; empty where none can be known.

    Parameters
    ----------
    project
        The project file of the model; None: the built-in cell.
    """
    mods = BUILT_IN_MODS if project is None else mods_of(project.parent)
    known = {**_BUILT_IN, **({} if mods is None else _declared_in(mods))}
    return [written_unit(_unit_of(path, known)) for path in paths]


def written_unit(text: str) -> str:
    """Return a unit such as `mV^2` or `uS/cm2` with its signs: `mV²`, `µS/cm²`."""
    text = text.strip()
    # A number, or several units of which nobody knows which is meant.
    if not text or text == "1" or "," in text:
        return ""
    text = re.sub("[A-Za-z]+", lambda word: _WORDS.get(word[0], word[0]), text)
    text = _SMALL.sub("\u00b5", text)
    return _POWER.sub(lambda found: (found[1] or found[2]).translate(_RAISED), text)


def _unit_of(path: ParameterPath, known: Mapping[str, Mapping[str, str]]) -> str:
    owner, name = path.steps[-1].name, path.attribute
    if owner in known:
        return known[owner].get(name, "")
    if name in _OF_SECTIONS or name in _OF_IONS:
        return _OF_SECTIONS.get(name) or _OF_IONS[name]
    # What a segment calls the variable of a mechanism: gbar_Ih.
    for mechanism, variables in known.items():
        short = name.removesuffix(f"_{mechanism}")
        if short != name and short in variables:
            return variables[short]
    return ""


def _declared_in(mods: Path) -> dict[str, dict[str, str]]:
    """Return mechanism -> variable -> unit of all .mod files in a folder."""
    found: dict[str, dict[str, str]] = {}
    try:
        for path in mod_files(mods)[:_MOST_FILES]:
            if path.stat().st_size <= _LARGEST and (name := declared_mechanism(path)):
                text = path.read_text(encoding="utf-8", errors="replace")
                found[name] = _declared(text)
    except OSError:
        # Units are an ornament: what could be read has them.
        return found
    return found


def _declared(text: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for block in _BLOCK.finditer(_COMMENT.sub(" ", text)):
        for name, unit in _DECLARED.findall(block[1]):
            found.setdefault(name, unit.strip())
    return found
