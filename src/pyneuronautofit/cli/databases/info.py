"""`info DATABASE`: what is in a model database, and what is missing."""

from __future__ import annotations

import dataclasses
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pyneuronautofit._options import MODEL, RUN
from pyneuronautofit._types import Json
from pyneuronautofit._words import text
from pyneuronautofit.cli.databases.probing import DatabaseOptions, channel_folders
from pyneuronautofit.cli.parser import parse_config
from pyneuronautofit.cli.screen import Screen
from pyneuronautofit.database import parse_selection, read_database
from pyneuronautofit.database.labels import find_units
from pyneuronautofit.database.tools.information import (
    Information,
    ParameterRange,
    describe_database,
)
from pyneuronautofit.fitting import option
from pyneuronautofit.sessions.logs import logging_to_screen

DESCRIPTION = """Says what is in a model database: targets, counts, ranges of parameters, gaps."""


@dataclass(frozen=True, kw_only=True)
class InfoConfig(DatabaseOptions):
    """A look into a database."""

    selection: str | None = option(
        None,
        "--models",
        group=MODEL,
        metavar="IDS",
        parse=text,
        help="ids or half-open ranges of ids such as 0,3,10:20 (default: all)",
    )
    as_json: bool = option(False, "--json", group=RUN, help="print JSON instead of tables")


def run(argv: Sequence[str], prog: str) -> int:
    """Look, print, and return the exit code."""
    config = parse_config(InfoConfig, argv, prog, DESCRIPTION)
    screen = Screen()
    with logging_to_screen("INFO"):
        database = read_database(Path(config.database))
        if config.selection is not None:
            database = database.select(parse_selection(config.selection))
        found = describe_database(database, find_units(channel_folders(None)))
    if config.as_json:
        screen.print_lines(json.dumps(_finite(dataclasses.asdict(found)), indent=1))
    else:
        _print(screen, config.database, found)
    return 0


def _print(screen: Screen, name: str, found: Information) -> None:
    first, last = found.numbers
    screen.print(
        f"{name}: {found.n_model} model(s) under {found.list_name!r}, ids {first} to {last}",
        soft_wrap=True,
        markup=False,
    )
    head = ", ".join(f"{key} {value}" for key, value in found.header.items())
    screen.print(head, soft_wrap=True, markup=False)
    for title, counts in (
        ("fitted to", found.targets),
        ("scored by", found.evaluations),
        ("from", found.sources),
    ):
        _print_counts(screen, title, counts)
    _print_ranges(screen, found.parameters)
    for each in found.missing or ["nothing is missing"]:
        screen.print(each, soft_wrap=True, markup=False)
    for each in found.departures:
        screen.print(f"not as the schema says: {each}", soft_wrap=True, markup=False)


def _print_counts(screen: Screen, title: str, counts: Mapping[str, int]) -> None:
    if set(counts) != {"none"}:
        screen.print(f"{title}:")
        for name, count in counts.items():
            screen.print(f"  {count:5d}  {name}", soft_wrap=True, markup=False)


def _print_ranges(screen: Screen, ranges: Sequence[ParameterRange]) -> None:
    # Lines and not a table: labels are long, and have to stay whole to be searched for.
    width = max(len(each.label) for each in ranges)
    head = f"{'parameter':{width}s}  {'smallest':>10s} {'median':>10s} {'largest':>10s}  bounds"
    screen.print(head, soft_wrap=True, markup=False)
    for each in ranges:
        values = " ".join(f"{_number(v):>10s}" for v in (each.smallest, each.median, each.largest))
        screen.print(
            f"{each.label:{width}s}  {values}  {_bounds(each)}", soft_wrap=True, markup=False
        )


def _bounds(each: ParameterRange) -> str:
    if each.low is None:
        return "not searched"
    pressing = [
        f"{count} at the {side}"
        for count, side in ((each.n_low, "lower"), (each.n_high, "upper"))
        if count
    ]
    said = f"{_number(each.low)} .. {_number(each.high)} {each.scale}"
    return f"{said}; {', '.join(pressing)}" if pressing else said


def _number(value: float | str | None) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def _finite(value: Json) -> Json:
    if isinstance(value, dict):
        return {key: _finite(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(each) for each in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
