"""What a large cell costs (`_large_cell.py`): here, with NEURON, and in another version.

    python benchmarks/large_cell.py fits [--other SOURCES] [--repeats 3]
    python benchmarks/large_cell.py parts
    python benchmarks/large_cell.py size

`fits` runs the command line in processes of their own: `fit` with generated code, the same with
`--simulator neuron` (a few candidates, each takes it minutes), and with the package of another
folder of sources, `--other`: the version that one wants to compare with. Evaluations per second are
those of the generations after the first, from the run's own log. `parts` says where the time of a
candidate goes, in one process; `size` what the cell is.
"""

from __future__ import annotations

import argparse
import gzip
import os
import re
import statistics
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from _large_cell import write_project
from _workload import print_table

from pyneuronautofit.codegen.generate import GenerateKernel, generate_kernel
from pyneuronautofit.models import load_model
from pyneuronautofit.recordings import Recording, StimulusWindow
from pyneuronautofit.simulators import Adaptive, BatchSimulator, Experiment, plan_experiment
from pyneuronautofit.simulators.cells.kept import KeptCell
from pyneuronautofit.simulators.cells.worker import (
    CellReader,
    ReadCell,
    image_reader,
    make_reader,
    packed_plan,
)
from pyneuronautofit.simulators.neuron.session import NeuronSetup
from pyneuronautofit.simulators.neuron.setter import path_values, paths_of
from pyneuronautofit.space import ParameterSpace, ParameterTable

STEPS_PA = (-300.0, 300.0, 500.0, 800.0)
STEP_MS, N_SAMPLE, WINDOW = 0.1, 8000, StimulusWindow(1000, 5999)
TEMPERATURE_DEGC = 34.0


def experiment() -> Experiment:
    """Return the four sweeps of 800 ms, for adaptive steps."""
    current = np.zeros((len(STEPS_PA), N_SAMPLE))
    current[:, WINDOW.first : WINDOW.last + 1] = np.array(STEPS_PA)[:, None]
    recording = Recording("steps", np.zeros_like(current), current, STEP_MS)
    return plan_experiment(recording, WINDOW, range(len(STEPS_PA)), None, TEMPERATURE_DEGC)


def candidates(folder: Path, count: int) -> ParameterTable:
    """Return random ones."""
    space = ParameterSpace.from_rows(load_model(folder, folder).parameters)
    return space.to_model(space.sample(np.random.default_rng(1), count))


def write_recording(folder: Path) -> Path:
    """Write what one of the candidates does, as a recording."""
    model, planned = load_model(folder, folder), experiment()
    with BatchSimulator(model.cell_source, planned, adaptive=Adaptive()) as simulator:
        voltage = simulator.run(candidates(folder, 4).rows([3])).voltage_mV[0]
    path = folder / "recording.npz"
    np.savez(path, voltage=voltage, current=planned.current_pA, dt=STEP_MS)
    return path


def rate(folder: Path, recording: Path, words: list[str], sources: Path | None = None) -> float:
    """Run a fit; return evaluations per second between its first and its last generation."""
    environment = dict(os.environ)
    if sources is not None:
        environment["PYTHONPATH"] = str(sources)
    with TemporaryDirectory() as name:
        command = [
            sys.executable, "-m", "pyneuronautofit", "fit", str(recording), "--project",
            str(folder), "-m", "OV", "-t", "-10", "-A", "NSGA2", "-E", "0", "--temperature",
            f"{TEMPERATURE_DEGC:g}", "--seed", "1", "--output", name, *words,
        ]  # fmt: skip
        subprocess.run(command, env=environment, check=True, capture_output=True)
        (log,) = Path(name).glob("*.log.gz")
        text = gzip.decompress(log.read_bytes()).decode("utf-8")
    found = re.findall(r"^(\S+ \S+) .*generation (\d+): (\d+) evaluations", text, re.MULTILINE)
    times = [
        time.mktime(time.strptime(when.partition(",")[0], "%Y-%m-%d %H:%M:%S"))
        + float(f"0.{when.partition(',')[2]}")
        for when, _number, _count in found
    ]
    return (int(found[-1][2]) - int(found[0][2])) / (times[-1] - times[0])


