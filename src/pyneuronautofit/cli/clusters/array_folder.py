"""The folder of an array of runs: its scripts, where its runs are, and what it is made of."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from pyneuronautofit._atomic import write_text
from pyneuronautofit._bounded import read_bytes
from pyneuronautofit.errors import RunError

#: More than any cluster takes as one array.
MOST_RUNS = 100_000
#: The folder of what jobs print.
LOGS = "logs"
_NOTE = "array.json"
_KIND = "pyneuronautofit array"


@dataclass(frozen=True)
class ArrayFolder:
    """An array of runs.

    Attributes
    ----------
    folder
        Where its scripts are.
    name
        What the stamps of its runs begin with.
    n_run
        How many there are.
    stores
        The folder of the runs.
    command
        The command that has made it.
    jobs
        Script -> number of the job, where they were submitted.
    """

    folder: Path
    name: str
    n_run: int
    stores: Path
    command: str
    jobs: Mapping[str, str] = field(default_factory=dict)

    @property
    def width(self) -> int:
        """How many digits the number of a run has: names are in the order of numbers then."""
        return len(str(self.n_run))

    @property
    def logs(self) -> Path:
        """Where the jobs' output is."""
        return self.folder / LOGS

    @property
    def database(self) -> Path:
        """What `collect.sh` makes: the models of all runs."""
        return self.folder / "models.json"

    @property
    def page(self) -> Path:
        """What `collect.sh` makes: a page that compares the best."""
        return self.folder / "comparison.html"

    def script(self, name: str) -> Path:
        """Return the path of a script."""
        return self.folder / f"{name}.sh"

    def stamp(self, number: int) -> str:
        """Return the stamp of a run, by its number from 1."""
        return f"{self.name}-{number:0{self.width}d}"

    def store(self, number: int) -> Path:
        """Return the store of a run."""
        return self.stores / f"{self.stamp(number)}.sqlite"

    def write_note(self) -> None:
        """Write what the folder is.

        Raises
        ------
        OutputError
            If that cannot be done.
        """
        content = {**asdict(self), "stores": str(self.stores), "kind": _KIND}
        del content["folder"]
        write_text(self.folder / _NOTE, json.dumps(content, indent=1) + "\n")


def is_array(folder: Path) -> bool:
    """Tell whether a folder is that of an array."""
    return (folder / _NOTE).is_file()


def read_array(folder: Path) -> ArrayFolder:
    """Return the array of a folder.

    Raises
    ------
    RunError
        If its note cannot be read.
    """
    path = folder / _NOTE
    try:
        content: Any = json.loads(read_bytes(path, RunError))
        kind = content.pop("kind")
        found = ArrayFolder(**{**content, "folder": folder, "stores": Path(content["stores"])})
        good = kind == _KIND and _is_sound(found)
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise RunError(f"{path}: this is no note of an array of runs: {error!r:.200}") from error
    if not good:
        raise RunError(f"{path}: this is no note of an array of runs")
    return found


def _is_sound(array: ArrayFolder) -> bool:
    texts = (array.name, array.command, *array.jobs, *array.jobs.values())
    return (
        all(isinstance(text, str) for text in texts)
        and "/" not in array.name
        and isinstance(array.n_run, int)
        and 1 <= array.n_run <= MOST_RUNS
    )
