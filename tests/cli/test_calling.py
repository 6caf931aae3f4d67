"""What the program and paths are called, for commands that somebody types."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from pyneuronautofit.cli.calling import from_here, program_words


def test_the_program_is_called_as_it_was(tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "argv", ["/site-packages/pyneuronautofit/__main__.py", "-m", "OV"])
    monkeypatch.setattr(sys, "orig_argv", [".venv/bin/python", "-u", "-m", "pyneuronautofit"])
    assert program_words() == [".venv/bin/python", "-m", "pyneuronautofit"]
    script = tmp_path / "pyneuronautofit"
    script.touch(mode=0o755)
    monkeypatch.setattr(sys, "argv", [str(script)])
    monkeypatch.setenv("PATH", os.devnull)
    assert program_words() == [str(script)]
    monkeypatch.setenv("PATH", str(tmp_path))
    assert program_words() == ["pyneuronautofit"]
    monkeypatch.setattr(sys, "argv", ["pytest"])
    assert program_words() == ["pyneuronautofit"]


def test_a_path_is_shown_from_here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert from_here(tmp_path / "a b" / "x.sqlite") == "a b/x.sqlite"
    assert from_here(Path("-x.sqlite")) == "./-x.sqlite"
    assert from_here(Path("/far/run.sqlite")) == "/far/run.sqlite"
    assert from_here(Path("../up.sqlite")) == "../up.sqlite"
