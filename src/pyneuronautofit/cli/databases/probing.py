"""What the commands that probe the models of a database have in common."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from rich.progress import track

from pyneuronautofit._native import isa
from pyneuronautofit._options import RUN, between, option, same_option
from pyneuronautofit._words import READ, real
from pyneuronautofit.cli.screen import Screen
from pyneuronautofit.cli.stored_model import note_temperature
from pyneuronautofit.models import CellSource, ProjectOptions
from pyneuronautofit.probes.neuron.simulator import NeuronProbe
from pyneuronautofit.probes.pool import Test
from pyneuronautofit.probes.preferred import PreferredProbe
from pyneuronautofit.probes.tests import Probe
from pyneuronautofit.simulators import SimulationOptions

T = TypeVar("T")

_DEGC = SimulationOptions.temperature_degC
_LINES = 10  # of progress, where there is no terminal


@dataclass(frozen=True, kw_only=True)
class DatabaseOptions:
    """Which database."""

    database: str = option(
        "",
        group="",
        metavar="DATABASE",
        parse=READ,
        place=-1,
        help="a model database, or the file of a run",
    )


@dataclass(frozen=True, kw_only=True)
class ProbeOptions(DatabaseOptions, ProjectOptions):
    """How models are simulated where there is no recording."""

    temperature_degC: float | None = same_option(
        SimulationOptions, "temperature_degC", default=None, flags=("-T", "-q", "--temperature")
    )
    simulator: str | None = same_option(
        SimulationOptions,
        "simulator",
        help="batch: generated code; neuron: the reference (default: batch where it can be used)",
    )
    n_worker: int | None = same_option(
        SimulationOptions,
        "n_worker",
        flags=("-p", "-n", "--number-threads"),
        help="number of threads or processes (default: all cores)",
    )
    isa: str = same_option(SimulationOptions, "isa")
    dt_ms: float = option(
        0.025,
        "--dt",
        group=RUN,
        metavar="SIMDT",
        parse=real,
        check=between(1e-4, 1.0),
        help="time step, ms",
    )
    time_limit_s: float | None = same_option(
        SimulationOptions,
        "time_limit_s",
        help="a model whose simulation takes longer is given up (default: a minute and a hundred "
        "times what is usual)",
    )


def temperature_of(options: ProbeOptions, stored_degC: float | None) -> float:
    """Return the temperature that was asked for, else the database's, else the default."""
    for degC in (options.temperature_degC, stored_degC):
        if degC is not None:
            return degC
    note_temperature(_DEGC, options.database)
    return _DEGC


def build_probe(source: CellSource, test: Test, options: ProbeOptions) -> Probe:
    """Build what simulates; its processes start when they are needed."""
    isa.require(options.isa)
    settings = (source, test, options.n_worker, options.time_limit_s)
    if options.simulator == "neuron":
        return NeuronProbe(*settings)
    return PreferredProbe(*settings, insist=options.simulator == "batch")


def watched(screen: Screen, work: Iterable[T], total: int, doing: str) -> Iterator[T]:
    """Yield what comes, and show how it goes: a bar on a terminal, some lines elsewhere."""
    try:
        if screen.is_terminal:
            yield from track(work, doing, total=total, console=screen, transient=True)
            return
        for done, each in enumerate(work, 1):
            if done * _LINES // total > (done - 1) * _LINES // total:
                screen.print(f"{doing}: {done} of {total}", soft_wrap=True)
            yield each
    except KeyboardInterrupt:
        screen.print("what is finished is kept: the same command goes on where this one ended")
        raise


def channel_folders(project: str | None) -> list[Path]:
    """Return the folders that may hold the .mod files of the model."""
    place = Path.cwd() if project is None else Path(project)
    place = place.parent if place.is_file() else place
    return [place / "mods", place, Path.cwd() / "mods"]
