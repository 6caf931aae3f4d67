"""How long it takes to read a long recording and to find its stimulus, and how much memory.

    python benchmarks/recordings.py [OTHER]

40 sweeps of 2 s at 200 kHz, as ABF 2 (voltage and recorded current, with noise) and as NPZ. Each is
read in a process of its own, on one core; OTHER, another checkout of this project, does the same in
turns. Medians of three, and the most memory that was in use.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from _workload import print_table

HERE = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(HERE / "examples"))
N_SWEEP, N_SAMPLE, STEP_MS, REPEATS = 40, 400_000, 0.005, 3

READ = """
import json, sys, time
from pyneuronautofit.recordings import detect_stimulus, read_recording
began = time.perf_counter()
recording = read_recording(sys.argv[1])
read = time.perf_counter()
said = (recording.step_ms, recording.name)
# Older versions have the name first.
names = detect_stimulus.__code__.co_varnames
window = detect_stimulus(recording.current_pA, *(said if names[1] == "step_ms" else said[::-1]))
ended = time.perf_counter()
# Of this process alone: what getrusage says includes the one that it was forked from.
most_kB = int(open("/proc/self/status").read().partition("VmHWM:")[2].split()[0])
print(json.dumps([read - began, ended - read,
                  most_kB / 1024, [window.first, window.last]]))
"""


def made() -> tuple[np.ndarray, np.ndarray]:
    """Return voltage (mV) and current (pA) of all sweeps."""
    rng = np.random.default_rng(1)
    current = np.full((N_SWEEP, N_SAMPLE), -20.0)
    current[:, 100_000:300_000] += np.linspace(-200.0, 300.0, N_SWEEP)[:, None]
    current += rng.normal(0.0, 3.0, current.shape)
    return -70.0 + 0.1 * current, current


def timed(checkout: Path, path: Path) -> list[float]:
    """Return the times of a process that reads a file, s, and its memory, MB."""
    python = checkout / ".venv" / "bin" / "python"
    done = subprocess.run(
        [str(python if python.exists() else sys.executable), "-c", READ, str(path)],
        env={**os.environ, "PYTHONPATH": str(checkout / "src"), "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        check=True,
    )
    *numbers, window = json.loads(done.stdout.splitlines()[-1])
    if checkout == HERE and not np.allclose(window, (100_000, 299_999), atol=400):
        raise SystemExit(f"{checkout}: the stimulus is taken to be {window}")
    return list(numbers)


def compared(name: str, path: Path, checkouts: Sequence[Path]) -> list[tuple[str, ...]]:
    """Return the rows of the table that are about a file."""
    found: list[list[list[float]]] = [[] for _checkout in checkouts]
    for _repeat in range(REPEATS):
        for place, checkout in enumerate(checkouts):
            found[place].append(timed(checkout, path))
    rows = []
    for place, each in enumerate(found):
        reading, finding, memory = np.median(each, axis=0)
        which = "here" if place == 0 else "there"
        rows.append((name, which, f"{reading:.2f}", f"{finding:.2f}", f"{memory:.0f}"))
    return rows


def main() -> None:
    """Write the files, read them, print the table."""
    from abf2_writer import write_abf2  # noqa: PLC0415 (its folder is on the path now)

    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("other", nargs="?", type=Path, help="another checkout")
    words = parser.parse_args()
    checkouts = [HERE, *([words.other.resolve()] if words.other else [])]
    with tempfile.TemporaryDirectory() as folder:
        voltage, current = made()
        abf, npz = Path(folder) / "long.abf", Path(folder) / "long.npz"
        write_abf2(abf, voltage, current, STEP_MS)
        np.savez(npz, voltage=voltage, current=current, dt=STEP_MS)
        del voltage, current
        rows = compared("ABF", abf, checkouts) + compared("NPZ", npz, checkouts)
    print(f"{N_SWEEP} sweeps of {N_SAMPLE} samples, {STEP_MS} ms apart; medians of {REPEATS}")
    print_table(("file", "version", "read, s", "stimulus, s", "memory, MB"), rows)


if __name__ == "__main__":
    main()
