"""The wheel carries everything that a fit needs."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[1]
RECORDING = REPOSITORY / "examples" / "experimentaldata" / "TC-example.abf"
# What browsers are given, and the licences of what is not ours.
PAGES = [
    "rating/web/app.js",
    "rating/web/index.html",
    "rating/web/uPlot.iife.min.js",
    "rating/web/uPlot-LICENSE.txt",
    "report/assets/start.js",
    "report/vendor/echarts.common.min.js",
    "report/vendor/LICENSE",
    "report/vendor/LICENSE-d3",
    "report/vendor/NOTICE",
]


def run(*words, cwd, env=None):
    done = subprocess.run(
        [sys.executable, *map(str, words)],
        cwd=cwd,
        env={**os.environ, **(env or {})},
        capture_output=True,
        text=True,
        check=False,
        timeout=500,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.nightly
def test_an_installed_wheel_fits_from_an_empty_folder_elsewhere(tmp_path):
    source = tmp_path / "source"
    leave_out = shutil.ignore_patterns(".*", "out", "build", "*.egg-info", "__pycache__")
    shutil.copytree(REPOSITORY, source, ignore=leave_out, symlinks=True)
    run("-m", "build", "--wheel", "--outdir", tmp_path / "dist", source, cwd=tmp_path)
    (wheel,) = (tmp_path / "dist").glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        assert {f"pyneuronautofit/{name}" for name in PAGES} <= set(archive.namelist())
    site, empty = tmp_path / "site", tmp_path / "an empty folder"
    empty.mkdir()
    run("-m", "pip", "install", "--quiet", "--no-deps", "--target", site, wheel, cwd=empty)
    # Before the installed package, in a cache of its own: the channels are the wheel's.
    env = {"PYTHONPATH": str(site), "PYNEURONAUTOFIT_CACHE": str(tmp_path / "cache")}
    where = run("-c", "import pyneuronautofit as p; print(p.__file__)", cwd=empty, env=env)
    assert where.startswith(str(site))
    words = ("-A", "N", "-m", "OV", "-G", "0", "-P", "2", "-k", "[5]", "--output", ".", RECORDING)
    out = run("-m", "pyneuronautofit", *words, cwd=empty, env=env)
    assert "finished: 2 evaluations" in out
    assert len(list(empty.glob("*-final.json"))) == 1
    assert list((tmp_path / "cache").rglob("*.so")) or list((tmp_path / "cache").rglob("*.dylib"))
