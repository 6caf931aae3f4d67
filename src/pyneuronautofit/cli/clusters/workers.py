"""`slurm workers --count N`: scripts for a scheduler and workers that evaluate one population."""

from __future__ import annotations

import importlib.util
import math
import os
import shlex
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from pyneuronautofit._atomic import write_text
from pyneuronautofit._native.isa import NATIVE
from pyneuronautofit._options import RUN, between, option, same_option
from pyneuronautofit._text import printable, writable
from pyneuronautofit._words import FOLDER, READ, text, whole
from pyneuronautofit.cli.calling import from_here, program_words
from pyneuronautofit.cli.clusters.array_folder import LOGS, MOST_RUNS
from pyneuronautofit.cli.clusters.cluster_file import ClusterSettings, read_cluster_file
from pyneuronautofit.cli.clusters.scripts import sbatch_options
from pyneuronautofit.cli.clusters.submitting import check_sbatch, shell_lines, submit
from pyneuronautofit.cli.parser import parse_config
from pyneuronautofit.cli.screen import Screen
from pyneuronautofit.errors import NotAvailableError, OutputError, UsageError
from pyneuronautofit.fitting.evaluators.tls import FOLDER as TLS
from pyneuronautofit.fitting.evaluators.tls import TlsFiles, make_tls
from pyneuronautofit.pages import scripts_of
from pyneuronautofit.simulators import SimulationOptions

DESCRIPTION = """Writes scripts for a scheduler of dask.distributed and N workers, and submits them
with --submit.

A fit with --scheduler-file has its candidates simulated and scored by these workers. What is sent
is encrypted, by certificates that are made here and that you alone can read."""

#: What the command is called, behind `slurm`.
NAME = "workers"
#: The scripts in the order in which they begin, and when each does after the one before it.
ORDER: Mapping[str, str] = MappingProxyType({"scheduler": "", "workers": "after"})
SCHEDULER_FILE = "scheduler.json"
# A worker of which nothing is heard for so long is lost. It says something twice a second.
_TTL_S = 60
# A scheduler for which there is nothing to do for so long ends, with its workers.
_IDLE_MIN = 60
# Workers wait so long for the scheduler.
_WAIT_S = 600
_SHORT = "pnaf"


@dataclass(frozen=True, kw_only=True)
class WorkersConfig:
    """How many workers, and what the cluster is told."""

    n_worker: int | None = option(
        None,
        "--count",
        group=RUN,
        metavar="N",
        parse=whole,
        check=between(1, MOST_RUNS),
        help="how many workers, of a core each",
    )
    cluster: str | None = option(
        None,
        "--cluster",
        group=RUN,
        metavar="FILE.toml",
        parse=READ,
        help="what the cluster wants to be told, as of slurm fit; cores are the workers of a job",
    )
    out: str = option(
        "workers",
        "-o",
        "--out",
        group=RUN,
        metavar="FOLDER",
        parse=FOLDER,
        help="folder of the scripts, of the certificates and of the scheduler's address; all "
        "computers have to see it (default workers)",
    )
    interface: str | None = option(
        None,
        "--interface",
        group=RUN,
        metavar="NAME",
        parse=text,
        help="the network of the nodes that is used, such as ib0 (default: the one that leads out)",
    )
    isa: str = same_option(
        SimulationOptions, "isa", help="as of the fit that they evaluate: --isa there and here"
    )
    submit: bool = option(False, "--submit", group=RUN, help="give the scripts to SLURM")

    @property
    def folder(self) -> Path:
        """The folder of the scripts."""
        return Path(self.out).absolute()

    def script(self, name: str) -> Path:
        """Return the path of a script."""
        return self.folder / f"{name}.sh"


def run(argv: Sequence[str], prog: str) -> int:
    """Write the scripts, submit them if asked for, and return the exit code."""
    config = parse_config(WorkersConfig, argv, prog, DESCRIPTION)
    if config.n_worker is None:
        raise UsageError("slurm workers: expected --count N, how many workers there are")
    if importlib.util.find_spec("distributed") is None:
        raise NotAvailableError(
            "slurm workers needs dask.distributed: install it with pip install "
            "'pyneuronautofit[cluster]', here and where the workers run"
        )
    cluster = (
        ClusterSettings() if config.cluster is None else read_cluster_file(Path(config.cluster))
    )
    per_job = cluster.cores or 1
    n_job = math.ceil(config.n_worker / per_job)
    command = shlex.join([*prog.split(), *argv])
    scripts = {name: _script(name, config, cluster, n_job, command) for name in ORDER}
    if config.submit:
        check_sbatch()
    _make(config.folder)
    make_tls(config.folder / TLS)
    for name, script in scripts.items():
        write_text(config.script(name), script)
    _tell(config, n_job, per_job)
    return 0


def _tell(config: WorkersConfig, n_job: int, per_job: int) -> None:
    """Submit, if asked for, and say what was written and what is next."""
    screen = Screen()

    def say(line: str) -> None:
        screen.print(line, soft_wrap=True)

    say(f"scripts     {from_here(config.folder)}: scheduler.sh, workers.sh; certificates in {TLS}")
    say(f"workers     {n_job * per_job}: {n_job} job(s) of {per_job} core(s)")
    jobs = ["$scheduler", "$workers"]
    if config.submit:
        submitted = submit(config, ORDER)
        jobs = list(submitted.values())
        for name, job in submitted.items():
            say(f"submitted   {name}: job {job}")
    else:
        say("submit them with")
        for line in shell_lines(config, ORDER):
            say(f"  {line}")
    address = from_here(config.folder / SCHEDULER_FILE)
    say(f"fit with    {shlex.join([*program_words(), '--scheduler-file', address])} ...")
    say(f"end with    scancel {' '.join(jobs)}")


def _script(
    name: str, config: WorkersConfig, cluster: ClusterSettings, n_job: int, command: str
) -> str:
    """Return the text of a script."""
    folder, tls = config.folder, TlsFiles(config.folder / TLS)
    is_array = name == NAME
    cores = (cluster.cores or 1) if is_array else 1
    job, many = f"{_SHORT}-{name}", n_job if is_array else None
    script = (
        scripts_of("pyneuronautofit.cli.clusters")
        .get_template(f"{name}.sh")
        .render(
            options=sbatch_options(cluster, folder, job, name, cores=cores, n_job=many),
            command=printable(command, in_a_line=True),
            script=str(config.script(name)),
            directory=os.getcwd(),
            setup=cluster.setup,
            python=shlex.quote(sys.executable) if cluster.python is None else cluster.python,
            address=str(folder / SCHEDULER_FILE),
            authority=str(tls.authority),
            certificate=str(tls.certificate),
            key=str(tls.key),
            interface=config.interface,
            level=None if config.isa == NATIVE else config.isa,
            cores=cores,
            ttl_s=_TTL_S,
            idle_min=_IDLE_MIN,
            wait_s=_WAIT_S,
        )
    )
    if script != writable(script):
        raise UsageError(
            f"{config.script(name)}: a script is Unicode, and the name of a file has bytes that "
            "are none: choose another folder"
        )
    return script


def _make(folder: Path) -> None:
    """Make the folder, which is nobody else's."""
    try:
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise OutputError(
                f"-o {folder}: there is something already. Choose another folder; workers that "
                "are there begin again with their own scripts"
            )
        # SLURM does not make it.
        (folder / LOGS).mkdir(parents=True)
    except OSError as error:
        raise OutputError(
            f"-o {folder}: the folder cannot be made: {error.strerror or error}"
        ) from error
