"""`slurm fit [FLAGS OF A FIT] RECORDING --runs N`: scripts for an array of runs on a cluster."""

from __future__ import annotations

import dataclasses
import itertools
import os
import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

from pyneuronautofit._atomic import write_text
from pyneuronautofit._options import RUN, between, file_name, options_of, same_option
from pyneuronautofit._text import shortened
from pyneuronautofit._words import FOLDER, whole
from pyneuronautofit.cli.calling import from_here, program_words
from pyneuronautofit.cli.clusters import workers
from pyneuronautofit.cli.clusters.array_folder import MOST_RUNS, ArrayFolder
from pyneuronautofit.cli.clusters.cluster_file import ClusterSettings, read_cluster_file
from pyneuronautofit.cli.clusters.scripts import ArrayPlan
from pyneuronautofit.cli.clusters.submitting import check_sbatch, shell_lines, submit
from pyneuronautofit.cli.clusters.workers import WorkersConfig
from pyneuronautofit.cli.parser import given_options, parse_config, run_files_of, with_run_file
from pyneuronautofit.cli.runfile.expanding import spell
from pyneuronautofit.cli.screen import Screen
from pyneuronautofit.errors import OutputError, UsageError
from pyneuronautofit.fitting import FitOptions, option, split_word

DESCRIPTION = """Writes a folder with three SLURM scripts, and submits them with --submit.

prepare compiles what the model needs, once; array makes N runs, with the seeds 1 to N, each of
which goes on where it was when it is begun again; collect makes one model database of all of them,
and a page that compares the best. All flags of a fit may be given, but for those that a run of an
array cannot have. `status FOLDER` says how the runs are doing."""

_FIT = "fit"
_OWN_CORES = "the runs of an array evaluate by their own cores; workers are for one fit"
# What every run of an array has for itself, and what is said instead.
_REFUSED = {
    "seed": "the runs have the seeds 1 to N",
    "resume": "runs go on by themselves",
    "extend": "it is for one run that is taken up again",
    "resume_or_start": "runs do so by themselves",
    "iteration": "runs are numbered: give a name with -a",
    "slurm_id": "runs are numbered: give a name with -a",
    "figure": "all runs would draw into one file: use final-check on the database",
    "dry_run": "scripts are only written without --submit",
    "prepare": "the script prepare.sh does so",
    "workers": _OWN_CORES,
    "scheduler_file": _OWN_CORES,
    "workers_tls": _OWN_CORES,
    "workers_wait": _OWN_CORES,
}
# What the scripts say themselves.
_OURS = frozenset({"run_stamp", "output", "n_worker", "evaluations_file", "recording", "beside"})


@dataclass(frozen=True, kw_only=True)
class SlurmConfig(FitOptions):
    """An array of fits, and what the cluster is told."""

    recording: str | None = same_option(FitOptions, "recording", default=None)  # type: ignore[assignment]
    run_stamp: str | None = same_option(
        FitOptions,
        "run_stamp",
        check=file_name,
        help="what the runs are called, with their numbers behind it (default: the name of the "
        "recording)",
    )
    output: str | None = same_option(
        FitOptions,
        "output",
        help="folder of the runs (default: in the folder of the scripts, or where --cluster says)",
    )
    evaluations_file: str = same_option(FitOptions, "evaluations_file", default="no")
    # Those that a run has for itself are no options here: `_REFUSED` says why.
    seed: int | None = None
    resume: str | None = None
    extend: bool = False
    resume_or_start: bool = False
    iteration: int | None = None
    slurm_id: str | None = None
    figure: str | None = None
    dry_run: bool = False
    prepare: bool = False
    workers: str | None = None
    scheduler_file: str | None = None
    workers_tls: str | None = None
    workers_wait: float | None = None
    n_run: int | None = option(
        None,
        "--runs",
        group=RUN,
        metavar="N",
        parse=whole,
        check=between(1, MOST_RUNS),
        help="how many runs",
    )
    cluster: str | None = same_option(
        WorkersConfig,
        "cluster",
        help="partition, account, time, memory, cores, lines of set-up, and where runs are kept",
    )
    cluster_example: bool = option(
        False, "--cluster-example", group=RUN, help="print such a file to begin with, and stop"
    )
    out: str | None = option(
        None,
        "-o",
        "--out",
        group=RUN,
        metavar="FOLDER",
        parse=FOLDER,
        help="folder of the scripts (default: the runs' name with -array)",
    )
    submit: bool = same_option(WorkersConfig, "submit")


_OWN = frozenset(options_of(SlurmConfig)) - frozenset(options_of(FitOptions))


