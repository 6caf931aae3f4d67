"""A fitted cell as a Python script for NEURON, which keeps the class and the parameters' names."""

from __future__ import annotations

import shutil
from pathlib import Path

from pyneuronautofit.exporters.kind import PROTOCOL, Exported, ExportKind
from pyneuronautofit.exporters.proof import NOT_YET
from pyneuronautofit.fitting import Sweep, write_script
from pyneuronautofit.models import model_files

_SCRIPT, _MODEL = "model.py", "model"


def write_neuron_script(export: Exported, folder: Path) -> None:
    """Write `model.py`, and copy the project's folder and the .mod files beside it."""
    source, experiment = export.model.source, export.protocol.experiment
    copied = None
    if source.project is not None:
        copied = f"{_MODEL}/{source.project.name}"
        files = {**model_files(source), source.project.name: source.project}
        for name, path in files.items():
            (folder / _MODEL / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, folder / _MODEL / name)
    # What it replays by itself is the sweep with the largest current.
    shown = export.protocol.one(int(experiment.current_pA.max(axis=1).argmax()))
    write_script(
        folder / _SCRIPT,
        export.model,
        Sweep(shown.recording, shown.numbers[0], shown.experiment),
        copied=copied,
        more=f"\nWith {PROTOCOL} behind its name it replays all sweeps, and writes traces.csv.\n\n"
        f"{NOT_YET}",
    )


NEURON = ExportKind(
    name="neuron",
    modules=("neuron", "numpy"),
    remedy="pip install neuron",
    write=write_neuron_script,
    command=(_SCRIPT, PROTOCOL),
    # The same program in another process.
    tolerance_mV=1e-6,
    commented=(_SCRIPT,),
    needs_channels=True,
)
