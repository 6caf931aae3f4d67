"""`search-init IN [OUT]`: the resting state of every model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pyneuronautofit._options import MODEL, between
from pyneuronautofit._words import CHANGED, real
from pyneuronautofit.cli.databases.check import check_folder
from pyneuronautofit.cli.databases.probing import ProbeOptions, build_probe, temperature_of, watched
from pyneuronautofit.cli.outputs import check_outputs
from pyneuronautofit.cli.parser import parse_config
from pyneuronautofit.cli.screen import Screen
from pyneuronautofit.cli.stored_model import model_of
from pyneuronautofit.database import Database, Journal, read_database, write_added
from pyneuronautofit.database.journal import journal_path, model_digest
from pyneuronautofit.database.tools.resting import NOTE, RestResult, find_rest, with_rest
from pyneuronautofit.fitting import option
from pyneuronautofit.probes.tests import RestTest
from pyneuronautofit.sessions.logs import logging_to_screen
from pyneuronautofit.simulators import RunStatus

DESCRIPTION = f"""Finds the resting state of every model of a database.

Simulates every model for 60 s without current, from the voltages of its `init` if it has one, else
from -76 mV, and writes the voltages at the end as `init`, and `id`. A model that is still moving
then is reported, and gets the key `{NOTE}`; one that cannot be simulated keeps what it had."""


@dataclass(frozen=True, kw_only=True)
class SearchInitConfig(ProbeOptions):
    """A search for resting states."""

    out: str | None = option(
        None, group="", metavar="OUT", parse=CHANGED, help="where to write (default: in place)"
    )
    seconds: float = option(
        60.0,
        "--duration",
        group=MODEL,
        metavar="S",
        parse=real,
        check=between(1.0, 3600.0),
        help="how long a model is simulated, s",
    )
    fresh: bool = option(
        False, "--fresh", group=MODEL, help="begin at -76 mV, also where a model has an init"
    )


def run(argv: Sequence[str], prog: str) -> int:
    """Search, write, and return the exit code."""
    config = parse_config(SearchInitConfig, argv, prog, DESCRIPTION)
    out = Path(config.database if config.out is None else config.out)
    screen = Screen(config.out)
    with logging_to_screen("INFO"):
        database = read_database(Path(config.database))
        database.require_complete()
        check_folder(out)
        in_place = [out] if config.out is None else []
        check_outputs(config, writes=[journal_path(out)], changes=in_place)
        results = _search(config, database, out, screen)
    _print_results(screen, results)
    n_rest = sum(not result.note for result in results)
    screen.print(f"{n_rest} of {len(results)} models are at rest: {out}", soft_wrap=True)
    return 0


def _search(
    config: SearchInitConfig, database: Database, out: Path, screen: Screen
) -> list[RestResult]:
    stored = database.stored
    initial_mV = [] if config.fresh else database.initial_mV()
    source = model_of(config, stored, config.database).cell_source
    duration_ms = config.seconds * 1000.0
    test = RestTest(
        temperature_of(config, stored.temperature_degC),
        config.dt_ms,
        duration_ms,
        # Not the beginning, where every model moves.
        watched_ms=min(10_000.0, duration_ms / 2.0),
    )
    journal = Journal(out, "search-init", repr(test), model_digest(source))
    with build_probe(source, test, config) as probe:
        screen.print(
            f"{test.duration_ms / 1000:g} s without current at {test.temperature_degC:g} degC "
            f"({probe.description})",
            soft_wrap=True,
        )
        work = find_rest(stored, probe, journal, initial_mV)
        found = list(watched(screen, work, len(stored.models), "simulated"))
    by_number = {result.number: result for result in found}
    results = [by_number[model.number] for model in stored.models]
    write_added(
        database, out, lambda now, same: with_rest(now, [r for r in results if r.number in same])
    )
    journal.remove()
    return results


def _print_results(screen: Screen, results: Sequence[RestResult]) -> None:
    for result in results:
        if result.note:
            kept = "" if result.status == RunStatus.OK.name else " Its init is as it was."
            screen.print(
                f"model {result.number} is not at rest: {result.note}.{kept}"
                if not kept
                else f"model {result.number}: {result.note}.{kept}",
                soft_wrap=True,
                markup=False,
            )
