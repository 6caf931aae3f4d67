"""All options of the command `fit`: what a search reads, and what only a run in files does.

It is here and not with the command since the stores of runs hold all of them, by these names: a
run is taken up again, reported or exported with what it was begun with.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from pyneuronautofit._options import (
    FITTING,
    RUN,
    Resumed,
    above,
    at_least,
    file_name,
    not_zero,
    one_of,
    option,
    options_of,
    same_option,
)
from pyneuronautofit._words import FOLDER, READ, RUN_NAME, WRITTEN, real, text, whole
from pyneuronautofit.fitting.budget import Budget
from pyneuronautofit.fitting.config import FitConfig
from pyneuronautofit.optimisers import TraceOptions

_SCHEDULER = re.compile(r"(tcp|tls)://(\[[0-9a-fA-F:.%]+\]|[\w.-]+):\d{1,5}")

#: How long a fit waits for workers where nothing else is said, minutes.
WORKERS_WAIT_MIN = 60.0
# A year.
_LONGEST_MIN = 525_600.0


def is_scheduler(value: str) -> str | None:
    """Allow addresses of schedulers."""
    if _SCHEDULER.fullmatch(value):
        return None
    return "the address of a scheduler of dask.distributed: tcp://HOST:PORT, or tls://HOST:PORT"


@dataclass(frozen=True, kw_only=True)
class WorkerOptions:
    """Who evaluates candidates, if that is not this computer."""

    workers: str | None = option(
        None,
        "--workers",
        group=RUN,
        metavar="ADDRESS",
        parse=text,
        check=is_scheduler,
        resumed=Resumed.FREE,
        help="candidates are simulated and scored by the workers of this scheduler of "
        "dask.distributed, tcp://HOST:PORT or tls://HOST:PORT; results are the same",
    )
    scheduler_file: str | None = option(
        None,
        "--scheduler-file",
        group=RUN,
        metavar="FILE",
        parse=READ,
        resumed=Resumed.FREE,
        help="the same, of the scheduler that writes this file when it begins (slurm workers)",
    )
    workers_tls: str | None = option(
        None,
        "--workers-tls",
        group=RUN,
        metavar="FOLDER",
        parse=READ,
        resumed=Resumed.FREE,
        help="folder of ca.pem, cert.pem and key.pem, which encrypt what is sent (default: the "
        "folder tls beside --scheduler-file)",
    )
    workers_wait: float | None = option(
        None,
        "--workers-wait",
        group=RUN,
        metavar="MIN",
        parse=real,
        check=above(0, _LONGEST_MIN),
        resumed=Resumed.FREE,
        help="how long there may be no worker before the run is ended, to be taken up again; "
        f"minutes (default {WORKERS_WAIT_MIN:g})",
    )


@dataclass(frozen=True, kw_only=True)
class RunOptions(WorkerOptions):
    """What becomes of a run: what is written and where, and what is shown."""

    log_level: str = option(
        "INFO",
        "-v",
        "--log-level",
        group=RUN,
        metavar="LL",
        parse=str.upper,
        check=one_of("CRITICAL", "ERROR", "WARNING", "INFO", "DEBUG"),
        resumed=Resumed.FREE,
        help="level of logging. [CRITICAL, ERROR, WARNING, INFO, or DEBUG]",
    )
    log_to_screen: bool = option(
        False, "-u", "--log-to-screen", group=RUN, resumed=Resumed.FREE, help="log to screen"
    )
    print_every: int = option(
        -1,
        "-p",
        "--printed-checkpoints",
        group=RUN,
        metavar="NCH",
        parse=whole,
        check=not_zero,
        resumed=Resumed.FREE,
        help="print out checkpoints every # generation (do not print out if negative)",
    )
    dump_every: int = option(
        8,
        "-d",
        "--dump-checkpoints",
        group=RUN,
        metavar="DCH",
        parse=whole,
        check=not_zero,
        resumed=Resumed.FREE,
        help="dump out checkpoints into checkpoint file every # generation (do not dump out if "
        "negative)",
    )
    iteration: int | None = option(
        None,
        "-i",
        "--iteration",
        group=RUN,
        metavar="RITER",
        parse=whole,
        check=at_least(0),
        help="adds iteration number to the run's stamp",
    )
    run_stamp: str | None = option(
        None,
        "-a",
        "--run-stamp",
        group=RUN,
        metavar="RSTEMP",
        parse=text,
        check=file_name,
        help="use this run stamp instead of the generated one",
    )
    slurm_id: str | None = option(
        None,
        "--slurm-id",
        group=RUN,
        metavar="SLURMID",
        parse=text,
        check=file_name,
        help="add SLURM ID into the stamp",
    )
    log_population: bool = option(
        False,
        "--log-population",
        group=RUN,
        resumed=Resumed.FREE,
        help="record population into log file",
    )
    log_archive: bool = option(
        False, "--log-archive", group=RUN, resumed=Resumed.FREE, help="record archive into log file"
    )
    dry_run: bool = option(
        False, "--dry-run", group=RUN, resumed=Resumed.FREE, help="exit after init everything"
    )
    output: str | None = option(
        None,
        "--output",
        group=RUN,
        metavar="DIR",
        parse=FOLDER,
        resumed=Resumed.FREE,
        help="folder of the results (default: the recording's)",
    )
    scratch: str | None = option(
        None,
        "--scratch",
        group=RUN,
        metavar="DIR",
        parse=FOLDER,
        resumed=Resumed.FREE,
        help="the store is written in this folder of a disk of this computer, and copied to that "
        "of the results every minute and in the end: for those that computers share",
    )
    evaluations_file: str = option(
        "yes",
        "--evaluations-file",
        group=RUN,
        metavar="WHETHER",
        parse=text,
        check=one_of("yes", "no"),
        resumed=Resumed.FREE,
        help="yes: every evaluation is written as JSON, too, in the end (-arXive.json); no: the "
        "store alone has them, from which 'export' makes that file (default yes, and no in an "
        "array of 'slurm fit')",
    )
    prepare: bool = option(
        False,
        "--prepare",
        group=RUN,
        resumed=Resumed.FREE,
        help="compile what the model needs, compare it with NEURON, and stop: what all runs of an "
        "array have in common",
    )
    figure: str | None = option(
        None,
        "--figure",
        group=RUN,
        metavar="FILE",
        parse=WRITTEN,
        resumed=Resumed.FREE,
        help="draw the best model's voltage over the recording's into this file (.png, .pdf, .svg)",
    )


def _about_extending() -> str:
    options = [described for described, _default in options_of(FitOptions).values()]
    *some, last = [each.name for each in options if each.resumed is Resumed.EXTENDED]
    return (
        "with --resume: allow what changes the result from there on: another "
        f"{', '.join(some)} or {last}, other versions of the libraries"
    )


@dataclass(frozen=True, kw_only=True)
class FitOptions(RunOptions, TraceOptions, Budget, FitConfig):
    """A run of the command `fit`: what is fitted and how, for how long, and what becomes of it."""

    seed: int | None = same_option(Budget, "seed", default=None)  # type: ignore[assignment]
    initial_population: str | None = option(
        None,
        "-I",
        "--init-population",
        group=FITTING,
        metavar="INITPOP",
        parse=RUN_NAME,
        help="file with a set of an initial population: a final, checkpoint or archive file of a "
        "run, plain or gzipped, or a model database",
    )
    resume: str | None = option(
        None,
        "--resume",
        group=RUN,
        metavar="RUN",
        parse=RUN_NAME,
        resumed=Resumed.FREE,
        help="go on with a run, given by its stamp or its .sqlite file, up to its -G or a larger "
        "one; everything else is as it was, and need not be given again",
    )
    resume_or_start: bool = option(
        False,
        "--resume-or-start",
        group=RUN,
        resumed=Resumed.FREE,
        help="go on with the run of the stamp -a if it is there, begin it if not, and do nothing "
        "if it has ended: for jobs that a batch system may begin again",
    )
    extend: bool = option(
        False,
        "--extend",
        group=RUN,
        resumed=Resumed.FREE,
        help=_about_extending,
    )