def run(argv: Sequence[str], prog: str) -> int:
    """Write the scripts, submit them if asked for, and return the exit code."""
    if argv[:1] == [workers.NAME]:
        return workers.run(argv[1:], f"{prog} {workers.NAME}")
    config, given, command = _read(argv, prog)
    screen = Screen()
    if config.cluster_example:
        example = files(__package__).joinpath("templates", "cluster.toml")
        screen.print_lines(example.read_text("utf-8").rstrip("\n"))
        return 0
    plan = _plan(config, given, command)
    array, scripts = plan.array, plan.scripts()
    if config.submit:
        check_sbatch()
    _make(array.folder, array.logs)
    for name, script in scripts.items():
        write_text(array.script(name), script)
    array.write_note()
    _say(screen, f"scripts     {from_here(array.folder)}: prepare.sh, array.sh, collect.sh")
    runs = f"{array.n_run} of {plan.cores} core(s)"
    _say(screen, f"runs        {runs}, seeds 1 to {array.n_run}: {from_here(array.stores)}")
    if config.submit:
        array = dataclasses.replace(array, jobs=submit(array))
        array.write_note()
        for name, job in array.jobs.items():
            _say(screen, f"submitted   {name}: job {job}")
    else:
        _say(screen, "submit them with")
        for line in shell_lines(array):
            _say(screen, f"  {line}")
    look = shlex.join([*program_words(), "status", from_here(array.folder)])
    _say(screen, f"look with   {look}")
    return 0


def _read(argv: Sequence[str], prog: str) -> tuple[SlurmConfig, dict[str, Any], str]:
    """Return the options, which of a fit's stand on the command line, and the command."""
    if not {"-h", "--help"} & {*argv} and argv[:1] != [_FIT]:
        word = f" {shortened(argv[0])}" if argv else ""
        raise UsageError(
            f"slurm{word}: expected slurm {_FIT} RECORDING --runs N, or slurm {workers.NAME} "
            "--count N"
        )
    prog = f"{prog} {_FIT}"
    own, others = _parted(argv[1:] if argv[:1] == [_FIT] else argv)
    # A run file is that of a fit.
    words = with_run_file(FitOptions, others, f"pyneuronautofit {_FIT}")
    _refuse(words)
    config = parse_config(SlurmConfig, [*own, *words], prog, DESCRIPTION)
    if run_files_of(FitOptions, others, prog)[1] is not None:
        raise UsageError(
            "--write-run is for one fit: write the file with that, and give it by --run"
        )
    command = shlex.join([*prog.split(), *argv[1:]])
    if config.cluster_example:
        return config, {}, command
    if config.recording is None or config.n_run is None:
        raise UsageError("slurm fit: expected a RECORDING and --runs N, how many runs there are")
    given = given_options(FitOptions, words, f"pyneuronautofit {_FIT}", DESCRIPTION)
    return config, given, command


def _refuse(words: Sequence[str]) -> None:
    """Raise UsageError where there is a flag that the runs of an array have for themselves."""
    flags = {word.partition("=")[0] for word in itertools.takewhile(lambda w: w != "--", words)}
    for name, why in _REFUSED.items():
        option_, _default = options_of(FitOptions)[name]
        if found := flags & {*option_.flags}:
            raise UsageError(f"slurm fit {min(found)}: {why}")


def _parted(words: Sequence[str]) -> tuple[list[str], list[str]]:
    """Return the words of a command line that are about the array, and those of the fit."""
    described = {
        flag: o for n, (o, _) in options_of(SlurmConfig).items() for flag in o.flags if n in _OWN
    }
    own: list[str] = []
    others: list[str] = []
    left = list(words)
    while left:
        word = left.pop(0)
        if word == "--":
            return own, [*others, word, *left]
        flag, _sign, value = word.partition("=")
        if flag not in described:
            others.append(word)
            continue
        own.append(word)
        if described[flag].parse is not None and not value and left:
            own.append(left.pop(0))
    return own, others


def _plan(config: SlurmConfig, given: dict[str, Any], command: str) -> ArrayPlan:
    recording = str(config.recording)
    for word in (recording, *config.beside):
        path, _sweeps = split_word(word)
        if not path.is_file():
            raise UsageError(f"{path}: there is no such file: expected a recording")
    cluster = (
        ClusterSettings() if config.cluster is None else read_cluster_file(Path(config.cluster))
    )
    cores = config.n_worker if "n_worker" in given else cluster.cores
    if cluster.cores not in (None, cores):
        raise UsageError(
            f"-n {cores} and cores = {cluster.cores} in {config.cluster} are both the cores of a "
            "run: leave one of them out"
        )
    name = config.run_stamp or split_word(recording)[0].stem
    folder = Path(config.out or f"{name}-array").absolute()
    array = ArrayFolder(folder, name, config.n_run or 1, _stores(config, cluster, folder), command)
    values = {field: value for field, value in given.items() if field not in _OURS}
    values["evaluations_file"] = config.evaluations_file
    words = spell(FitOptions, values, [recording, *config.beside])
    return ArrayPlan(array, words, os.getcwd(), cores or 1, cluster)


def _stores(config: SlurmConfig, cluster: ClusterSettings, folder: Path) -> Path:
    if config.output is not None:
        return Path(config.output).absolute()
    return folder / "runs" if cluster.stores is None else Path(cluster.stores) / folder.name


def _make(folder: Path, logs: Path) -> None:
    """Make the folder of an array, which is nobody else's."""
    try:
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise OutputError(
                f"-o {folder}: there is something already. Choose another folder; an array that is "
                f"there goes on with: sbatch {shlex.quote(str(folder / 'array.sh'))}"
            )
        # SLURM does not make it.
        logs.mkdir(parents=True)
    except OSError as error:
        raise OutputError(
            f"-o {folder}: the folder cannot be made: {error.strerror or error}"
        ) from error


def _say(screen: Screen, line: str) -> None:
    screen.print(line, soft_wrap=True)
