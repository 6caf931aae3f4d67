"""Names with orders for the terminal, and such that are not UTF-8, are names to all commands."""

from __future__ import annotations

import json
import os
import re
import runpy
import shutil
import sys
from pathlib import Path

import numpy as np
import pytest

from cli.conftest import HH_PROJECT, write_recording
from pyneuronautofit.cli.main import main

FIT = ("-m", "OV", "-A", "N", "-P", "8", "-G", "1", "--seed", "3", "--dt", "0.1", "-n", "1")

#: What erases, names the window, rings, turns the direction, ends lines, is markup or a formula.
NAMES = {
    "orders": (
        "a\x1b[2J\x1b]0;t\x07\x9b31m\x7f\r\u202e\n2 b\u2028\td[bold]e[nope] :bomb:"
        ' $x_{$ ${y} %s {0} \'"""\nimport executed\n#'
    ),
    "bytes": os.fsdecode(b"caf\xe9-\xff\xfe"),
}
#: What no line of ours has, but for the end of the line and the tabulator.
ORDERS = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]"
)


@pytest.fixture(params=NAMES)
def named(request, tmp_path, monkeypatch):
    """A folder, a project folder and a recording of such a name."""
    name = NAMES[request.param]
    folder = tmp_path / f"in {name}"
    (folder / f"model {name}").mkdir(parents=True)
    # Candidates fail with it in their messages, too.
    text = HH_PROJECT.replace('"too leaky"', repr(f"too leaky: {name}"))
    (folder / f"model {name}" / "project.py").write_text(text)
    written = write_recording(tmp_path / "cell.npz")
    shutil.move(written, folder / f"{name}.npz")
    monkeypatch.chdir(folder)
    return name


@pytest.fixture
def said(capfd):
    """Runs a command line; what it prints is for the terminal, as text."""

    def run(*words, code=0):
        # Standard output as Python makes it.
        capfd.readouterr()
        found = main([str(word) for word in words])
        out, err = capfd.readouterr()
        assert found == code, (out, err)
        assert "Traceback" not in err
        assert not ORDERS.search(out), repr(out)
        assert not ORDERS.search(err), repr(err)
        run.out, run.err = out, err
        return out

    return run


def test_every_command_takes_them(said, named):
    recording, project = Path(f"{named}.npz"), f"model {named}"
    where = ("--project", project, "-a", named)
    said(*FIT, *where, "--figure", f"{named}.png", recording)
    assert Path(f"{named}.png").stat().st_size > 1000
    store = Path(f"{named}.sqlite")
    assert store.is_file()

    said("status", store)
    assert "1 of 1" in said.out
    found = json.loads(said("status", store, "--json"))
    assert found["stamp"] == named
    said("report", store)
    page = Path(f"{named}-report.html").read_text(encoding="utf-8")
    assert "there are no traces" not in page
    said("export", store, "--formats", "json,csv,parquet", "--scripts", "0")
    assert len(said.out.splitlines()) == 6
    assert (
        runpy.run_path(f"{named}-model_0000.py", run_name="a script")["RECORDING"] == f"{named}.npz"
    )
    final = Path(f"{named}-final.json")
    assert json.loads(final.read_text(encoding="utf-8"))["target"] == f"{named}.npz"
    said("--resume", store, "-G", "2", "--project", project)
    said("fit", *FIT, "--project", project, "-a", "other", "-I", store, recording, "--dry-run")

    out = f"{named}.json"
    said("collect", store, "-o", out)
    content = json.loads(Path(out).read_text(encoding="utf-8"))
    assert content["targets"] == [f"{named}.npz"]
    models = ("--project", project)
    said("info", out)
    said("info", out, "--json")
    said("select", out, "--models", "0", "-o", f"{named}-some.json")
    said("merge", out, f"{named}-some.json", "-o", f"{named}-merged.json")
    said("evaluate", out, recording, *models)
    said("simulate", out, recording, *models, "-o", f"{named}-out.npz")
    with np.load(f"{named}-out.npz") as arrays:
        assert len(arrays["voltage"])
    said("compare", recording, f"{named}-one.npz", code=2)
    said("plot-parmdist", out, "-o", f"{named}-parms.png")
    said("final-check", out, "0", f"{named}-{{}}.png", *models)
    assert Path(f"{named}-0.png").stat().st_size > 1000


def test_errors_say_them_as_text(said, named):
    for words in (
        (*FIT, f"{named}-nothing.abf"),
        (*FIT, "-k", named, f"{named}.npz"),
        (*FIT, "-m", named[:20], f"{named}.npz"),
        (f"--{named}",),
        ("status", f"{named}-nothing"),
        ("report", f"{named}.npz"),
        ("collect", f"{named}.npz", "-o", "x.json"),
        ("info", f"{named}.npz"),
        (*FIT, "--project", f"{named}/nothing", f"{named}.npz"),
    ):
        said(*words, code=2)
        assert "\npyneuronautofit: error: " in f"\n{said.err}"


def test_a_log_has_a_line_for_every_record(said, named):
    import gzip

    said(*FIT, "--project", f"model {named}", "-a", named, f"{named}.npz", "-v", "DEBUG")
    text = gzip.decompress(Path(f"{named}.log.gz").read_bytes()).decode("utf-8")
    assert not ORDERS.search(text)
    begins = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} [A-Z]+ pyneuronautofit[\w.]*: |    ")
    assert all(begins.match(line) for line in text.splitlines())
    assert "too leaky" in text or "generation 1" in text


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "utf-8"])
def test_a_terminal_with_few_characters(named, encoding):
    import subprocess

    write_recording(Path("µV é.npz"))
    for words in (("status", "é\u2603"), (*FIT, "--dry-run", "-a", "µ\u2603", "µV é.npz")):
        done = subprocess.run(
            [sys.executable, "-m", "pyneuronautofit", *words],
            env={**os.environ, "PYTHONIOENCODING": f"{encoding}:strict"},
            capture_output=True, check=False,
        )  # fmt: skip
        assert b"Traceback" not in done.stderr
        assert done.returncode == (2 if words[0] == "status" else 0)
