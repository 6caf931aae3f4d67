"""Draws the pictures of docs/certainty.md.

    python docs/make_certainty_figures.py [FOLDER]

Without FOLDER: docs/images. `certainty.png` is what `certainty -o` draws of a fit of the shipped
recording, `profile.png` what `profile -o` draws of the soma with the channels of Hodgkin and
Huxley. It takes some minutes.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from pyneuronautofit.cli.main import main as command

ROOT = Path(__file__).resolve().parents[1]
EXAMPLES = ROOT / "examples"


def draw(folder: Path) -> None:
    """Fit, look, and draw both pictures into a folder."""
    recording = EXAMPLES / "experimentaldata" / "TC-example.abf"
    soma = EXAMPLES / "HH-soma"
    with tempfile.TemporaryDirectory() as made:
        common = ["-A", "Auto", "-m", "OV", "-t", "-10", "--seed", "1", "--output", made]
        cell = ["--evaluations", "8000", "--hold-out", "2,6", "-a", "cell", str(recording)]
        hh = ["--evaluations", "2500", "-q", "6.3", "--dt", "0.025", "-a", "soma"]
        hh += ["--project", str(soma)]
        for words in (cell, [*hh, str(soma / "HH-soma.abf")]):
            _run("fit", *common, *words)
        _run("certainty", f"{made}/cell.sqlite", "-o", str(folder / "certainty.png"))
        known = ["--project", str(soma), "-o", str(folder / "profile.png")]
        _run("profile", f"{made}/soma.sqlite", "gkbar", *known)


def _run(*words: str) -> None:
    if code := command(list(words)):
        sys.exit(code)


if __name__ == "__main__":
    draw(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "docs" / "images")
