"""The command line: picks the command, and turns errors into exit codes."""

from __future__ import annotations

import contextvars
import io
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from pyneuronautofit._native.isa import AnotherLevelError
from pyneuronautofit._text import printable
from pyneuronautofit._version import __version__
from pyneuronautofit.cli.commands import COMMANDS, list_commands, run_command
from pyneuronautofit.cli.misspelt import refuse_misspelt_command
from pyneuronautofit.cli.waiting import loading
from pyneuronautofit.errors import PyNeuronAutofitError
from pyneuronautofit.sessions.interrupt import ended_by_signals, exit_code_of

_USER_ERROR = 2
# Says which process was begun anew.
_RESTARTED = "PYNEURONAUTOFIT_RESTARTED"


def main(
    argv: Sequence[str] | None = None, restart: Callable[[AnotherLevelError], int] | None = None
) -> int:
    """Run a command line.

    Parameters
    ----------
    restart
        Begins anew, with another environment, where the process is one of its own.

    Returns
    -------
    int
        The exit code: 0, 2 for a user's mistake, 3 for a fit that could not simulate anything, 4
        for one that has lost its workers, 130 after Ctrl-C and 143 after SIGTERM.
    """
    words = list(sys.argv[1:] if argv is None else argv)
    try:
        with ended_by_signals():
            # What a command lets there be is gone when it has ended.
            return contextvars.copy_context().run(_run, words)
    except AnotherLevelError as error:
        return _refused(error) if restart is None else restart(error)
    except PyNeuronAutofitError as error:
        return _refused(error)
    except KeyboardInterrupt as interruption:
        print("pyneuronautofit: interrupted", file=sys.stderr)
        return exit_code_of(interruption)
    except BrokenPipeError:
        # The reader of our output has left (`| head`). Keep Python from complaining at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


def entry_point() -> None:
    """Run the console command."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # A terminal may have fewer characters than names do.
            stream.reconfigure(errors="backslashreplace")
    sys.exit(main(restart=_restart))


def _refused(error: PyNeuronAutofitError) -> int:
    print(printable(f"pyneuronautofit: error: {error}"), file=sys.stderr)
    return _USER_ERROR


def _restart(error: AnotherLevelError) -> int:  # noqa: RET503 (it does not return)
    """Begin this very process anew, with the environment that it should have been started with.

    Libraries choose what they compute with when they are loaded. Nothing of the command has been
    done yet. One that is not content after a second start never will be.
    """
    if os.environ.get(_RESTARTED) == str(os.getpid()):
        return _refused(error)
    environment = {**os.environ, _RESTARTED: str(os.getpid())}
    for name, value in error.environment.items():
        environment.pop(name, None)
        if value is not None:
            environment[name] = value
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    os.execve(sys.executable, [sys.executable, *sys.orig_argv[1:]], environment)


def _run(words: list[str]) -> int:
    if words[:1] == ["--version"]:
        print(f"pyneuronautofit {__version__}")
        return 0
    if words[:1] == ["help"] and not Path("help").exists():
        words = [*words[1:2], "--help"]
    if words and words[0] in COMMANDS:
        return run_command(words[0], words[1:])
    refuse_misspelt_command(words, COMMANDS)
    with loading():
        from pyneuronautofit.cli.runs import fit  # noqa: PLC0415 (slow; see `run_command`)

    return fit.run(words, "pyneuronautofit", list_commands())
