"""Giving scripts to SLURM, each after the one before it."""

from __future__ import annotations

import re
import shlex
import shutil
from collections.abc import Iterator
from pathlib import Path

from pyneuronautofit._programs import run_program
from pyneuronautofit._text import shortened
from pyneuronautofit.cli.clusters.array_folder import ArrayFolder
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


def submit(array: ArrayFolder) -> dict[str, str]:
    """Submit the scripts of an array, and return the number of each one's job.

    Raises
    ------
    OutputError
        If SLURM refuses one; what was submitted before it is cancelled.
    """
    jobs: dict[str, str] = {}
    for name, words in _commands(array.folder):
        before = list(jobs.values())
        done = run_program([word.format(*before[-1:]) for word in words], _LIMIT_S)
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


def shell_lines(array: ArrayFolder) -> Iterator[str]:
    """Yield the commands that submit an array by hand."""
    before = ""
    for name, words in _commands(array.folder):
        written = [shlex.quote(w) if "{}" not in w else w.format(f"${before}") for w in words]
        yield f"{name}=$({' '.join(written)})"
        before = name


def _commands(folder: Path) -> Iterator[tuple[str, list[str]]]:
    """Yield of every script its name and the command that submits it.

    {} stands for the number of the job before it.
    """
    for name, when in SCRIPTS.items():
        # A job that can never run is of no use to anybody.
        after = [f"--dependency={when}:{{}}", "--kill-on-invalid-dep=yes"] if when else []
        yield name, ["sbatch", "--parsable", *after, _escaped(str(folder / f"{name}.sh"))]


def _escaped(word: str) -> str:
    return word.replace("{", "{{").replace("}", "}}")
