"""Try mutated inputs on everything that is read.

    python -m fuzz [--seed S] [--inputs N] [--keep DIR]   N inputs, from the first on
    python -m fuzz --seed S --only NUMBER                 one of them again, in this process

`tests` and `examples` have to be on the path, as in the Makefile. The seed and the number of an
input decide what it is. Right is every answer without a traceback, with an exit code of 0, 2, 3 or
130, within 20 s and 1 GB, that changes no input and no file outside of the folder that all of this
is done in. Exit code 1: an input was not answered like that; the command is printed that tries it
again, and with --keep its files are kept.
"""

from __future__ import annotations

import argparse
import json
import os
import select
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

TESTS = Path(__file__).resolve().parents[1]
#: Inputs of one process; how long it may say nothing before it is ended from outside, s.
BATCH, PATIENCE_S = 500, 60.0


@dataclass
class Tally:
    """What came out so far."""

    n_input: int = 0
    kinds: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    codes: Counter[str] = field(default_factory=Counter)
    seconds: Counter[str] = field(default_factory=Counter)
    longest: tuple[float, int] = (0.0, -1)
    largest: tuple[int, int] = (0, -1)
    failures: list[dict[str, Any]] = field(default_factory=list)


def main() -> int:
    """Try the inputs and return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m fuzz", description=__doc__.split("\n")[0])
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--inputs", type=int, default=2000, metavar="N")
    parser.add_argument("--first", type=int, default=0, metavar="NUMBER")
    parser.add_argument("--only", type=int, metavar="NUMBER", help="try this one again")
    parser.add_argument("--keep", type=Path, metavar="DIR", help="where failing inputs are kept")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="fuzz-") as folder:
        root = Path(folder).resolve()
        prepare(root)
        if asked.only is not None:
            return again(asked.seed, asked.only, root, asked.keep)
        began = time.monotonic()
        tally = try_all(asked.seed, asked.first, asked.inputs, root, asked.keep)
        report(tally, asked.seed, time.monotonic() - began)
    return 1 if tally.failures else 0


def prepare(root: Path) -> None:
    """Make the sandbox: the sound files, and folders that stand for the user's."""
    for name in ("home", "cache", "temporary", "cases"):
        (root / name).mkdir()
    os.environ.update(
        HOME=str(root / "home"),
        TMPDIR=str(root / "temporary"),
        XDG_CACHE_HOME=str(root / "cache"),
        MPLBACKEND="Agg",
        MPLCONFIGDIR=str(root / "cache"),
        OMP_NUM_THREADS="1",
        OPENBLAS_NUM_THREADS="1",
    )
    os.environ.setdefault("PYNEURONAUTOFIT_CACHE", str(root / "cache"))
    tempfile.tempdir = None
    paths = [str(TESTS), str(TESTS.parent / "examples"), os.environ.get("PYTHONPATH", "")]
    os.environ["PYTHONPATH"] = os.pathsep.join(path for path in paths if path)
    subprocess.run([sys.executable, "-m", "fuzz.sound", str(root / "sound")], check=True, cwd=TESTS)


def again(seed: int, number: int, root: Path, keep: Path | None) -> int:
    """Try one input in this process, and say everything about it."""
    sys.path[:0] = [str(TESTS), str(TESTS.parent / "examples")]
    from fuzz.batch import run_one
    from fuzz.sandbox import Watch

    watch = Watch(root)
    watch.install()
    kind, what, outcome = run_one(seed, number, root, watch)
    print(f"{kind}: {what}\n{outcome.said}\nexit code {outcome.code}, {outcome.seconds:.2f} s")
    for fault in outcome.faults:
        print(f"FAULT: {fault}")
    if keep is not None and outcome.faults:
        shutil.copytree(root / "cases" / str(number), keep / str(number), dirs_exist_ok=True)
    return 1 if outcome.faults else 0


