"""What is killed: command lines, what they start from, and what they have to end with."""

from __future__ import annotations

import contextlib
import json
import sqlite3
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random
from typing import Any

#: Of a store everything but when it was written and how long that took.
_COLUMNS = {
    "generation": "number, first_row, n_row, population, entered, removed, state",
    "evaluation": "generation, parameters, coordinates, scores, fitness, status, messages",
}
#: Of result files what says with which words a command was called, and how.
_CALLED = ("cmd", "program")


@dataclass(frozen=True)
class Job:
    """One command line.

    Attributes
    ----------
    name
    share
        How many of a hundred kills are its.
    words
        Everything but the number of threads.
    outputs
        The files that it writes: whole whenever they are there.
    again
        The words with which it is taken up again, once `store` is there; the same words if None.
    threads
        The flag for the number of threads; None: it has none.
    store
        The store of a run, which never gets shorter.
    compiles
        Whether it starts with an empty cache of compiled code.
    """

    name: str
    share: int
    words: tuple[str, ...]
    outputs: tuple[str, ...]
    again: tuple[str, ...] | None = None
    threads: str | None = None
    store: str | None = None
    compiles: bool = False

    def line(self, folder: Path, rng: Random) -> list[str]:
        """Return the words that start it, or take it up, in a folder."""
        words = self.words
        if self.again is not None and self.store and (folder / self.store).exists():
            words = self.again
        return [*words, *([self.threads, str(rng.choice([1, 2, 3]))] if self.threads else [])]

    def result(self, folder: Path) -> Mapping[str, Any]:
        """Return what it has written, but for times and words of command lines."""
        return {name: content(folder / name) for name in self.outputs}


def content(path: Path) -> Any:
    """Read a file as a whole: damage is an error."""
    if path.suffix == ".sqlite":
        return _stored(path)
    if path.suffix == ".npz":
        with zipfile.ZipFile(path) as archive:
            return {name: archive.read(name) for name in archive.namelist()}
    if path.suffix == ".json":
        return _without_calls(json.loads(path.read_text()))
    text = path.read_bytes()
    if path.suffix == ".html":
        assert text.rstrip().endswith(b"</html>"), f"{path.name} has no end"
        return len(text) > 1000
    return text


def n_generation(path: Path) -> int:
    """Return how many generations a store holds."""
    if not path.exists():
        return 0
    with contextlib.closing(sqlite3.connect(path)) as connection:
        try:
            (number,) = connection.execute("SELECT count(*) FROM generation").fetchone()
        except sqlite3.OperationalError:  # killed before it had tables
            return 0
    return int(number)


def _stored(path: Path) -> Any:
    with contextlib.closing(sqlite3.connect(path)) as connection:
        return {
            table: connection.execute(f"SELECT {columns} FROM {table} ORDER BY 1").fetchall()
            for table, columns in _COLUMNS.items()
        }


def _without_calls(value: Any) -> Any:
    if isinstance(value, dict):
        return {k: _without_calls(v) for k, v in value.items() if k not in _CALLED}
    return value


def _fit(name: str, share: int, generations: int, *words: str) -> Job:
    return Job(
        name,
        share,
        ("fit", *words, "-P", "12", "--seed", "5", "-a", "run", "-G", str(generations)),
        ("run.sqlite", "run-final.json", "run-arXive.json"),
        ("fit", "--resume", "run.sqlite"),
        "-n",
        "run.sqlite",
    )


_HH = ("--project", "hh", "-m", "OVR", "--dt", "0.1", "cell.npz")
_CELL = ("-m", "OV", "-c", "3", "-t", "-10", "-k", "mask.json", "TC-example.abf")

# It is written elsewhere, and copied: what a kill costs is time.
_IN_SCRATCH = replace(
    _fit("fit, scratch", 6, 60, "-A", "N", "--scratch", ".", *_HH),
    again=("fit", "--resume", "run.sqlite", "--scratch", "."),
)

JOBS: tuple[Job, ...] = (
    _IN_SCRATCH,
    _fit("fit, NSGA2, adaptive steps", 12, 12, "-A", "N", *_CELL),
    _fit("fit, Max, single precision", 5, 12, "-A", "M", "--precision", "single", *_CELL),
    _fit("fit, NSGA2, fixed steps", 13, 60, "-A", "N", *_HH),
    _fit("fit, Krayzman, fixed steps", 10, 60, "-A", "K", "-U", "4", "-E", "4", "-Z", *_HH),
    _fit("fit, PositiveCor, NEURON", 12, 20, "-A", "P", "--simulator", "neuron", *_HH),
    Job("search-init in place", 6, ("search-init", "hh.json", "--project", "hh", "--duration", "5"),
        ("hh.json",), threads="-n"),
    Job("search-synmin in place", 6,
        ("search-synmin", "hh.json", "--project", "hh", "-A", "[1, 0]", "-N", "[0, 1]"),
        ("hh.json",), threads="-p"),
    Job("check", 4, ("check", "tc.json", "-o", "out.json", "--json", "verdicts.json"),
        ("out.json", "verdicts.json"), threads="-n"),
    Job("collect", 3, ("collect", "old.sqlite", "-o", "out.json"), ("out.json",)),
    Job("merge", 3, ("merge", "hh.json", "hh-other.json", "-o", "out.json"), ("out.json",)),
    Job("export", 4, ("export", "old.sqlite", "--output", "out"),
        ("out/old-final.json", "out/old-arXive.json")),
    Job("export --scripts", 4, ("export", "old.sqlite", "--project", "hh", "--scripts", "0:3"),
        tuple(f"old-model_{row:04d}.py" for row in range(3))),
    Job("report", 6, ("report", "old.sqlite", "--project", "hh", "-o", "out.html"), ("out.html",)),
    Job("compilations", 6,
        ("simulate", "hh.json", "cell.npz", "--project", "hh", "-o", "out.npz"),
        ("out.npz",), threads="-n", compiles=True),
)  # fmt: skip
