"""Draws the picture of docs/populations.md, after two fits of the shipped example.

    python docs/make_population_figures.py [FOLDER]

Without FOLDER: docs/images. The fits take some minutes each; their stores are kept in `out/` of
the working directory, and taken from there where they are.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from pyneuronautofit.cli.main import main as command

ROOT = Path(__file__).resolve().parents[1]
EXAMPLE = ROOT / "examples" / "experimentaldata" / "TC-example.abf"
PROJECT = ROOT / "examples" / "TC-fitting"
FIT = ("-A", "Auto", "-m", "OV", "--evaluations", "20000", "-t", "-10", "--hold-out", "2,6")


def main(folder: Path) -> None:
    """Fit, and draw."""
    out = Path("out").absolute()
    for seed in (1, 2):
        where = ["--project", str(PROJECT), "--output", str(out), "-a", f"s{seed}"]
        _run("fit", "--resume-or-start", *FIT, "--seed", str(seed), *where, str(EXAMPLE))
    os.chdir(out)
    limits = ("--max", "V=60", "--max", "O=0", "--below", "V=20,50,60")
    _run("populations", "s1", "s2", *limits, "-o", "population.png", "--project", str(PROJECT))
    (folder / "population.png").write_bytes(Path("population.png").read_bytes())


def _run(*words: str) -> None:
    if command(list(words)):
        sys.exit(f"failed: {' '.join(words)}")


if __name__ == "__main__":
    main(Path(sys.argv[1]).absolute() if len(sys.argv) > 1 else ROOT / "docs" / "images")