def try_all(seed: int, first: int, n_input: int, root: Path, keep: Path | None) -> Tally:
    """Try inputs in processes of their own, many in each."""
    tally = Tally()
    at, end = first, first + n_input
    while at < end:
        last = min(at + BATCH, end)
        for line in lines_of(seed, at, last, root):
            if line[0] == "begins":
                at = line[1]
            elif line[0] == "died":
                _failed(tally, seed, at, "unknown", "", [line[1]], line[2], root, keep)
                tally.n_input += 1
            else:
                _number, kind, what, faults, code, seconds, n_byte, said = line[1:]
                tally.n_input += 1
                tally.kinds[kind] += 1
                tally.codes["read" if code is None else str(code)] += 1
                tally.seconds[kind] += seconds
                tally.refused[kind] += code == 2
                tally.longest = max(tally.longest, (seconds, at))
                tally.largest = max(tally.largest, (n_byte, at))
                if faults:
                    _failed(tally, seed, at, kind, what, faults, said, root, keep)
        at += 1
    return tally


def lines_of(seed: int, first: int, last: int, root: Path) -> Iterator[list[Any]]:
    """Yield what a process says about its inputs; at last how it died, if it did."""
    reading, writing = os.pipe()
    errors = root / "errors"
    words = ["-m", "fuzz.batch", str(seed), str(root), str(first), str(last), str(writing)]
    with errors.open("wb") as stream:
        process = subprocess.Popen(
            [sys.executable, *words],
            pass_fds=[writing],
            cwd=TESTS,
            stdin=subprocess.DEVNULL,
            stdout=stream,
            stderr=stream,
            start_new_session=True,
        )
    os.close(writing)
    buffer, why = b"", ""
    with open(reading, "rb", buffering=0) as pipe:
        while True:
            ready, _writing, _other = select.select([pipe], [], [], PATIENCE_S)
            if not ready:
                why = f"does not end within {PATIENCE_S:.0f} s"
                os.killpg(process.pid, 9)
                break
            part = pipe.read(1 << 16)
            if not part:
                break
            *whole, buffer = (buffer + part).split(b"\n")
            yield from map(json.loads, whole)
    code = process.wait()
    if code or why:
        said = errors.read_text("utf-8", "replace")[-2000:]
        yield ["died", why or f"ended the process: {code}", said]


def _failed(
    tally: Tally,
    seed: int,
    number: int,
    kind: str,
    what: str,
    faults: list[str],
    said: str,
    root: Path,
    keep: Path | None,
) -> None:
    tally.failures.append({"number": number, "kind": kind, "asked": what, "faults": faults})
    print(f"--- input {number}, {kind}: {what[:300]}")
    for fault in faults:
        print(f"    {fault}")
    if said.strip():
        print("    it said:", said.strip()[-600:].replace("\n", "\n    | "))
    again_ = f"PYTHONPATH=tests:examples python -m fuzz --seed {seed} --only {number}"
    print(f"    again: {again_}", flush=True)
    if keep is not None:
        files = root / "cases" / str(number)
        shutil.copytree(files, keep / str(number), dirs_exist_ok=True)


def report(tally: Tally, seed: int, seconds: float) -> None:
    """Print what was tried, and what came of it."""
    print(f"{tally.n_input} inputs of seed {seed} in {seconds:.0f} s")
    for kind, number in sorted(tally.kinds.items()):
        refused = f"{tally.refused[kind] / number:4.0%} refused"
        print(f"  {kind:16s}{number:7d}  {refused}  {tally.seconds[kind]:7.1f} s")
    print("exit codes:", ", ".join(f"{code} {n}" for code, n in sorted(tally.codes.items())))
    print(f"longest: {tally.longest[0]:.1f} s (input {tally.longest[1]})")
    print(f"largest: {tally.largest[0] >> 20} MB (input {tally.largest[1]})")
    print(f"{len(tally.failures)} inputs were not answered as they should be")


if __name__ == "__main__":
    sys.exit(main())
