"""`startup` and `memory`: what a whole process takes, from outside."""

from __future__ import annotations

import argparse
import contextlib
import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
from _workload import Workload, alternate, available, load, print_table, spread

FIRST_TRACES = Path(__file__).with_name("_first_traces.py")
# What the cache keeps of a model that NEURON needs, too: not what is timed.
KEPT = "mechanisms"
_SAMPLING_S = 0.05


def measure_startup(workload: Workload, words: argparse.Namespace, folder: Path) -> None:
    """Print the time to the first traces: NEURON's, and ours without and with a built kernel."""
    names = available(words.simulators)
    cache = folder / "cache"
    # Compiles the channels into the new cache.
    _first_traces("neuron", cache, folder)
    actions: dict[str, Callable[[], float]] = {}
    for name in names:
        if name.startswith("batch"):
            actions[f"{name}, no kernel in the cache"] = partial(_cold, name, cache, folder)
        actions[f"{name}"] = partial(_first_traces, name, cache, folder)
    found = alternate(actions, words.repeats)
    neuron = float(np.median(found["neuron"])) if "neuron" in found else float("nan")
    print("A new process up to the first traces of one model (10 ms), channels compiled before:")
    print_table(
        ("simulator", "wall s: median (range)", "more than neuron, s"),
        [(n, spread(s), f"{float(np.median(s)) - neuron:+.2f}") for n, s in found.items()],
    )
    for name in names:
        if name.startswith("batch"):
            built = np.median(found[f"{name}, no kernel in the cache"]) - np.median(found[name])
            print(f"{name}: building the kernel takes {built:.1f} s")


def _first_traces(name: str, cache: Path, folder: Path) -> float:
    begin = time.perf_counter()
    subprocess.run(
        [sys.executable, str(FIRST_TRACES), name],
        cwd=folder,
        env={**os.environ, "PYNEURONAUTOFIT_CACHE": str(cache)},
        stdout=subprocess.DEVNULL,
        check=True,
    )
    return time.perf_counter() - begin


def _cold(name: str, cache: Path, folder: Path) -> float:
    for kept in cache.iterdir():
        if kept.name != KEPT and kept.is_dir():
            shutil.rmtree(kept)
    return _first_traces(name, cache, folder)


class FitFailedError(Exception):
    """A fit ended with an error; says which."""


def measure_memory(words: argparse.Namespace, folder: Path) -> None:
    """Print the most memory that the first generation of a fit takes."""
    rows = []
    for name in available(words.simulators):
        try:
            largest, together, seconds = _fit(name, words, folder / name)
        except FitFailedError as error:
            print(f"({name} is left out: {error})\n", flush=True)
            continue
        rows.append((name, f"{largest:.0f}", f"{together:.0f}", f"{seconds:.1f}"))
    print(f"-P {words.population} -G 0 -m OV -n {words.cores} on {words.recording.name}:")
    print_table(
        (
            "simulator",
            "largest process, peak MiB",
            "all processes together, peak MiB",
            "wall s",
        ),
        rows,
    )
    print(f"load {load()}")


def _fit(name: str, words: argparse.Namespace, folder: Path) -> tuple[float, float, float]:
    """Return the peaks in MiB, and the seconds, of one fit."""
    simulator, _, precision = name.partition("-")
    folder.mkdir()
    command = [sys.executable, "-m", "pyneuronautofit", "-m", "OV", "--seed", "1"]
    command += ["-P", str(words.population), "-G", "0", "-n", str(words.cores)]
    command += ["--simulator", simulator, "--precision", precision or "double"]
    if words.stimulus:
        command += ["--stimulus", *map(str, words.stimulus)]
    command += ["--output", str(folder / "out"), str(words.recording.resolve())]
    begin = time.perf_counter()
    with (folder / "printed").open("wb") as printed:
        process = subprocess.Popen(command, cwd=folder, stdout=printed, stderr=printed)
        peak = _Peak(process.pid)
        # Only wait4 tells the memory of this one child.
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        together = peak.stop()
    if process.returncode != 0:
        end = (folder / "printed").read_text(errors="replace")[-800:]
        raise FitFailedError(f"the fit ended with {process.returncode}: {end.strip()}")
    unit = 1 if sys.platform == "darwin" else 1024
    return usage.ru_maxrss * unit / 2**20, together, time.perf_counter() - begin


class _Peak:
    """Watches the memory of a process and all its descendants (on Linux; nan elsewhere)."""

    def __init__(self, root: int) -> None:
        self._root = root
        self._peak = float("nan")
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def stop(self) -> float:
        """Return the peak in MiB."""
        self._done.set()
        self._thread.join()
        return self._peak

    def _watch(self) -> None:
        while not self._done.wait(_SAMPLING_S):
            total = sum(_proportional_kib(process) for process in _family(self._root))
            if total:
                self._peak = float(np.fmax(self._peak, total / 1024))


def _family(root: int) -> list[int]:
    found = [root]
    with contextlib.suppress(OSError):
        for children in Path(f"/proc/{root}/task").glob("*/children"):
            for child in children.read_text().split():
                found += _family(int(child))
    return found


def _proportional_kib(process: int) -> int:
    """Return the memory of a process, what it shares with others divided among them."""
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{process}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1])
    return 0
