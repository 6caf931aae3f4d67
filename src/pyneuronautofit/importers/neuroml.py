"""NeuroML 2: a cell, translated to hoc and NMODL by pyNeuroML, which brings jNeuroML (Java).

pip install pyneuroml
"""

from __future__ import annotations

import re
import shutil
import sys
from importlib.util import find_spec
from pathlib import Path

from pyneuronautofit._programs import python_environment, run_program
from pyneuronautofit._text import quoted, shortened
from pyneuronautofit.errors import ModelError
from pyneuronautofit.importers.hoc import import_hoc
from pyneuronautofit.importers.project import ImportedModel, ImportSettings

_CELL = re.compile(r"<cell\b[^>]*?\bid\s*=\s*[\"']([A-Za-z_]\w*)[\"']")
_LIMIT_S = 600.0
_NETWORK = """\
<neuroml xmlns="http://www.neuroml.org/schema/neuroml2" id="import_network">
  <include href="{file}"/>
  <network id="import_net"><population id="import_pop" component="{cell}" size="1"/></network>
</neuroml>
"""
_SIMULATION = """\
<Lems>
  <Target component="import_sim"/>
  <Include file="Cells.xml"/><Include file="Networks.xml"/><Include file="Simulation.xml"/>
  <Include file="import_network.nml"/>
  <Simulation id="import_sim" length="1ms" step="0.025ms" target="import_net"></Simulation>
</Lems>
"""


def is_neuroml(path: Path) -> bool:
    """Say whether a file is one of NeuroML."""
    return path.is_file() and path.name.lower().endswith((".nml", ".neuroml"))


def import_neuroml(path: Path, settings: ImportSettings, folder: Path) -> ImportedModel:
    """Translate a cell and read what has come of it.

    Parameters
    ----------
    folder
        An empty folder, where the translation lies until the project has been written.

    Raises
    ------
    ModelError
        If pyNeuroML or Java is not there, or they do not understand the file.
    """
    missing = [name for name, there in _needed() if not there]
    if missing:
        raise ModelError(
            f"{path}: NeuroML is translated by pyNeuroML and Java, and {quoted(missing)} is not "
            "installed: pip install pyneuroml, and install a Java runtime"
        )
    cell = _cell(path, settings.template)
    for file in [*path.parent.glob("*.nml"), *path.parent.glob("*.xml")]:
        shutil.copy(file, folder)
    (folder / "import_network.nml").write_text(_NETWORK.format(file=path.name, cell=cell))
    (folder / "import_sim.xml").write_text(_SIMULATION)
    command = [sys.executable, "-m", "pyneuroml.pynml", "import_sim.xml", "-neuron", "-nogui"]
    done = run_program(
        command,
        _LIMIT_S,
        folder=folder,
        environment=python_environment(),
        waiting="pyNeuroML translates the cell",
    )
    made = folder / f"{cell}.hoc"
    if done.code != 0 or not made.is_file():
        said = shortened(" ".join(done.output.split()), 600)
        raise ModelError(f"{path}: pyNeuroML ended with {done.how}, without a template: {said}")
    found = import_hoc(made, ImportSettings(mods=folder, template=cell))
    return ImportedModel(
        f"The NeuroML cell {cell} of {path}, translated by pyNeuroML.",
        found.body,
        found.rows,
        files=found.files,
        mods=found.mods,
        notes=["temperature and initial voltage are the file's own affair: see --temperature"],
    )


def _needed() -> list[tuple[str, bool]]:
    return [
        ("pyneuroml", find_spec("pyneuroml") is not None),
        ("java", shutil.which("java") is not None),
    ]


def _cell(path: Path, wanted: str) -> str:
    found = _CELL.findall(path.read_text(encoding="utf-8", errors="replace"))
    if not found:
        raise ModelError(f"{path}: there is no <cell id=...> in this file")
    if wanted and wanted not in found:
        raise ModelError(f"{path} has no cell {wanted!r}; it has {quoted(found)}")
    if not wanted and len(found) > 1:
        raise ModelError(f"{path} has several cells, {quoted(found)}; choose one with --template")
    return wanted or str(found[0])
