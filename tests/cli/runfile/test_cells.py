"""The table [cells] of a run file."""

from __future__ import annotations

from pathlib import Path

import pytest

from cli.commands import CONFIGS
from pyneuronautofit.cli.parser import parse_config
from pyneuronautofit.cli.runfile import read_run_file, run_file_text
from pyneuronautofit.errors import UsageError
from pyneuronautofit.fitting import FitOptions

SOUND = """
[fitting]
seed = 3

[cells]
shared = ["*.gnabar", "soma.L"]
pull = 0.1

[cells.recordings]
young = ["a.npz", "b.npz:0:2"]
old = "more/c.npz"
"""


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("a.npz", "b.npz", "more/c.npz"):
        Path(name).parent.mkdir(exist_ok=True)
        Path(name).touch()


def read(text, command="fit"):
    Path("joint.toml").write_text(text)
    return read_run_file(Path("joint.toml"), CONFIGS[command], command)


def test_recordings_of_each_cell():
    assert read(SOUND) == {
        "recording": "a.npz",
        "beside": ("b.npz:0:2", "more/c.npz"),
        "cells": ("young=a.npz", "young=b.npz", "old=c.npz"),
        "shared": ("*.gnabar", "soma.L"),
        "pull": 0.1,
        "seed": 3,
    }


def test_what_is_written_is_read_again():
    words = ["a.npz", "more/c.npz", "b.npz", "--cell", "x=a.npz", "--cell", "y=c.npz"]
    words += ["--cell", "x=b.npz", "--private", "*.gl"]
    config = parse_config(FitOptions, words, "fit", "")
    text = run_file_text(config, "fit", Path("joint.toml"))
    assert text.endswith(
        '[cells]\nprivate = ["*.gl"]\n\n[cells.recordings]\n'
        'x = ["a.npz", "b.npz"]\ny = ["more/c.npz"]\n'
    )
    found = read(text)
    assert found["private"] == ("*.gl",)
    # Cell by cell.
    assert (found["recording"], found["beside"]) == ("a.npz", ("b.npz", "more/c.npz"))
    plain = run_file_text(parse_config(FitOptions, ["a.npz"], "fit", ""), "fit", Path("a.toml"))
    assert read(plain) == {"recording": "a.npz"}


def test_who_knows_no_cells_says_that_it_does_not_read_them(capsys):
    assert "cells" not in read(SOUND, "evaluate")
    assert "not read here, but by fit: fitting.seed, [cells]" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[cells]\nshared = ['x']", r"line 1: cells has to be a table such as"),
        ("cells = 3", r"line 1: cells has to be a table such as"),
        ("[cells.recordings]", r"cells has to be a table such as"),
        ("[cells.recordings]\nyoung = 3", r"cells has to be the name of a file, or a list of"),
        ("[cells]\npull = 'x'\n[cells.recordings]\na = 'a.npz'", r"be for pull: a number"),
        ("[cells]\npull = 0\n[cells.recordings]\na = 'a.npz'", r"for pull: a number above 0"),
        ("[cells]\nshard = 3\n[cells.recordings]\na = 'a.npz'", r"in it, and not shard"),
        ("recording = 'a.npz'\n" + SOUND, r"recording is said twice: the recordings stand in"),
    ],
)
def test_mistakes(text, said):
    with pytest.raises(UsageError, match=said):
        read(text)
