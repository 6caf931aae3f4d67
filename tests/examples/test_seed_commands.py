"""The commands of the first description run as written, but for -G, -P and the files' names."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

FOLDER = Path(__file__).resolve().parents[2] / "examples" / "TC-fitting"
FILES = "-k ../experimentaldata/TC-example-mask.json ../experimentaldata/TC-example.abf"


@pytest.mark.parametrize(
    "flags",
    [
        "-A NSGA2  -m OV -G 1 -P 4 -E 0  -U 0 -c 3 -t -10",
        "-A K      -m OV -G 0 -P 31 -E 30 -U 0 -c 3 -t -10",
    ],
)
def test_the_commands_run_as_written(flags, tmp_path):
    words = [*flags.split(), "--output", str(tmp_path), *FILES.split()]
    done = subprocess.run(
        [sys.executable, "-m", "pyneuronautofit", *words],
        cwd=FOLDER,
        capture_output=True,
        text=True,
        check=False,
        timeout=500,
    )
    assert done.returncode == 0, done.stderr
    assert re.search(r"^finished: (8|31) evaluations", done.stdout, re.MULTILINE)
    assert len(list(tmp_path.glob("TC-example-v1.0-*-OV-L[NK]-final.json"))) == 1
