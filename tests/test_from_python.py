"""The example of the library does, as it stands, what it says."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

EXAMPLE = Path(__file__).parents[1] / "examples" / "from_python.py"
# What a notebook user would write, word for word.
WISHED = """\
rec = pnaf.Recording.from_arrays(v, i, dt_ms=0.1)
fit = pnaf.fit(rec, MyCell, PARAMS, modes="OV", objectives=[my_error], hold_out=[1, 3],
               generations=50, seed=1, output="runs")"""


def test_the_example_runs_as_it_stands(tmp_path):
    assert WISHED in EXAMPLE.read_text()
    done = subprocess.run(
        [sys.executable, EXAMPLE],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=500,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    runs = tmp_path / "runs"
    (report,) = runs.glob("*-report.html")
    assert "{my_error}" in report.read_text()
    assert (runs / "fit.png").stat().st_size > 10_000
    # The true parameters are NEURON's own: 0.12, 0.036, 0.0003 S/cm2.
    lines = dict(line.split() for line in done.stdout.splitlines() if ".hh.g" in line[:20])
    assert 0.1 < float(lines["soma(0.5).hh.gnabar"]) < 0.14
    assert 0.03 < float(lines["soma(0.5).hh.gkbar"]) < 0.043
    assert "warning" not in done.stderr
