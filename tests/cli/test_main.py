"""Which command a command line is, and what exit code an error has."""

from __future__ import annotations

import os
import signal
import sys

import pytest

from pyneuronautofit import __version__
from pyneuronautofit._native.isa import AnotherLevelError
from pyneuronautofit.cli import main as module
from pyneuronautofit.cli.commands import COMMANDS
from pyneuronautofit.cli.main import entry_point, main
from pyneuronautofit.cli.runs import fit
from pyneuronautofit.errors import RecordingError
from pyneuronautofit.sessions.interrupt import SignalInterrupt


@pytest.fixture
def asked(monkeypatch):
    """What the commands are asked; none of them does anything."""
    seen = []

    def run_command(name, argv):
        seen.append((name, argv))
        return 5

    def run_fit(argv, prog, commands):
        seen.append((prog, argv, commands))
        return 6

    monkeypatch.setattr(module, "run_command", run_command)
    monkeypatch.setattr(fit, "run", run_fit)
    return seen


def failing(monkeypatch, error):
    def run(_name, _argv):
        raise error

    monkeypatch.setattr(module, "run_command", run)


@pytest.mark.parametrize("name", COMMANDS)
def test_the_first_word_is_a_command(asked, name):
    assert main([name, "a.abf", "--flag"]) == 5
    assert asked == [(name, ["a.abf", "--flag"])]


@pytest.mark.parametrize("words", [[], ["a.abf"], ["--help"], ["-m", "OV", "check"], ["a", "info"]])
def test_everything_else_is_a_fit(asked, words):
    assert main(words) == 6
    ((prog, argv, commands),) = asked
    assert (prog, argv) == ("pyneuronautofit", words)
    assert "search-init" in commands


def test_without_words_those_of_the_process_are_taken(asked, monkeypatch):
    monkeypatch.setattr(sys, "argv", ["pyneuronautofit", "info", "db.json"])
    assert main() == 5
    with pytest.raises(SystemExit) as leaving:
        entry_point()
    assert leaving.value.code == 5
    assert asked == [("info", ["db.json"])] * 2


def test_the_version_is_said_at_once(asked, capsys):
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"pyneuronautofit {__version__}\n"
    assert asked == []


def test_a_users_mistake(monkeypatch, capsys):
    failing(monkeypatch, RecordingError("cell.abf is empty"))
    assert main(["info"]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err == "pyneuronautofit: error: cell.abf is empty\n"


@pytest.mark.parametrize(
    ("interruption", "code"),
    [
        (KeyboardInterrupt(), 130),
        (SignalInterrupt(signal.SIGINT), 130),
        (SignalInterrupt(signal.SIGTERM), 143),
        (SignalInterrupt(signal.SIGHUP), 129),
    ],
)
def test_an_interruption(monkeypatch, capsys, interruption, code):
    failing(monkeypatch, interruption)
    assert main(["info"]) == code
    assert capsys.readouterr().err == "pyneuronautofit: interrupted\n"


def test_a_mistake_of_ours_is_not_hidden(monkeypatch):
    failing(monkeypatch, ZeroDivisionError())
    with pytest.raises(ZeroDivisionError):
        main(["info"])


def test_a_reader_that_has_left_is_no_error(monkeypatch, tmp_path, capsys):
    """What is still to be written goes nowhere, so that nothing is complained about at exit."""
    failing(monkeypatch, BrokenPipeError())
    with (tmp_path / "out").open("w") as stream:
        monkeypatch.setattr(sys, "stdout", stream)
        assert main(["info"]) == 0
        assert os.fstat(stream.fileno()).st_rdev == os.stat(os.devnull).st_rdev
        stream.write("lost")
    assert (tmp_path / "out").read_text() == ""
    assert capsys.readouterr().err == ""


@pytest.fixture
def begun_anew(monkeypatch):
    """With what this process would have begun anew."""
    begun = []

    def execve(program, words, environment):
        begun.append((program, words, environment))
        raise SystemExit(77)

    monkeypatch.setattr(module.os, "execve", execve)
    return begun


def test_a_process_that_computes_with_something_else_begins_anew(begun_anew, monkeypatch, capsys):
    monkeypatch.setenv("OPENBLAS_CORETYPE", "Zen")
    monkeypatch.setenv("NUMBA_CPU_NAME", "generic")
    environment = {"OPENBLAS_CORETYPE": "Haswell", "NUMBA_CPU_NAME": None}
    failing(monkeypatch, AnotherLevelError("x86-64-v3", environment, "why not"))
    monkeypatch.setattr(sys, "orig_argv", ["python3", "-m", "pyneuronautofit", "info"])
    monkeypatch.setattr(sys, "argv", ["pyneuronautofit", "info"])
    with pytest.raises(SystemExit) as leaving:
        entry_point()
    assert leaving.value.code == 77
    ((program, words, given),) = begun_anew
    assert (program, words) == (sys.executable, [sys.executable, "-m", "pyneuronautofit", "info"])
    assert given["OPENBLAS_CORETYPE"] == "Haswell"
    assert "NUMBA_CPU_NAME" not in given
    assert given["PATH"] == os.environ["PATH"]
    # Once: where that does not help, nothing does.
    monkeypatch.setenv("PYNEURONAUTOFIT_RESTARTED", given["PYNEURONAUTOFIT_RESTARTED"])
    with pytest.raises(SystemExit) as leaving:
        entry_point()
    assert leaving.value.code == 2
    assert len(begun_anew) == 1
    assert "error: --isa x86-64-v3: why not" in capsys.readouterr().err


def test_a_process_of_somebody_else_is_left_alone(begun_anew, monkeypatch, capsys):
    failing(monkeypatch, AnotherLevelError("x86-64-v3", {"A": "b"}, "why not"))
    assert main(["info"]) == 2
    assert begun_anew == []
    assert "Start it with A='b' in its environment" in capsys.readouterr().err
