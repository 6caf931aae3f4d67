"""A plug-in package of ten lines, installed into a fresh environment and used from there."""

from __future__ import annotations

import json
import os
import shutil
import site
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

import pyneuronautofit
from pyneuronautofit.testing import check_objective

REPOSITORY = Path(__file__).resolve().parents[1]
PACKAGE = Path(__file__).with_name("plugin_package")
RECORDING = REPOSITORY / "examples" / "experimentaldata" / "TC-example.abf"


def test_it_has_ten_lines_and_passes_the_checks(monkeypatch):
    lines = (PACKAGE / "latency_mode.py").read_text().splitlines()
    assert len([line for line in lines if line.strip()]) <= 10
    monkeypatch.syspath_prepend(PACKAGE)
    from latency_mode import latency

    check_objective(latency, spike_threshold_mV=-20.0)


def run(*words, cwd, code=0):
    done = subprocess.run(
        [*map(str, words)], cwd=cwd, capture_output=True, text=True, check=False, timeout=500,
        env={**os.environ, "PYTHONPATH": ""},
    )  # fmt: skip
    assert done.returncode == code, done.stderr
    return done.stdout if code == 0 else done.stderr


@pytest.fixture(scope="module")
def environment(tmp_path_factory):
    """A fresh environment with the package in it, which sees what is installed beside the tests."""
    folder = tmp_path_factory.mktemp("fresh")
    run(sys.executable, "-m", "venv", "--without-pip", folder / "venv", cwd=folder)
    python = folder / "venv" / "bin" / "python"
    where = "import sysconfig; print(sysconfig.get_path('purelib'))"
    purelib = Path(run(python, "-c", where, cwd=folder).strip())
    places = [sysconfig.get_path("purelib"), sysconfig.get_path("platlib"), *site.getsitepackages()]
    places.append(str(Path(pyneuronautofit.__file__).parents[1]))
    (purelib / "beside.pth").write_text("\n".join(dict.fromkeys(places)) + "\n")
    source = folder / "source"
    shutil.copytree(PACKAGE, source, ignore=shutil.ignore_patterns("__pycache__"))
    pip = (sys.executable, "-m", "pip", "--python", python, "--disable-pip-version-check")
    run(*pip, "install", "--quiet", "--no-deps", source, cwd=folder)
    assert (purelib / "latency_mode.py").is_file()
    return python


# Building the package fetches what builds it.
@pytest.mark.nightly
def test_it_is_used_from_the_command_line(environment, tmp_path):
    fit = (environment, "-m", "pyneuronautofit")
    words = ("-m", "O{latency}", "-A", "N", "-G", "0", "-P", "2", "--seed", "1", "-k", "[5]")
    text = run(*fit, *words, "-t", "-10", "--output", ".", RECORDING, cwd=tmp_path)
    assert "best {latency}" in text
    (final,) = tmp_path.glob("*-O+latency-LN-final.json")
    head = json.loads(final.read_text())
    assert head["markers"] == ["O", "{latency}"]
    assert head["evaluation"]["plugins"]["{latency}"].startswith("latency-mode 0.1, SHA-256 ")
    help_ = " ".join(run(*fit, "--help", cwd=tmp_path).split())
    assert "{latency} - Time from the stimulus to the first spike" in help_
    again = run(*fit, "evaluate", final, RECORDING, "--json", cwd=tmp_path)
    assert [each["vector"] for each in json.loads(again)] == [r["fitness"] for r in head["final"]]
    # Where it is not installed, that is said.
    without = (sys.executable, "-m", "pyneuronautofit")
    text = run(*without, "evaluate", final, RECORDING, cwd=tmp_path, code=2)
    assert "it was made with -m {latency} of latency-mode 0.1, which is not there" in text
    (store,) = tmp_path.glob("*.sqlite")
    text = run(*without, "--resume", store, "-G", "1", cwd=tmp_path, code=2)
    assert "install the package that it is of" in text


@pytest.mark.nightly
def test_it_is_not_imported_where_nobody_needs_it(environment, tmp_path):
    script = (
        "import sys\nfrom pyneuronautofit.cli.main import main\n"
        "try:\n    main(sys.argv[1:])\nexcept SystemExit:\n    pass\n"
        "print('latency_mode' in sys.modules)\n"
    )
    for words, expected in (
        (["--version"], "False"),
        (["sweeps", RECORDING], "False"),
        (["-m", "OV", "--dry-run", "--output", ".", RECORDING], "False"),
        (["-m", "O{latency}", "--dry-run", "--output", ".", RECORDING], "True"),
        (["--help"], "True"),
    ):
        said = run(environment, "-c", script, *words, cwd=tmp_path)
        assert expected in said.split(), words
