"""The three scripts of an array: what is compiled once, the runs, what is made of them."""

from __future__ import annotations

import re
import shlex
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from pyneuronautofit._text import printable, writable
from pyneuronautofit.cli.clusters.array_folder import LOGS, ArrayFolder
from pyneuronautofit.cli.clusters.cluster_file import ClusterSettings
from pyneuronautofit.errors import UsageError
from pyneuronautofit.pages import scripts_of
from pyneuronautofit.report import MOST_COMPARED

#: The scripts in the order in which they run, and when each begins after the one before it: a run
#: that has failed does not keep the others from being collected.
SCRIPTS: Mapping[str, str] = MappingProxyType(
    {"prepare": "", "array": "afterok", "collect": "afterany"}
)
#: So long before a job's time is up it is told so.
_WARNING_S = 120
_WIDTH = 90


@dataclass(frozen=True)
class ArrayPlan:
    """All that the scripts of an array say.

    Attributes
    ----------
    array
        Where they are, and how many runs there are.
    words
        Flags and recordings of the fit, as on a command line.
    directory
        Where relative paths begin.
    cores
        Of a run.
    cluster
        What the cluster wants to be told.
    """

    array: ArrayFolder
    words: Sequence[str]
    directory: str
    cores: int
    cluster: ClusterSettings

    def scripts(self) -> dict[str, str]:
        """Return the text of every script, by its name.

        Raises
        ------
        UsageError
            If a name in them is no text.
        """
        return {name: self._script(name) for name in SCRIPTS}

    def _script(self, name: str) -> str:
        array = self.array
        python = self.cluster.python
        text = (
            scripts_of("pyneuronautofit.cli.clusters")
            .get_template(f"{name}.sh")
            .render(
                options=list(self._options(name)),
                command=printable(array.command, in_a_line=True),
                script=str(array.script(name)),
                directory=self.directory,
                setup=self.cluster.setup,
                program=f"{shlex.quote(sys.executable) if python is None else python} "
                "-m pyneuronautofit",
                cores=self.cores,
                words=in_lines(self.words),
                n_run=array.n_run,
                width=array.width,
                name=array.name,
                stores=str(array.stores),
                scratch=self.cluster.scratch,
                folder=str(array.folder),
                database=str(array.database),
                page=str(array.page),
                most=MOST_COMPARED,
                warning_s=_WARNING_S,
            )
        )
        if text != writable(text):
            raise UsageError(
                f"{array.script(name)}: a script is Unicode, and the name of a file has bytes that "
                "are none: rename that file"
            )
        return text

    def _options(self, name: str) -> Sequence[str]:
        """Return the options of sbatch."""
        cluster, array = self.cluster, self.array
        cores = 1 if name == "collect" else self.cores
        n_job = array.n_run if name == "array" else None
        more = {"signal": f"B:TERM@{_WARNING_S}"} if name == "array" else {}
        job = f"{array.name}-{name}"
        return sbatch_options(cluster, array.folder, job, name, cores=cores, n_job=n_job, **more)


def sbatch_options(
    cluster: ClusterSettings,
    folder: Path,
    job: str,
    name: str,
    *,
    cores: int,
    n_job: int | None = None,
    **more: str,
) -> list[str]:
    """Return the options of sbatch for a script.

    Parameters
    ----------
    folder
        Of the script, and of its log.
    job, name
        What the job is called, and the script.
    n_job
        How many jobs an array of it has; None: it is no array.
    more
        Further options.

    Raises
    ------
    UsageError
        If SLURM cannot have a log in that folder.
    """
    log = str(folder / LOGS).replace("%", "%%")
    # SLURM takes a log's name with a backslash as it is, without any number in it.
    if re.search(r'[\\\n"]', log):
        raise UsageError(
            f"-o {folder}: SLURM cannot have logs in a folder with such a name: choose one without "
            "quotes and backslashes"
        )
    place = "%j" if n_job is None else "%A_%a"
    words: dict[str, Any] = {
        "job-name": re.sub(r"[^\w.+-]", "_", job, flags=re.ASCII),
        "ntasks": 1,
        "cpus-per-task": cores,
        "partition": cluster.partition,
        "account": cluster.account,
        "qos": cluster.qos,
        "constraint": cluster.constraint,
        "time": cluster.time,
        "mem": cluster.memory,
        "output": f'"{log}/{name}-{place}.log"',
        "open-mode": "append",
    }
    if n_job is not None:
        limit = "" if cluster.at_once is None else f"%{cluster.at_once}"
        words["array"] = f"1-{n_job}{limit}"
    words |= more
    listed = [f"--{flag}={value}" for flag, value in words.items() if value is not None]
    return [*listed, "--requeue", *cluster.options]


def in_lines(words: Sequence[str]) -> str:
    """Return words quoted for the shell, in lines that can be read."""
    lines: list[str] = []
    for word in map(shlex.quote, words):
        if lines and len(lines[-1]) + len(word) < _WIDTH:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return " \\\n    ".join(lines)
