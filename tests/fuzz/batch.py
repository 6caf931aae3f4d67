"""Many inputs in one process: it says before each which it is, and afterwards how it ended."""

from __future__ import annotations

import faulthandler
import gc
import json
import os
import resource
import shutil
import sys
import warnings
from pathlib import Path
from typing import IO

from fuzz.sandbox import Outcome, Watch, answered
from fuzz.table import make_case

#: The address space of a process; libraries take much of it that they never use.
MOST_SPACE = 8 << 30


def run_batch(seed: int, numbers: list[int], root: Path, said: IO[str]) -> None:
    """Try inputs one after the other, and write a line before and after each.

    Parameters
    ----------
    root
        The sandbox: `sound` has the sound files, `cases` is where inputs are made.
    said
        Takes the lines: JSON lists.
    """
    warnings.simplefilter("ignore")
    faulthandler.enable()
    # What would take all of the memory is refused it; what a small input takes is looked at below.
    resource.setrlimit(resource.RLIMIT_AS, (MOST_SPACE, MOST_SPACE))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    watch = Watch(root)
    watch.install()
    for number in numbers:
        _say(said, ["begins", number])
        kind, what, outcome = run_one(seed, number, root, watch)
        _say(
            said,
            ["ended", number, kind, what, outcome.faults, outcome.code, outcome.seconds,
             outcome.n_byte, outcome.said],
        )  # fmt: skip
        if number % 200 == 0:
            gc.collect()


def run_one(seed: int, number: int, root: Path, watch: Watch) -> tuple[str, str, Outcome]:
    """Try one input; its files stay where something is wrong with the answer."""
    folder = root / "cases" / str(number)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    os.chdir(folder)
    kind, case = make_case(seed, number, root / "sound", folder)
    inputs = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    inputs += [path for path in sorted((root / "sound").iterdir()) if path.is_file()]
    outcome = answered(case.action, watch, inputs, may_run=case.may_run)
    os.chdir(root)
    if not outcome.faults:
        shutil.rmtree(folder, ignore_errors=True)
    return kind, case.says, outcome


def _say(said: IO[str], line: list[object]) -> None:
    said.write(json.dumps(line) + "\n")
    said.flush()


if __name__ == "__main__":
    _seed, _root, _first, _last = sys.argv[1:5]
    _stream = os.fdopen(int(sys.argv[5]), "w", encoding="utf-8")
    run_batch(int(_seed), list(range(int(_first), int(_last))), Path(_root), _stream)
