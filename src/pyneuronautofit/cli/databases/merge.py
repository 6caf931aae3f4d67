"""`merge DATABASE... -o OUT`: several databases as one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pyneuronautofit._options import RUN
from pyneuronautofit._words import READ, WRITTEN
from pyneuronautofit.cli.parser import parse_config
from pyneuronautofit.cli.screen import Screen
from pyneuronautofit.database import merge, read_database
from pyneuronautofit.errors import UsageError
from pyneuronautofit.fitting import option

DESCRIPTION = """Joins databases of the same cell. Models are numbered anew, database by database.

Targets, sources and evaluations are joined, too. Of models with exactly the same parameters the
first is kept."""


@dataclass(frozen=True, kw_only=True)
class MergeConfig:
    """Databases to be joined."""

    databases: tuple[str, ...] = option(
        (), group="", metavar="DATABASE", parse=READ, help="model databases, or files of runs"
    )
    out: str | None = option(
        None, "-o", "--out", group=RUN, metavar="OUT", parse=WRITTEN, help="where to write"
    )


def run(argv: Sequence[str], prog: str) -> int:
    """Merge, write, and return the exit code."""
    config = parse_config(MergeConfig, argv, prog, DESCRIPTION)
    if len(config.databases) < 2 or config.out is None:
        raise UsageError("expected two databases or more, and -o, the database to write")
    made, n_double = merge([read_database(Path(name)) for name in config.databases])
    made.write(Path(config.out))
    left_out = f", {n_double} left out that were there already" if n_double else ""
    Screen(config.out).print(
        f"{len(made.records)} models{left_out}: {config.out}", soft_wrap=True, markup=False
    )
    return 0
