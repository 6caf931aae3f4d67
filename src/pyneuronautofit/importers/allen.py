"""Allen Cell Types: a fit (`fit_parameters.json`) with the reconstruction it was made for.

What AllenSDK's `biophysical` models do with these files: dendrites as they are reconstructed, a
stub of 60 um in the axon's place, `nseg` by 40 um, passive values, then the genome.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pyneuronautofit.errors import ModelError
from pyneuronautofit.importers.json_file import read_json
from pyneuronautofit.importers.mods import find_mods
from pyneuronautofit.importers.project import ImportedModel, ImportSettings, Row, around
from pyneuronautofit.importers.reconstructed import on_morphology

_SECTIONS = ("soma", "dend", "apic", "axon")
_PASSIVE = """\
        for section in self.all:
            section.insert("pas")
            section.Ra = {ra!r}
            section.e_pas = {e_pas!r}
"""


def is_allen(path: Path) -> bool:
    """Say whether a file, or one in a folder, is such a fit."""
    return _fit_file(path) is not None


def import_allen(path: Path, settings: ImportSettings) -> ImportedModel:
    """Read such a fit.

    Raises
    ------
    ModelError
        If something of it cannot be understood.
    """
    file = _fit_file(path)
    if file is None:
        raise ModelError(f"{path}: there is no JSON file with 'genome' and 'passive'")
    fit = _Fit(file)
    folder = path if path.is_dir() else file.parent
    said = ImportedModel(
        f"A fit of the Allen Cell Types Database, from {file}",
        "".join([_PASSIVE.format(ra=fit.ra, e_pas=fit.e_pas), *fit.statements]),
        fit.rows,
        values=fit.values,
        mods=find_mods(folder, settings.mods, fit.mechanisms),
        temperature_degC=fit.temperature_degC,
        notes=[
            "bounds are a tenth of each published value to ten times it: narrow them",
            *fit.notes,
        ],
    )
    return on_morphology(said, folder, settings, stub=settings.axon != "keep", stub_um=1.0)


def _fit_file(path: Path) -> Path | None:
    candidates = [path] if path.is_file() else sorted(path.glob("*.json"))
    for each in candidates:
        if each.suffix == ".json" and each.stat().st_size < 10_000_000:
            try:
                found = read_json(each)
            except ModelError:
                continue
            if isinstance(found, dict) and {"genome", "passive"} <= set(found):
                return each
    return None


class _Fit:
    """What such a file says."""

    def __init__(self, path: Path) -> None:
        self._path = path
        found = read_json(path)
        passive = self._first(found, "passive")
        self.ra = self._value(passive, "ra", "passive")
        self.e_pas = self._value(passive, "e_pas", "passive")
        self.mechanisms: set[str] = set()
        self.statements: list[str] = []
        self.rows: list[Row] = []
        self.values: dict[str, float] = {}
        self.notes: list[str] = []
        for entry in passive.get("cm", ()):
            self._set(self._section(entry), "cm", self._value(entry, "cm", "passive"))
        for entry in found["genome"]:
            self._take(entry)
        conditions = self._first(found, "conditions") if found.get("conditions") else {}
        for entry in conditions.get("erev", ()):
            section = self._section(entry)
            for name in sorted(set(entry) - {"section"}):
                self._set(section, name, self._value(entry, name, "erev"))
        has_celsius = conditions.get("celsius") is not None
        self.temperature_degC = (
            self._value(conditions, "celsius", "conditions") if has_celsius else None
        )
        junction = self._first(found, "fitting") if found.get("fitting") else {}
        if junction.get("junction_potential"):
            self.notes.append(
                f"the fit corrects a liquid junction potential of {junction['junction_potential']} "
                "mV: see --voltage-offset"
            )

    def _take(self, entry: Mapping[str, Any]) -> None:
        name, value = str(entry.get("name")), self._value(entry, "value", "genome")
        if not re.fullmatch(r"[A-Za-z_]\w*", name):
            raise ModelError(f"{self._path}: {name!r} in 'genome' is no name of NEURON's")
        if entry.get("section") == "glob":
            self.statements.append(f"        h.{name} = {value!r}\n")
            return
        section, mechanism = self._section(entry), str(entry.get("mechanism", ""))
        if mechanism:
            if not re.fullmatch(r"\w+", mechanism):
                raise ModelError(f"{self._path}: {mechanism!r} in 'genome' is no mechanism")
            self.mechanisms.add(mechanism)
            self.statements.append(
                f"        for section in self.{section}:\n"
                f"            section.insert({mechanism!r})\n"
            )
        is_conductance = name.startswith("g") and value > 0
        if is_conductance:
            full = f"{section}[*].{name}"
            self.rows.append(around(full, value))
            self.values[full] = value
        self._set(section, name, value)

    def _set(self, section: str, name: str, value: float) -> None:
        self.statements.append(
            f"        for section in self.{section}:\n            section.{name} = {value!r}\n"
        )

    def _section(self, entry: Mapping[str, Any]) -> str:
        section = str(entry.get("section"))
        if section not in _SECTIONS:
            raise ModelError(
                f"{self._path}: the section {section!r} is not known; expected one of "
                f"{', '.join(_SECTIONS)}"
            )
        return section

    def _first(self, found: Mapping[str, Any], key: str) -> Mapping[str, Any]:
        entries = found.get(key)
        if not isinstance(entries, list) or not entries or not isinstance(entries[0], dict):
            raise ModelError(f"{self._path}: expected as {key!r} a list with an object")
        return entries[0]

    def _value(self, entry: Mapping[str, Any], key: str, where: str) -> float:
        try:
            value = float(entry[key])
        except (KeyError, TypeError, ValueError, OverflowError):
            value = math.nan
        if not math.isfinite(value):
            raise ModelError(
                f"{self._path}: expected a finite number {key!r} in {where!r}, found "
                f"{entry.get(key)!r:.60}"
            )
        return value
