"""`select DATABASE --models IDS -o OUT`: some models of a database."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pyneuronautofit._options import MODEL, RUN
from pyneuronautofit._words import WRITTEN, text
from pyneuronautofit.cli.databases.probing import DatabaseOptions
from pyneuronautofit.cli.parser import parse_config
from pyneuronautofit.cli.screen import Screen
from pyneuronautofit.database import parse_selection, read_database
from pyneuronautofit.errors import UsageError
from pyneuronautofit.fitting import option

DESCRIPTION = """Writes some of a database's models into a new one; they keep their ids."""


@dataclass(frozen=True, kw_only=True)
class SelectConfig(DatabaseOptions):
    """A selection of models."""

    selection: str | None = option(
        None,
        "--models",
        group=MODEL,
        metavar="IDS",
        parse=text,
        help="ids or half-open ranges of ids such as 0,3,10:20",
    )
    out: str | None = option(
        None, "-o", "--out", group=RUN, metavar="OUT", parse=WRITTEN, help="where to write"
    )


def run(argv: Sequence[str], prog: str) -> int:
    """Select, write, and return the exit code."""
    config = parse_config(SelectConfig, argv, prog, DESCRIPTION)
    if config.selection is None or config.out is None:
        raise UsageError(
            "expected --models, the ids of the models, and -o, the database to write them to"
        )
    database = read_database(Path(config.database))
    chosen = database.select(parse_selection(config.selection))
    chosen.write(Path(config.out))
    n_chosen, n_all = len(chosen.records), len(database.records)
    Screen(config.out).print(
        f"{n_chosen} of {n_all} models: {config.out}", soft_wrap=True, markup=False
    )
    return 0