def fits(other: Path | None, repeats: int) -> None:
    """Print how many evaluations per second each does, and the ratios."""
    with TemporaryDirectory() as name:
        folder = write_project(Path(name) / "model").parent
        recording = write_recording(folder)
        many = ["-P", "96", "-G", "3"]
        ways = {"here": (many, None)}
        if other is not None:
            ways["other"] = (many, other)
        rates: dict[str, list[float]] = {way: [] for way in ways}
        for _repeat in range(repeats):
            for way, (words, sources) in ways.items():
                rates[way].append(rate(folder, recording, words, sources))
        few = ["-P", "2", "-G", "2", "--simulator", "neuron", "--time-limit", "3000"]
        rates["neuron"] = [rate(folder, recording, few)]
        here = statistics.median(rates["here"])
        print_table(
            ["way", "evaluations/s: median (range)", "here is so many times as fast"],
            [
                [
                    way,
                    f"{statistics.median(found):.3g} ({min(found):.3g} to {max(found):.3g})",
                    f"{here / statistics.median(found):.3g}",
                ]
                for way, found in rates.items()
            ],
        )


def parts() -> None:
    """Print where the time of a candidate goes."""
    with TemporaryDirectory() as name:
        folder = write_project(Path(name) / "model").parent
        model, planned, table = load_model(folder, folder), experiment(), candidates(folder, 64)
        paths = paths_of(table)
        setup = NeuronSetup(model.cell_source, planned, paths)
        values = path_values(table, range(len(table)))
        reader: CellReader = make_reader(setup)
        signature = reader(ReadCell(values[0], packed_plan({})))
        kinds = signature.node_kinds
        task = GenerateKernel(kinds, "double", "adaptive")
        generated = generate_kernel(task, model.cell_source.mods)
        plan = packed_plan(dict(zip(kinds, generated.variables, strict=True)))
        reader.close()
        began = time.perf_counter()
        for each in values[:8]:
            reader._build_alone(each, plan)
        own_ms = (time.perf_counter() - began) / 8 * 1e3
        kept = KeptCell(reader._session, planned, paths, image_reader(plan))
        began = time.perf_counter()
        for each in values:
            kept.read(each)
        kept_ms = (time.perf_counter() - began) / len(values) * 1e3
        kept.close()
        with BatchSimulator(model.cell_source, planned, 1, adaptive=Adaptive()) as simulator:
            simulator.run(table)
            busy, wall = time.process_time(), time.perf_counter()
            simulator.run(table)
            busy_ms = (time.process_time() - busy) / len(table) * 1e3
            wall_ms = (time.perf_counter() - wall) / len(table) * 1e3
        print_table(
            ["part, one core", "ms for a candidate"],
            [
                ["its cell is built and read", f"{own_ms:.3g}"],
                ["it is read from the kept cell", f"{kept_ms:.3g}"],
                ["the calling process: packing, kernel, traces", f"{busy_ms:.3g}"],
                ["from parameters to traces, on the clock", f"{wall_ms:.3g}"],
            ],
        )


def size() -> None:
    """Print what the cell is."""
    with TemporaryDirectory() as name:
        folder = write_project(Path(name) / "model").parent
        model, table = load_model(folder, folder), candidates(folder, 1)
        setup = NeuronSetup(model.cell_source, replace(experiment()), paths_of(table))
        reader = make_reader(setup)
        signature = reader(ReadCell(path_values(table, [0])[0], packed_plan({})))
        mechanisms = {m for kind in signature.node_kinds for m in kind.mechanisms}
        points = sum(1 for line in (folder / "cell.swc").open() if not line.startswith("#"))
        print(
            f"{len(signature.parents)} nodes, {len(mechanisms)} mechanisms, {points} points of the "
            f"morphology, {len(model.parameters)} parameters"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("what", choices=["fits", "parts", "size"])
    parser.add_argument("--other", type=Path)
    parser.add_argument("--repeats", type=int, default=3)
    given = parser.parse_args()
    if given.what == "fits":
        fits(given.other, given.repeats)
    else:
        {"parts": parts, "size": size}[given.what]()


if __name__ == "__main__":
    main()
