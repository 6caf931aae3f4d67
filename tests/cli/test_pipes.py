"""A pipe that is given as an input is read, or ends the command with a word; it is not waited for.

The tests go over all options of all commands that name a file to read.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from cli.commands import CONFIGS, options, words_of
from pyneuronautofit._bounded import opening
from pyneuronautofit._options import options_of
from pyneuronautofit._words import FileWord, Use

EXAMPLES = Path(__file__).resolve().parents[2] / "examples" / "experimentaldata"
#: Files of the other inputs, which are sound, by what options call them.
SOUND = {
    "RECORDING": "cell.npz",
    "DATABASE": "db.json",
    "MODELS": "db.json",
    "RESPONSES": "cell.npz",
}
READ = {Use.READ, Use.RUN, Use.MODEL}
INPUTS = {
    command: {
        field: option
        for name, field, option in options()
        if name == command and isinstance(option.parse, FileWord) and option.parse.use in READ
    }
    for command in CONFIGS
}
CASES = [
    (command, field, suffix)
    for command, inputs in INPUTS.items()
    for field in inputs
    for suffix in ("", ".json", ".npz")
]


@pytest.fixture
def pipe(tmp_path, recording, monkeypatch):
    """Makes a pipe, beside a recording and a database."""
    monkeypatch.setattr(opening, "_PATIENCE_S", 0.2)
    shutil.copyfile(EXAMPLES / "TC-example-truth.json", tmp_path / "db.json")

    def make(name):
        os.mkfifo(tmp_path / name)
        return name

    return make


@pytest.mark.timeout(60)
@pytest.mark.parametrize(("name", "field", "suffix"), CASES)
def test_a_command_that_is_given_a_pipe_ends(name, field, suffix, command, pipe):
    given = {
        other: SOUND[option.metavar]
        for other, option in INPUTS[name].items()
        if option.metavar in SOUND and not option.flags
    }
    # Without an output some commands end before they look at anything else.
    given |= {"out": "new.npz"} if "out" in options_of(CONFIGS[name]) else {}
    answer = command(*words_of(name, {**given, field: pipe(f"pipe{suffix}")}))
    # Some need no model and no folder, whatever they are called.
    may_do_without = field in {"project", "recordings"}
    assert answer.code in ({0, 2} if may_do_without else {2}), answer
    assert "Traceback" not in answer.err


@pytest.mark.timeout(60)
@pytest.mark.parametrize(
    "words",
    [
        "pipe --dry-run",
        "cell.npz --dry-run -m V -I pipe",
        "cell.npz --dry-run -m V -k pipe",
        "cell.npz --dry-run -m V --project pipe",
        "--resume pipe",
        "compare cell.npz pipe.json",
        "compare cell.npz pipe.npz",
        "compare pipe.json cell.npz",
        "evaluate pipe cell.npz -m V",
        "simulate pipe cell.npz -o out.npz",
        "simulate db.json pipe.abf -o out.npz",
        "info pipe",
        "select pipe --models 0 -o out.json",
        "merge db.json pipe -o out.json",
        "check pipe",
        "search-init pipe",
        "search-synmin pipe",
        "plot-parmdist pipe -o out.png",
        "populations pipe",
        "final-check pipe 0 out.png",
        "collect pipe -o out.json",
        "report pipe",
        "status pipe",
        "export pipe.sqlite",
    ],
)
def test_a_pipe_that_nobody_writes_is_named(words, command, pipe):
    (name,) = (word for word in words.split() if word.startswith("pipe"))
    pipe(name)
    answer = command(*words.split())
    assert answer.code == 2, answer
    assert name in answer.err


@pytest.mark.timeout(60)
def test_it_is_said_what_to_do(command, pipe):
    said = command("info", pipe("pipe")).err
    assert "cannot read pipe: it is a pipe, and nobody began to write into it within 0.2 s" in said
    assert "start what writes it first, or name a file" in said
    said = command("pipe", "--dry-run").err
    assert "pipe: a recording was expected, but this is a pipe" in said
    assert "Write it into a file, and name that." in said


@pytest.mark.timeout(60)
def test_files_that_a_command_finds_by_itself(command, pipe, tmp_path):
    """They are called like channels, or like parts of a model or a run, and are none."""
    for name in ("TC_HH.mod", "cell.hoc", "project.py", "cell.lock", "cell.log.gz"):
        pipe(name)
    (tmp_path / "mods").mkdir()
    os.mkfifo(tmp_path / "mods" / "pas.mod")
    words = ("--dry-run", "-m", "V", "-P", "4", "-G", "1", "-a", "cell")
    answer = command("cell.npz", *words)
    assert "Traceback" not in answer.err
    assert answer.code in {0, 2}, answer


@pytest.mark.timeout(120)
def test_a_pipe_of_a_shell_is_read(tmp_path, pipe):
    line = f"{sys.executable} -m pyneuronautofit info <(sleep 0.5; cat db.json)"
    done = subprocess.run(
        ["bash", "-c", line], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    n_model = len(json.loads((tmp_path / "db.json").read_text())["models"])
    assert str(n_model) in done.stdout
