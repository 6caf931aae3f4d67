"""`collect RUN... -o DATABASE`: models of runs as a model database."""

from __future__ import annotations

import argparse
import contextlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pyneuronautofit._options import MODEL, RUN, at_least
from pyneuronautofit._plugins import is_code
from pyneuronautofit._text import shortened
from pyneuronautofit._words import RUN_NAME, WRITTEN, real, whole
from pyneuronautofit.cli.parser import parse_config
from pyneuronautofit.cli.screen import Screen
from pyneuronautofit.cli.stored_run import opened_run
from pyneuronautofit.database import Collection, Floors, Selection
from pyneuronautofit.database.content import JsonLayout, write_content
from pyneuronautofit.errors import DatabaseError, UsageError
from pyneuronautofit.fitting import option
from pyneuronautofit.objectives.floor import floor_limit, is_floor_word
from pyneuronautofit.sessions.logs import logging_to_screen

DESCRIPTION = """Writes models of runs, finished or not, into a model database.

Without a choice these are the non-dominated ones of every run. With --max every evaluation is
looked at, and with --best those of least weighted fitness, or sum, are taken. Models that are
nearly the same as another one are left out. Of a joint fit each becomes a model for every cell."""


def _threshold(text: str) -> tuple[str, float | Floors]:
    """Read `O=0` or `V=2floor`."""
    code, _sign, number = text.partition("=")
    with contextlib.suppress(argparse.ArgumentTypeError, ValueError):
        if is_code(code) and is_floor_word(number):
            return code, Floors(floor_limit(number))
        if is_code(code):
            return code, real(number)
    raise argparse.ArgumentTypeError(
        f"{shortened(repr(text))}: expected a mode and the largest sum of its components, "
        "such as O=0, or so many noise floors, such as V=2floor"
    )


@dataclass(frozen=True, kw_only=True)
class CollectConfig:
    """Which models of which runs."""

    runs: tuple[str, ...] = option(
        (), group="", metavar="RUN", parse=RUN_NAME, help="stamps of runs, or their .sqlite files"
    )
    out: str | None = option(
        None, "-o", "--out", group=RUN, metavar="DATABASE", parse=WRITTEN, help="where to write"
    )
    thresholds: tuple[tuple[str, float | Floors], ...] = option(
        (),
        "--max",
        group=MODEL,
        metavar="MODE=X",
        parse=_threshold,
        help="only models whose components of this mode sum up to X at the most, such as O=0, or "
        "to so many noise floors of the run, such as V=2floor; may be given for several modes",
    )
    best: int | None = option(
        None,
        "--best",
        group=MODEL,
        metavar="N",
        parse=whole,
        check=at_least(1),
        help="so many of each run, those of the least weighted fitness",
    )
    non_dominated: bool = option(
        False,
        "--non-dominated",
        group=MODEL,
        help="with --max and --best, too: only non-dominated models",
    )
    distance: float = option(
        0.001,
        "--distance",
        group=MODEL,
        metavar="D",
        parse=real,
        check=at_least(0),
        help="of models nearer to each other than this the first is kept: the root mean square of "
        "the parameters' differences (of logarithms for 'log' ones), each by the parameter's range",
    )


def run(argv: Sequence[str], prog: str) -> int:
    """Collect models, write them, and return the exit code."""
    config = parse_config(CollectConfig, argv, prog, DESCRIPTION)
    if not config.runs or config.out is None:
        raise UsageError("expected one run or more, and -o, the database to write")
    selection = Selection(
        dict(config.thresholds), config.best, config.non_dominated, config.distance
    )
    collection = Collection(selection)
    screen = Screen(config.out)
    with logging_to_screen():
        for name in dict.fromkeys(config.runs):
            with opened_run(name) as opened:
                n_taken = collection.add(opened)
                stamp = opened.path.stem
            screen.print(f"{n_taken} of {stamp}", soft_wrap=True, markup=False, highlight=False)
    if not collection.records:
        least = "".join(f"; {each}" for each in collection.missed)
        raise DatabaseError(
            f"no model of these runs is {selection.name}: nothing was written{least}. Choose "
            "larger thresholds"
        )
    write_content(Path(config.out), collection.content(), JsonLayout(indent=1, newline=True))
    near = f", {collection.n_near} left out that are near to another one"
    screen.print(
        f"{len(collection.records)} models{near if collection.n_near else ''}: {config.out}",
        soft_wrap=True,
        markup=False,
    )
    return 0
