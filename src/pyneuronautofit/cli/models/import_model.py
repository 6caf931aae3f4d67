"""`import-model SOURCE -o FOLDER`: a model of another tool as a project folder."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pyneuronautofit._options import RUN, one_of
from pyneuronautofit._words import FOLDER, READ, text
from pyneuronautofit.cli.parser import parse_config
from pyneuronautofit.cli.screen import Screen
from pyneuronautofit.errors import UsageError
from pyneuronautofit.fitting import option
from pyneuronautofit.importers import LAYOUTS, ImportSettings, import_model, write_project
from pyneuronautofit.importers.writing import PUBLISHED
from pyneuronautofit.sessions.logs import logging_to_screen

DESCRIPTION = """Writes a project folder from a model of another tool.

SOURCE is a folder of BluePyOpt (parameters.json, mechanisms.json, a morphology), a fit of the Allen
Cell Types Database (fit_parameters.json, an SWC file), a .hoc file with a template, or a NeuroML
cell (which needs pyNeuroML and Java). The project is yours to read and edit."""


@dataclass(frozen=True, kw_only=True)
class ImportConfig:
    """A model to be imported."""

    source: str = option("", group="", metavar="SOURCE", parse=READ, help="its file or folder")
    out: str | None = option(
        None, "-o", "--out", group=RUN, metavar="FOLDER", parse=FOLDER, help="the folder to write"
    )
    layout: str | None = option(
        None,
        "--layout",
        group=RUN,
        metavar="TOOL",
        parse=text,
        check=one_of(*LAYOUTS),
        help="bluepyopt, allen, hoc or neuroml (default: what the files look like)",
    )
    mods: str | None = option(
        None,
        "--mods",
        group=RUN,
        metavar="FOLDER",
        parse=READ,
        help="where the .mod files are (default: anywhere below the model)",
    )
    morphology: str | None = option(
        None,
        "--morphology",
        group=RUN,
        metavar="FILE",
        parse=READ,
        help="the morphology (default: the only .swc or .asc file below the model)",
    )
    template: str | None = option(
        None,
        "--template",
        group=RUN,
        metavar="NAME",
        parse=text,
        help="the template of a hoc file or the cell of a NeuroML file that has several",
    )
    axon: str | None = option(
        None,
        "--axon",
        group=RUN,
        metavar="WHAT",
        parse=text,
        check=one_of("keep", "stub"),
        help="keep the axon of the morphology, or put a stub of 60 um in its place (default: stub "
        "for allen, keep for bluepyopt)",
    )


def run(argv: Sequence[str], prog: str) -> int:
    """Import, write, and return the exit code."""
    config = parse_config(ImportConfig, argv, prog, DESCRIPTION)
    if not config.source or config.out is None:
        raise UsageError("expected a model of another tool, and -o, the folder to write")
    settings = ImportSettings(
        None if config.mods is None else Path(config.mods),
        None if config.morphology is None else Path(config.morphology),
        config.template or "",
        config.axon or "",
    )
    folder = Path(config.out)
    with logging_to_screen("WARNING"), tempfile.TemporaryDirectory() as name:
        found = import_model(Path(config.source), settings, Path(name), config.layout)
        written = write_project(found, folder)
    screen = Screen(config.out)
    lines = [
        f"{folder}: project.py with {len(written.rows)} parameters, {len(written.mods)} .mod "
        f"file(s){''.join(f', {name}' for name in written.files)}",
        *(f"{folder / PUBLISHED}: the published values" for _each in [1] if written.values),
        *written.notes,
    ]
    if written.temperature_degC is not None:
        lines.append(f"the model is for --temperature {written.temperature_degC:g}")
    for line in lines:
        screen.print(line, soft_wrap=True, markup=False)
    return 0
