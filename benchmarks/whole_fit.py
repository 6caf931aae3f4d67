"""Evaluations per second of whole fits: this checkout against another one, alternated.

    python benchmarks/whole_fit.py OTHER
    python benchmarks/whole_fit.py OTHER --only "P 96" --repeats 5 --generations 60

OTHER is the folder of another checkout of this project, with a virtual environment of its own
(`.venv`) or none, then this one's is used. Without OTHER this checkout is timed alone. Both sides
use the same seeds, one after the other; what is compared is their medians. The time is that of
the search as the run's store has it: reading, simulating, scoring, strategy, store and progress,
but not the start of the process and the first check against NEURON, which do not grow.
The best values of both are printed, too: an integrator that is wrong would be fast.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from _workload import print_table

from pyneuronautofit.runs import RunFiles, open_run

HERE = Path(__file__).resolve().parents[1]
EXAMPLE = HERE / "examples" / "experimentaldata" / "TC-example.abf"
OTHER_RECORDING = HERE.parent / "shared" / "data" / "File_axon_5.abf"
SHARED_OPTIONS = ("-m", "OV", "-c", "3", "-t", "-10", "-a", "run")
ON_EXAMPLE = ("-k", "[0, 2, 5, 8]")


@dataclass(frozen=True)
class Case:
    """A fit that is timed."""

    name: str
    words: tuple[str, ...]
    recording: Path = EXAMPLE
    by_generations: bool = True


@dataclass(frozen=True)
class Timed:
    """What a fit came to."""

    per_second: float
    best: tuple[float, ...]


def cases() -> list[Case]:
    """Return all fits, in the order of the table."""
    found = []
    for size in (96, 240):
        for precision in ("double", "single"):
            for threads in (1, 2):
                words = ("-A", "N", "-P", str(size), "--precision", precision, "-n", str(threads))
                found.append(Case(f"P {size}, {precision}, -n {threads}", (*words, *ON_EXAMPLE)))
    if OTHER_RECORDING.exists():
        words = ("-A", "N", "-P", "240", "-n", "2")
        found.append(Case("File_axon_5, P 240, double, -n 2", words, OTHER_RECORDING))
    polished = ("-A", "Auto", "--evaluations", "6000", "-n", "2", *ON_EXAMPLE)
    found.append(Case("Auto 6,000, double, -n 2", polished, by_generations=False))
    return found


def fitted(checkout: Path, case: Case, seed: int, generations: int) -> Timed:
    """Fit, in a new folder, and return how fast it went and what it found."""
    python = checkout / ".venv" / "bin" / "python"
    length = ("-G", str(generations)) if case.by_generations else ()
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(
            [
                str(python if python.exists() else sys.executable), "-m", "pyneuronautofit",
                *case.words, *length, *SHARED_OPTIONS, "--seed", str(seed),
                "--output", folder, str(case.recording),
            ],
            cwd=folder,
            env={**os.environ, "PYTHONPATH": str(checkout / "src")},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )  # fmt: skip
        if done.returncode:
            raise SystemExit(f"{case.name}, seed {seed}, {checkout}: {done.stderr.strip()[-500:]}")
        with contextlib.closing(open_run(RunFiles(Path(folder), "run").store)) as run:
            scores = run.evaluations().scores
            finite = scores[np.isfinite(scores).all(axis=1)]
            per_second = run.n_evaluation / run.last.seconds
    return Timed(per_second, tuple(finite[np.lexsort(finite.T[::-1])[0]].tolist()))


def compared(case: Case, checkouts: Sequence[Path], words: argparse.Namespace) -> list[str]:
    """Return a row of the table: medians over seeds, of each checkout and of their ratios."""
    found: list[list[Timed]] = [[] for _checkout in checkouts]
    for seed in range(1, words.repeats + 1):
        for place, checkout in enumerate(checkouts):
            found[place].append(fitted(checkout, case, seed, words.generations))
    rates = np.array([[timed.per_second for timed in each] for each in found])
    row = [case.name, *(f"{np.median(each):.0f}" for each in rates)]
    if len(checkouts) > 1:
        ratios = rates[0] / rates[1]
        row.append(f"{np.median(ratios):.2f} ({ratios.min():.2f} to {ratios.max():.2f})")
    for each in found:
        row.append(" ".join(f"{value:.3g}" for value in np.median([t.best for t in each], axis=0)))
    return row


def main() -> None:
    """Time all fits and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("other", nargs="?", type=Path, help="another checkout")
    parser.add_argument("--repeats", type=int, default=3, help="seeds (default 3)")
    parser.add_argument("--generations", type=int, default=40, help="of those with -A N (40)")
    parser.add_argument("--only", default="", help="those whose name has this in it")
    words = parser.parse_args()
    checkouts = [HERE, *([words.other.resolve()] if words.other else [])]
    names = ["evaluations/s here", *(["there", "ratio (range)"] if words.other else [])]
    best = ["best here", *(["best there"] if words.other else [])]
    rows = []
    for case in cases():
        if words.only in case.name:
            rows.append(compared(case, checkouts, words))
            print(*rows[-1], sep=" | ", flush=True)
    print()
    print_table(("fit", *names, *best), rows)


if __name__ == "__main__":
    main()
