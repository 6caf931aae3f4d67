"""What is known of a model that is imported, and the text of its project file."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

#: Name or names, scale, low, high; or a comment that stands in the row's place.
Row = tuple[str, str, float, float]

#: The lists that Import3d makes of a morphology, by what other tools call their sections.
REGIONS: Mapping[str, str] = {
    "somatic": "soma",
    "basal": "dend",
    "apical": "apic",
    "axonal": "axon",
    "soma": "soma",
    "dend": "dend",
    "apic": "apic",
    "axon": "axon",
    "all": "all",
    "myelinated": "myelin",
}

# A conductance whose value alone is known is searched so many times below and above it.
_AROUND = 10.0


@dataclass(frozen=True)
class ImportSettings:
    """What a user may say about a model that is imported.

    Attributes
    ----------
    mods
        The folder of its .mod files; None: looked for beside it.
    morphology
        The morphology; None: looked for beside it.
    template
        The template of a hoc file; "": the only one.
    axon
        "stub": the axon is replaced by two short sections; "keep": it is not; "": as the tool does.
    """

    mods: Path | None = None
    morphology: Path | None = None
    template: str = ""
    axon: str = ""


@dataclass(frozen=True)
class ImportedModel:
    """A model as it will be written.

    Attributes
    ----------
    origin
        What it was made from, for the head of the project file.
    body
        The statements that define the class `Cell`.
    rows
        Of `param_nslh`.
    profiles
        Name of a parameter -> the expression of its profile.
    values
        Name of a parameter -> the value that the origin gives it.
    files
        Files that are copied: the name in the project folder -> where it is.
    mods
        The .mod files.
    temperature_degC
        What the model is for; None: it does not say.
    notes
        What a user should know.
    """

    origin: str
    body: str
    rows: Sequence[Row]
    profiles: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, float] = field(default_factory=dict)
    files: Mapping[str, Path] = field(default_factory=dict)
    mods: Sequence[Path] = ()
    temperature_degC: float | None = None
    notes: Sequence[str] = ()


def around(name: str, value: float) -> Row:
    """Return a row that searches around a value."""
    if value == 0.0:
        return (name, "lin", 0.0, 1e-3)
    low, high = sorted(float(f"{bound:.6g}") for bound in (value / _AROUND, value * _AROUND))
    return (name, "log" if low > 0.0 else "lin", low, high)


def _in_docstring(text: str) -> str:
    """Return a text that names of files stand in, for a docstring."""
    return text.replace("\\", "/").replace('"', "'")


def project_text(model: ImportedModel) -> str:
    """Return the text of `project.py`."""
    rows = "\n".join(
        f"    [{json.dumps(name)}, {json.dumps(scale)}, {low!r}, {high!r}],"
        for name, scale, low, high in model.rows
    )
    temperature = (
        ""
        if model.temperature_degC is None
        else f"\nThe model is for {model.temperature_degC:g} degC: fit it with --temperature "
        f"{model.temperature_degC:g}.\n"
    )
    origin = _in_docstring(model.origin)
    parts = [
        f'"""{origin}\n{temperature}\nEdit it as you like: it is yours now.\n"""\n',
        textwrap.dedent(model.body).strip() + "\n",
        "\nfitmeneuron = Cell\n",
        f"param_nslh = [\n    # name, scale, low, high\n{rows}\n]",
    ]
    if model.profiles:
        lines = "\n".join(
            f"    {json.dumps(name)}: {text}," for name, text in model.profiles.items()
        )
        parts.append(
            "# By what a parameter is multiplied at a path distance from the soma, um.\n"
            f"profiles = {{\n{lines}\n}}"
        )
    parts.append('simulator = "neuron"\n')
    return "\n".join(parts)
