"""Giving scripts to SLURM, each after the one before it."""

from __future__ import annotations

import re
import shlex
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Protocol

from pyneuronautofit._programs import run_program
from pyneuronautofit._text import shortened
from pyneuronautofit.cli.clusters.scripts import SCRIPTS
from pyneuronautofit.errors import NotAvailableError, OutputError

_LIMIT_S = 120.0
_MOST_SAID = 500


def check_sbatch() -> None:
    """Raise NotAvailableError where there is no SLURM."""
    if shutil.which("sbatch") is None:
        raise NotAvailableError(
            "--submit: there is no sbatch here. Leave --submit out, and submit the scripts where "
            "there is one, on the cluster's login node"
        )


class ScriptFolder(Protocol):
    """A folder of scripts."""

    @property
    def folder(self) -> Path:
        """Where they are."""
        ...

    def script(self, name: str) -> Path:
        """Return the path of a script."""
        ...


def submit(array: ScriptFolder, order: Mapping[str, str] = SCRIPTS) -> dict[str, str]:
    """Submit the scripts of a folder, and return the number of each one's job.

    Parameters
    ----------
    order
        The scripts in the order in which they begin, and when each does after the one before it.

    Raises
    ------
    OutputError
        If SLURM refuses one; what was submitted before it is cancelled.
    """
    jobs: dict[str, str] = {}
    for name, when in order.items():
        before = list(jobs.values())
        done = run_program(_command(array, name, when, *before[-1:]), _LIMIT_S)
        number = re.search(r"^(\d+)(?:;.*)?$", done.output, re.MULTILINE)
        if done.code or number is None:
            if before:
                run_program(["scancel", *before], _LIMIT_S)
            said = shortened(" ".join(done.output.split()), _MOST_SAID) or done.how
            raise OutputError(
                f"sbatch {array.script(name)}: {said}. Nothing is submitted. Change what it "
                f"complains of in the --cluster file, remove {array.folder}, and repeat the command"
            )
        jobs[name] = number[1]
    return jobs


def shell_lines(array: ScriptFolder, order: Mapping[str, str] = SCRIPTS) -> Iterator[str]:
    """Yield the commands that submit the scripts of a folder by hand."""
    before: list[str] = []
    for name, when in order.items():
        # The variable is no word to be quoted.
        words = _command(array, name, when, *(["0"] if before else []))
        line = shlex.join(words)
        for other in before[-1:]:
            line = line.replace(":0 ", f":${other} ", 1)
        yield f"{name}=$({line})"
        before.append(name)


def _command(array: ScriptFolder, name: str, when: str, before: str = "") -> list[str]:
    """Return the command that submits a script; `before` is the number of the job before it."""
    # A job that can never run is of no use to anybody.
    after = [f"--dependency={when}:{before}", "--kill-on-invalid-dep=yes"]
    return ["sbatch", "--parsable", *(after if before else []), str(array.script(name))]
