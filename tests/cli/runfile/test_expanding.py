"""A command line with a run file is the same as one with what is in it."""

from __future__ import annotations

from pathlib import Path

import pytest

from cli.commands import CONFIGS
from cli.test_any_words import NAMES
from pyneuronautofit.cli.parser import given_options, parse_config, with_run_file
from pyneuronautofit.cli.runfile import command_of
from pyneuronautofit.errors import UsageError

FILE = """
recording = ["cell.abf", "other.abf"]
[fitting]
seed = 3
[model]
eval-mode = "OV"
spike-threshold = -10
stimulus = [100, 350.5]
collapse-diff = true
hold-weights-normalization = false
"""


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "x.toml").write_text(FILE.replace("hold-weights-normalization = false\n", ""))


def words(command, *argv):
    prog = "pyneuronautofit" if command == "fit" else f"pyneuronautofit {command}"
    return with_run_file(CONFIGS[command], argv, prog)


FLAGS = ["--seed", "3", "-m", "OV", "-t", "-10", "-e", "--stimulus", "100", "350.5"]


def test_without_one_the_words_stay_as_they_are():
    assert words("fit", "-m", "OV", "cell.abf", "--", "--run") == [
        "-m", "OV", "cell.abf", "--", "--run",
    ]  # fmt: skip


@pytest.mark.parametrize("flag", [["--run", "x.toml"], ["--run=x.toml"]])
def test_what_stands_in_it_stands_on_the_command_line(flag):
    assert words("fit", *flag) == [*FLAGS, "cell.abf", "other.abf"]
    # Twice is the same as once.
    assert words("fit", *words("fit", *flag)) == words("fit", *flag)


def test_the_command_line_comes_first():
    found = words("fit", "--seed", "4", "--run", "x.toml", "-m", "V")
    assert found == [
        "--seed", "4", "-m", "V", "-t", "-10", "-e", "--stimulus", "100", "350.5",
        "cell.abf", "other.abf",
    ]  # fmt: skip
    config = parse_config(CONFIGS["fit"], ["--run", "x.toml", "--seed", "4"], "prog", "")
    assert (config.seed, config.modes, config.beside) == (4, "OV", ("other.abf",))
    given = given_options(CONFIGS["fit"], ["--run", "x.toml", "--seed", "4"], "prog", "")
    assert given["seed"] == 4
    assert "n_worker" not in given


def test_recordings_of_the_command_line_take_the_place_of_all_of_the_file():
    assert words("fit", "new.abf", "--run", "x.toml")[-2:] == ["350.5", "new.abf"]
    assert words("fit", "--run", "x.toml", "new.abf", "b.abf")[-3:] == ["350.5", "new.abf", "b.abf"]


@pytest.mark.parametrize(
    ("command", "given", "expected"),
    [
        ("evaluate", ["db.json"], ["db.json", "cell.abf", "other.abf"]),
        ("evaluate", ["db.json", "new.abf"], ["db.json", "new.abf"]),
        ("simulate", ["db.json"], ["db.json", "cell.abf"]),
        ("compare", ["got.npz"], ["cell.abf", "got.npz"]),
        ("compare", ["new.abf", "got.npz"], ["new.abf", "got.npz"]),
        ("polish", ["run.sqlite"], ["run.sqlite", "cell.abf"]),
        ("evaluate", [], []),
    ],
)
def test_arguments_are_those_that_the_file_lacks(command, given, expected):
    if command != "evaluate":
        Path("x.toml").write_text('recording = "cell.abf"')
    found = words(command, *given, "--run", "x.toml")
    assert found[len(found) - len(expected) :] == expected


def test_several_recordings_are_not_for_a_command_that_takes_one():
    with pytest.raises(UsageError, match=r"line 2: recording = .*: expected one recording here"):
        words("simulate", "db.json", "--run", "x.toml")


def test_too_many_arguments_are_refused():
    Path("x.toml").write_text('recording = "cell.abf"')
    with pytest.raises(UsageError, match=r"unrecognized arguments: c"):
        words("compare", "a", "b", "c", "--run", "x.toml")


def test_names_that_look_like_flags():
    Path("x.toml").write_text('recording = "-cell.abf"\n[run]\nrun-stamp = "-x"')
    found = words("fit", "--run", "x.toml")
    assert found == ["--run-stamp=-x", "--", "-cell.abf"]
    config = parse_config(CONFIGS["fit"], found, "prog", "")
    assert (config.run_stamp, config.recording) == ("-x", "-cell.abf")


def test_mistakes_of_the_command_line_are_found_as_ever():
    with pytest.raises(UsageError, match=r"there is no option --sed; did you mean --seed"):
        words("fit", "--run", "x.toml", "--sed", "3")
    with pytest.raises(UsageError, match=r"--run: expected one argument"):
        words("fit", "--run")
    assert words("fit", "--run", "none.toml", "--help") == ["--run", "none.toml", "--help"]


@pytest.mark.parametrize("name", [name for name in NAMES if name], ids=lambda name: name[:9])
def test_any_name_is_answered(name, command):
    for words in (["sweeps", "cell.abf", f"--run={name}"], [f"--run={name}"]):
        answer = command(*words)
        assert answer.code == 2
        assert answer.err.count("error: ") == 1
        assert len(answer.err) < 8000


def test_the_name_of_a_command():
    assert command_of("pyneuronautofit") == command_of("pyneuronautofit fit") == "fit"
    assert command_of("pyneuronautofit polish") == "polish"
