"""What killed commands start from: small recordings, cells, runs and databases."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from cli.conftest import HH_PROJECT, write_recording

REPOSITORY = Path(__file__).resolve().parents[2]
_EXAMPLES = REPOSITORY / "examples" / "experimentaldata"
_CHANNELS = (
    REPOSITORY / "tests/simulators/mods/tkm.mod",
    REPOSITORY / "src/pyneuronautofit/models/thalamocortical/mods/AMPAandNMDAwithTone.mod",
)


def make_material(folder: Path, environment: Mapping[str, str]) -> None:
    """Write all that the jobs need into a folder, with the program itself."""
    folder.mkdir(parents=True)
    shutil.copy(_EXAMPLES / "TC-example.abf", folder)
    shutil.copy(_EXAMPLES / "TC-example-mask.json", folder / "mask.json")
    write_recording(folder / "cell.npz")
    project = folder / "hh"
    (project / "mods").mkdir(parents=True)
    for channel in _CHANNELS:
        shutil.copy(channel, project / "mods")
    (project / "project.py").write_text(
        HH_PROJECT.replace('self.soma.insert("hh")', 'self.soma.insert("hh").insert("tkm")')
    )

    def run(*words: str) -> None:
        subprocess.run(
            [sys.executable, "-m", "pyneuronautofit", *words],
            cwd=folder, env=dict(environment), check=True, stdout=subprocess.DEVNULL,
        )  # fmt: skip

    hh = ("--project", "hh", "-m", "OVR", "-P", "8", "-G", "4", "--dt", "0.1", "cell.npz")
    run("fit", *hh, "--seed", "1", "-a", "old")
    run("fit", *hh, "--seed", "2", "-a", "other")
    run("fit", "-m", "OV", "-P", "8", "-G", "2", "-a", "cell", "--seed", "1", "TC-example.abf")
    run("collect", "old.sqlite", "-o", "hh.json")
    run("collect", "other.sqlite", "-o", "hh-other.json")
    run("collect", "cell.sqlite", "-o", "tc.json")
    for path in folder.glob("other*"):
        path.unlink()
    for path in folder.glob("cell.sqlite*"):
        path.unlink()
