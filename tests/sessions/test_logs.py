"""Where records go: warnings and notices to the screen, all of them to the log."""

from __future__ import annotations

import io
import logging
import re
import sys

import pytest

from pyneuronautofit.sessions.logs import logging_to_screen

LOG = logging.getLogger("pyneuronautofit.somewhere")
PACKAGE = logging.getLogger("pyneuronautofit")
LINE = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} (.*)")


class Lines(logging.StreamHandler):
    """The handler of a log file, which is in memory."""

    def __init__(self):
        super().__init__(io.StringIO())
        self.is_closed = False

    def close(self):
        self.is_closed = True
        super().close()

    @property
    def lines(self):
        return [LINE.fullmatch(line)[1] for line in self.stream.getvalue().splitlines()]


def speak():
    LOG.debug("nobody hears this")
    LOG.info("for the log")
    LOG.info("for a person who waits", extra={"notice": True})
    LOG.warning("look %s", "here")


def test_the_screen_gets_warnings_and_notices(capsys):
    with logging_to_screen():
        speak()
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err == (
        "pyneuronautofit: for a person who waits\npyneuronautofit: warning: look here\n"
    )


def test_or_everything_where_that_is_asked_for(capsys):
    with logging_to_screen("DEBUG", to_screen=True):
        speak()
    lines = [LINE.fullmatch(line)[1] for line in capsys.readouterr().err.splitlines()]
    assert lines == [
        "DEBUG pyneuronautofit.somewhere: nobody hears this",
        "INFO pyneuronautofit.somewhere: for the log",
        "INFO pyneuronautofit.somewhere: for a person who waits",
        "WARNING pyneuronautofit.somewhere: look here",
    ]


def test_the_screen_is_whatever_stands_for_it_at_the_moment(capsys, monkeypatch):
    with logging_to_screen():
        redirected = io.StringIO()
        with monkeypatch.context() as patch:
            patch.setattr(sys, "stderr", redirected)
            LOG.warning("one")
        LOG.warning("two")
    assert redirected.getvalue() == "pyneuronautofit: warning: one\n"
    assert capsys.readouterr().err == "pyneuronautofit: warning: two\n"


def test_a_file_gets_what_came_before_it_too(capsys):
    log = Lines()
    with logging_to_screen() as logs:
        LOG.info("early")
        logs.open_file(log)
        assert log.lines == ["INFO pyneuronautofit.somewhere: early"]
        LOG.info("late")
        LOG.debug("too fine")
    assert log.lines == [f"INFO pyneuronautofit.somewhere: {what}" for what in ("early", "late")]
    assert log.is_closed
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("level", ["ERROR", "INFO", "DEBUG"])
def test_the_level_is_that_of_the_command(level):
    log = Lines()
    with logging_to_screen(level) as logs:
        logs.open_file(log)
        speak()
    assert len(log.lines) == {"ERROR": 0, "INFO": 3, "DEBUG": 4}[level]


def test_an_error_that_nobody_has_a_file_for_is_not_kept_for_ever():
    with logging_to_screen() as logs:
        LOG.error("early")
        log = Lines()
        logs.open_file(log)
        assert [type(handler).__name__ for handler in logs.handlers][1:] == ["Lines"]
    assert len(log.lines) == 1


def test_afterwards_all_is_as_it_was(capsys, monkeypatch):
    monkeypatch.setattr(PACKAGE, "propagate", True)
    monkeypatch.setattr(PACKAGE, "level", logging.WARNING)
    before = PACKAGE.level, PACKAGE.propagate, list(PACKAGE.handlers)
    with logging_to_screen("ERROR"):
        assert PACKAGE.level == logging.ERROR
        assert not PACKAGE.propagate
    with pytest.raises(RuntimeError), logging_to_screen("ERROR"):
        raise RuntimeError
    assert (PACKAGE.level, PACKAGE.propagate, PACKAGE.handlers) == before
    # A second command does not say everything twice.
    with logging_to_screen():
        LOG.warning("once")
    assert capsys.readouterr().err.count("once") == 1


def test_what_is_logged_is_text(capsys):
    """A name can hold orders for the terminal, or look like a line of the log."""
    name = "a\x1b[2J\x9b\u202e\udcff\n2020-01-01 00:00:00,000 ERROR me: b"
    file = Lines()
    with logging_to_screen() as logs:
        logs.open_file(file)
        LOG.warning("look at %s", name)
    spelt = r"look at a\u001b[2J\u009b\u202e\udcff"
    assert file.stream.getvalue().splitlines()[1] == "    2020-01-01 00:00:00,000 ERROR me: b"
    assert file.stream.getvalue().splitlines()[0].endswith(spelt)
    assert capsys.readouterr().err.startswith(f"pyneuronautofit: warning: {spelt}\n")
