"""How long `status` and `report` take for a run, each a process of its own, and how large it gets.

    python benchmarks/report.py RUN.sqlite

The run of docs/runs.md (100,800 evaluations of 29 parameters and 45 components):

    python -m pyneuronautofit -A K -m ANV -P 300 -G 375 --seed 2 -a big --output . \
        examples/experimentaldata/TC-example.abf
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from pathlib import Path

N_REPEAT = 3


def timed(what, *words):
    seconds = []
    for _ in range(N_REPEAT):
        began = time.perf_counter()
        command = [sys.executable, "-m", "pyneuronautofit", *words]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        seconds.append(time.perf_counter() - began)
    print(f"{what:28s} {min(seconds):6.2f} s at best, {max(seconds):6.2f} s at worst")


def main(store):
    print(f"{store.name}: {store.stat().st_size / 1e6:.1f} MB")
    timed("nothing but --version", "--version")
    timed("status", "status", str(store))
    with tempfile.TemporaryDirectory() as folder:
        page = Path(folder) / "report.html"
        timed("report --no-traces", "report", str(store), "--no-traces", "-o", str(page))
        print(f"{'its size':28s} {page.stat().st_size / 1e6:6.2f} MB")
        timed("report", "report", str(store), "-o", str(page))
        print(f"{'its size':28s} {page.stat().st_size / 1e6:6.2f} MB")


if __name__ == "__main__":
    main(Path(sys.argv[1]).absolute())
