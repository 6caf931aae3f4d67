"""What numbers of a report are measured in, where that can be known."""

from __future__ import annotations

from pathlib import Path

from pyneuronautofit.models import parameter_units, written_unit
from pyneuronautofit.objectives.table import ALL_MODES, OBJECTIVES
from pyneuronautofit.report.findings.spread import space_of
from pyneuronautofit.runs import RunReader


def mode_unit(code: str) -> str:
    """Return the unit of a mode's components, and so of their sum; empty where there is none."""
    mode = OBJECTIVES.get(code)
    return "" if mode is None else written_unit(mode.unit)


def with_unit(name: str, unit: str) -> str:
    """Return a name with its unit behind it, where it has one: `V (mV²)`."""
    return f"{name} ({unit})" if unit else name


def mode_name(code: str) -> str:
    """Return what a mode is called where numbers of it stand: `V (mV²)`."""
    return with_unit(code, mode_unit(code))


def mode_value(code: str, value: float) -> str:
    """Return the sum of a mode in words: `V 5.25 mV²`."""
    return f"{code} {value:.6g} {mode_unit(code)}".rstrip()


def mode_title(code: str) -> str:
    """Return what a mode compares, in a few words."""
    return ALL_MODES.get(code, "a mode of a plug-in that is not there, or of another version")


def units_of_parameters(run: RunReader) -> list[str]:
    """Return the unit of every searched parameter; empty where it cannot be known."""
    project = run.info.places.get("project")
    paths = [parameter.targets[0] for parameter in space_of(run).parameters]
    return parameter_units(paths, None if project is None else Path(str(project)))
