"""What a terminal shows while a person waits."""

from __future__ import annotations

import io
import subprocess
import sys

import pytest

from pyneuronautofit import __version__
from pyneuronautofit.cli.screen import Screen
from pyneuronautofit.cli.waiting import loading, meanwhile


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.mark.parametrize(("term", "after"), [("xterm", "\r\x1b[K"), ("dumb", "\n")])
def test_loading_is_said_and_taken_back_where_that_can_be(term, after, monkeypatch):
    monkeypatch.setenv("TERM", term)
    monkeypatch.setattr(sys, "stderr", Terminal())
    with loading():
        assert sys.stderr.getvalue().startswith(f"pyneuronautofit {__version__}: loading ...")
    assert sys.stderr.getvalue() == f"pyneuronautofit {__version__}: loading ...{after}"


def test_an_error_takes_it_back_too(monkeypatch):
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr(sys, "stderr", Terminal())
    with pytest.raises(ZeroDivisionError), loading():
        raise ZeroDivisionError
    assert sys.stderr.getvalue().endswith("\x1b[K")


def test_a_log_has_none_of_it(monkeypatch):
    monkeypatch.setattr(sys, "stderr", io.StringIO())
    screen = Screen(file=io.StringIO())
    with loading(), meanwhile(screen, "thinking"):
        pass
    assert sys.stderr.getvalue() == screen.file.getvalue() == ""


def test_what_is_done_meanwhile():
    screen = Screen(file=io.StringIO(), force_terminal=True)
    with meanwhile(screen, "thinking"):
        pass
    assert "thinking ..." in screen.file.getvalue()


def test_saying_it_loads_nothing_that_is_slow():
    found = subprocess.run(
        [sys.executable, "-c", "import sys, pyneuronautofit.cli.main; print(*sys.modules)"],
        capture_output=True, text=True, check=True, timeout=60,
    )  # fmt: skip
    assert {"numpy", "rich", "argparse"} & set(found.stdout.split()) == set()
