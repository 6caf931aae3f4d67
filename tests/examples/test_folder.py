"""The folder `TC-fitting` and the mask work as the README says."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from pyneuronautofit.models import load_model
from pyneuronautofit.models.model import BUILT_IN_MODS
from pyneuronautofit.models.thalamocortical.parameters import PARAMETERS
from pyneuronautofit.objectives.sweeps.mask import read_mask

from .conftest import DATA, EXAMPLES

FOLDER = EXAMPLES / "TC-fitting"
SCRIPTS = {
    "CheckSelection.py": "check",
    "FinalCheck.py": "final-check",
    "search-init.py": "search-init",
    "search-synmin-v2.py": "search-synmin",
    "plot-parmdist.py": "plot-parmdist",
}


def run_python(*words, cwd):
    return subprocess.run(
        [sys.executable, "-B", *map(str, words)],
        cwd=cwd,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_mods_is_a_relative_link_to_the_channels_of_the_package():
    assert os.readlink(FOLDER / "mods") == "../../src/pyneuronautofit/models/thalamocortical/mods"
    assert (FOLDER / "mods").samefile(BUILT_IN_MODS)


@pytest.mark.parametrize("name", SCRIPTS)
def test_scripts_call_their_commands_and_refuse_without_a_traceback(name, tmp_path):
    done = run_python(FOLDER / name, "no-such-database.json", cwd=tmp_path)
    assert done.returncode == 2
    assert done.stderr.startswith("pyneuronautofit: error: ")
    assert "Traceback" not in done.stderr


# A process can hold only one set of mechanisms, so the project is loaded in one of its own.
LOAD = """
import sys
from pathlib import Path
from pyneuronautofit.models import load_model
model = load_model(None, Path(sys.argv[1]))
print(model.version, len(model.parameters), model.downsampler, model.cell_source.mods)
"""


def test_the_project_file_loads(tmp_path):
    done = run_python("-c", LOAD, FOLDER, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == f"1.0 {len(PARAMETERS)} None {FOLDER / 'mods'}"


def test_a_fit_can_be_started_in_the_folder(tmp_path):
    """With the flags of the README; nothing is evaluated."""
    load_model(None, tmp_path)
    mask, recording = (
        "../experimentaldata/TC-example-mask.json",
        "../experimentaldata/TC-example.abf",
    )
    done = run_python(
        "-m", "pyneuronautofit", "-A", "NSGA2", "-m", "OV", "-G", "1536", "-P", "240", "-E", "0",
        "-U", "0", "-c", "3", "-t", "-10", "-k", mask, "--output", tmp_path, "--dry-run", recording,
        cwd=FOLDER,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "4 simulated sweep(s)" in done.stdout
    assert "29 parameters" in done.stdout


def test_the_mask_selects_informative_sweeps(recording):
    mask = read_mask(str(DATA / "TC-example-mask.json"), "OV")
    for mode in "OV":
        assert mask.sweeps(mode, recording.numbers) == (0, 4, 5, 7)
    assert mask.sweeps("R", recording.numbers) == tuple(range(9))


def test_the_mask_has_rules_for_more_modes_behind_comments(recording, tmp_path):
    text = (DATA / "TC-example-mask.json").read_text()
    (tmp_path / "mask.json").write_text(text.replace('# "', '"'))
    mask = read_mask(str(tmp_path / "mask.json"), "OVTWSA")
    for mode in "TWSA":
        assert mask.sweeps(mode, recording.numbers) == (5, 6, 7)
