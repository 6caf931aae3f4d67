"""Run files as they are read, and what is said where they cannot be."""

from __future__ import annotations

import os
import re
import threading
from pathlib import Path

import pytest

from cli.commands import CONFIGS
from pyneuronautofit.cli.runfile import read_run_file
from pyneuronautofit.errors import UsageError

SOUND = """
command = "fit"
recording = ["cell.abf", "more/other.abf:3"]
[fitting]
algorithm = "Auto"
seed = 3
[model]
eval-mode = "OV"
stimulus = [100, 350]
[run]
number-threads = 2
[weights]
V = 2.0
sweeps = {3 = 0.5}
"""


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def read(text, command="fit", name="cell.toml"):
    Path(name).parent.mkdir(exist_ok=True)
    Path(name).write_text(text)
    return read_run_file(Path(name), CONFIGS[command], command)


def test_a_sound_file():
    assert read(SOUND, name="conf/cell.toml") == {
        "recording": "conf/cell.abf",
        "beside": ("conf/more/other.abf:3",),
        "algorithm": "Auto",
        "seed": 3,
        "modes": "OV",
        "stimulus": (100.0, 350.0),
        "n_worker": 2,
        "weights": "V=2,@3=0.5",
    }


def test_nothing_is_there():
    assert read("") == read("[fitting]\n[model]") == {}


def test_others_read_what_they_have(capsys):
    found = read(SOUND, "evaluate")
    assert found == {
        "recording": "cell.abf", "beside": ("more/other.abf:3",), "modes": "OV",
        "stimulus": (100.0, 350.0), "n_worker": 2,
    }  # fmt: skip
    said = "cell.toml: not read here, but by fit: fitting.algorithm, fitting.seed, [weights]"
    assert capsys.readouterr().err == f"pyneuronautofit: {said}\n"
    # What fit would refuse is refused here as well.
    with pytest.raises(UsageError, match=r"line 6: fitting\.seed = 'x': expected a whole number"):
        read(SOUND.replace("seed = 3", 'seed = "x"'), "evaluate")


def test_a_file_with_marks_of_windows():
    Path("cell.toml").write_bytes(b"\xef\xbb\xbf[fitting]\r\nseed = 3\r\nsed = 4\r\n")
    with pytest.raises(UsageError, match=r"cell\.toml, line 3: fitting\.sed"):
        read_run_file(Path("cell.toml"), CONFIGS["fit"], "fit")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[fitting]\nsed = 3", "line 2: fitting.sed is no key: keys in [fitting] are long names of "
         "flags; the nearest one is seed in [fitting]"),
        ("[fitting]\npopulation_size = 3", "line 2: fitting.population_size is no key: that is "
         "population-size in [fitting], a whole number"),
        ("[model]\n\nm = 'OV'", "line 3: model.m is no key: that is eval-mode in [model], a text"),
        ("[model]\nseed = 3", "line 2: model.seed is no key: that is seed in [fitting]"),
        ("seed = 3", "line 1: seed is no key: that is seed in [fitting]"),
        ("[run]\nrecording = 'x'", "line 2: run.recording is no key: that is recording in the "
         "lines before all tables"),
        ("recordng = 'x'", "line 1: recordng is no key: expected recording, command, weights, "
         "cells, fitting, model, run; the nearest one is recording"),
        ("[Fitting]\nseed = 1", "line 1: Fitting is no key: expected recording, command, weights, "
         "cells, fitting, model, run; the nearest one is fitting"),
        ("[run]\nrun = 'x'", "line 2: run.run is no key"),
        ("[run]\nwrite-run = 'x'", "line 2: run.write-run is no key"),
        ("fitting = 3", "line 1: fitting is a table of flags: write [fitting] above them"),
        ("[fitting]\nseed = [1,\n2]", "line 2: fitting.seed = [1, 2]: expected a whole number"),
        ("[model]\ncollapse-diff = 1", "line 2: model.collapse-diff = 1: expected true or false"),
        ("[fitting]\nevaluations = true", "line 2: fitting.evaluations = true: expected a whole"),
        ("[model]\nspike-threshold = 400", "line 2: model.spike-threshold = 400: expected a number "
         "from -200 to 200"),
        ("command = 3", "line 1: command = 3: expected the name of a command, such as fit"),
        ("command = 'fti'", "line 1: command = 'fti': expected the name of a command"),
        ("\ncommand = 'polish'", "line 2: command is for polish: pyneuronautofit polish --run"),
        ("[weights]\nV = 'x'", "line 1: weights has to have a number for 'V', such as V = 2.0"),
        ("[fitting]\nweights = 'V=1'\n[weights]\nV = 1", "line 3: weights is there twice"),
        ("[model]\neval-mode = ['O']", "line 2: model.eval-mode = ['O']: expected a text"),
        ("[fitting\nseed = 1", "this is no TOML: Expected ']' at the end of a table declaration"),
        ("[fitting]\nseed = 1\nseed = 2\n", "this is no TOML: Cannot overwrite a value (at line 3"),
        ("x = " + "9" * 5000, "this is no TOML: Exceeds the limit"),
        ("x = " + "[" * 5000, "this is no run file: its lists are too deep"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_file(text, message):
    with pytest.raises(UsageError, match=rf"^cell\.toml(, |: ){re.escape(message)}"):
        read(text)


def test_of_a_pipe_paths_begin_where_the_user_is(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    writer = threading.Thread(target=(tmp_path / "pipe").write_text, args=(SOUND,))
    writer.start()
    assert read_run_file(tmp_path / "pipe", CONFIGS["fit"], "fit")["recording"] == "cell.abf"
    writer.join()


def test_files_that_cannot_be_read():
    with pytest.raises(UsageError, match=r"--run none\.toml: .*No such file"):
        read_run_file(Path("none.toml"), CONFIGS["fit"], "fit")
    Path("bytes.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(UsageError, match=r"--run bytes\.toml: expected a TOML file in UTF-8"):
        read_run_file(Path("bytes.toml"), CONFIGS["fit"], "fit")
    with pytest.raises(UsageError, match=r"--run large\.toml: it has 1000001 bytes"):
        read("#" * 1_000_001, name="large.toml")
