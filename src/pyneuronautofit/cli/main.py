"""The command line: picks the command, and turns errors into exit codes."""

from __future__ import annotations

import contextvars
import io
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from pyneuronautofit._text import printable
from pyneuronautofit._version import __version__
from pyneuronautofit.cli.commands import COMMANDS, list_commands, run_command
from pyneuronautofit.cli.misspelt import refuse_misspelt_command
from pyneuronautofit.cli.waiting import loading
from pyneuronautofit.errors import PyNeuronAutofitError
from pyneuronautofit.sessions.interrupt import ended_by_signals, exit_code_of

_USER_ERROR = 2


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command line.

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
    except PyNeuronAutofitError as error:
        print(printable(f"pyneuronautofit: error: {error}"), file=sys.stderr)
        return _USER_ERROR
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
    sys.exit(main())


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
