"""The flag --write-run: the options of a command that makes a run, as a file for --run."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from pyneuronautofit._atomic import write_text
from pyneuronautofit.cli.outputs import check_outputs
from pyneuronautofit.cli.parser import run_files_of
from pyneuronautofit.cli.runfile import command_of, run_file_text
from pyneuronautofit.cli.screen import Screen
from pyneuronautofit.errors import UsageError
from pyneuronautofit.models.finding import find_model


def writing_run_file(
    config: Any,
    argv: Sequence[str],
    prog: str,
    work: Callable[[], int],
    *,
    own_model: bool = True,
) -> int:
    """Do a command's work, and write its options into the file that --write-run names, if any.

    Of a dry run they are written when it has found nothing wrong; else before the work.

    Parameters
    ----------
    config
        The options.
    argv
        The command line as it was typed.
    prog
        The name of the program, and of the command.
    work
        What the command does; returns the exit code.
    own_model
        Whether the model is the one that the options say, and not that of a run.
    """
    source, target = run_files_of(type(config), argv, prog)
    if target is None:
        return work()
    path = Path(target)
    if source is not None and path.exists() and path.samefile(source):
        raise UsageError(
            f"--write-run {target}: this is the file that --run reads, and its comments would be "
            "lost: give another name"
        )
    check_outputs(config, writes=[path])
    if own_model and config.project is None:
        # Whoever takes the file may be in another folder.
        found = find_model(None, Path.cwd()).project
        config = dataclasses.replace(config, project=None if found is None else found.name)
    text = run_file_text(config, command_of(prog), path)
    code = work() if config.dry_run else 0
    if code:
        return code
    write_text(path, text)
    screen = Screen(path)
    screen.print(f"run file    {path}; use it with: {prog} --run {path}", soft_wrap=True)
    return 0 if config.dry_run else work()


def refuse_to_write(config: type[Any], argv: Sequence[str], prog: str) -> None:
    """Refuse --write-run where a run is taken up again, with the options of its store."""
    if run_files_of(config, argv, prog)[1] is not None:
        raise UsageError(
            "--write-run is for a new run: one that is taken up again has its options in its store"
        )
