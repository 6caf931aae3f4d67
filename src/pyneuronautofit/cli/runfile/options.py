"""The flags that name a run file.

They are none of a run's own options: its store holds what they stand for, and not where that was
written down.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pyneuronautofit._options import RUN, Option, option, options_of
from pyneuronautofit._words import READ, WRITTEN
from pyneuronautofit.fitting import RecordingOptions, RunOptions


@dataclass(frozen=True, kw_only=True)
class RunFileRead:
    """A file that has options of a command."""

    run_file: str | None = option(
        None,
        "--run",
        group=RUN,
        metavar="FILE.toml",
        parse=READ,
        help="read flags, by their long names, and recordings from this file; what stands on the "
        "command line comes first",
    )


@dataclass(frozen=True, kw_only=True)
class RunFileWritten(RunFileRead):
    """And one into which they are written."""

    write_run: str | None = option(
        None,
        "--write-run",
        group=RUN,
        metavar="FILE.toml",
        parse=WRITTEN,
        help="write all of these flags, with what they do, into a file for --run; with --dry-run "
        "nothing else is done",
    )


def run_file_options(config: type[Any]) -> Mapping[str, tuple[Option, Any]]:
    """Return the options about run files of the command that has the record `config`.

    Commands that take a recording read one, unless their record says no (`reads_run_file`); those
    that make a run can write it.
    """
    if issubclass(config, RunOptions):
        return options_of(RunFileWritten)
    reads = issubclass(config, RecordingOptions) and getattr(config, "reads_run_file", True)
    return options_of(RunFileRead) if reads else {}
