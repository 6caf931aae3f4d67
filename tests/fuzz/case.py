"""One input: what was written for it, and what is asked."""

from __future__ import annotations

import functools
import random
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from pyneuronautofit.cli.main import main


@dataclass(frozen=True)
class Case:
    """One input.

    Attributes
    ----------
    says
        What is asked, for people.
    action
        Asks it; returns an exit code, or None where a reader is asked and no command.
    may_run
        Whether programs may be started for it: workers that simulate.
    """

    says: str
    action: Callable[[], int | None]
    may_run: bool = False


#: Makes a case of a generator, the folder of sound files, and the one that is the input's own.
Maker = Callable[[random.Random, Path, Path], Case]


def command(*words: object, may_run: bool = False) -> Case:
    """Return the case of a command line."""
    line = [str(word) for word in words]
    return Case(f"pyneuronautofit {line!r}", functools.partial(main, line), may_run)


def reader(name: str, read: Callable[[], object]) -> Case:
    """Return the case of a function that reads."""

    def action() -> None:
        read()

    return Case(name, action)
