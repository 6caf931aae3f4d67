"""What reading a candidate costs the batch simulator: from a cell of its own, from reused cells.

    python benchmarks/reading.py [CANDIDATES] [--repeats 5]

Random candidates of the built-in cell. The first two rows are processor time of a worker, which
this process plays; the others are time on the clock through a pool of one worker, parameters and
images sent, and what of that the calling process works. All are measured in turns, `repeats`
times; the last column is the ratio of medians to the first row.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from _workload import alternate, print_table, spread

from pyneuronautofit.codegen.generate import GenerateKernel, generate_kernel
from pyneuronautofit.models import load_model
from pyneuronautofit.recordings import Recording, StimulusWindow
from pyneuronautofit.simulators import Experiment, RunStatus, plan_experiment
from pyneuronautofit.simulators.cells.image import CellImage, Signature
from pyneuronautofit.simulators.cells.worker import (
    CELLS_TOGETHER,
    CellReader,
    ReadCell,
    make_reader,
    packed_plan,
)
from pyneuronautofit.simulators.neuron.session import NeuronSession, NeuronSetup, open_session
from pyneuronautofit.simulators.neuron.setter import path_values
from pyneuronautofit.simulators.processes.pool import Job, WorkerPool
from pyneuronautofit.space import ParameterSpace


def experiment() -> Experiment:
    """Return a short one: reading depends on its temperature and time step only."""
    current = np.zeros((1, 400))
    current[:, 100:300] = 50.0
    recording = Recording("step", np.zeros_like(current), current, 0.1)
    return plan_experiment(recording, StimulusWindow(100, 299), [0], 0.025, 35.0)


def make_tasks(n_cand: int, folder: Path) -> tuple[NeuronSetup, list[ReadCell]]:
    """Return random candidates, with the plan of the kernel for them."""
    model = load_model(None, folder)
    space = ParameterSpace.from_rows(model.parameters)
    table = space.to_model(space.sample(np.random.default_rng(1), n_cand))
    paths = tuple(path for paths in table.targets for path in paths)
    setup = NeuronSetup(model.cell_source, experiment(), paths)
    values = path_values(table, range(n_cand))
    signature = CellReader(open_session(setup), setup)(ReadCell(values[0], packed_plan({})))
    if not isinstance(signature, Signature):
        raise SystemExit("the first candidate cannot be read")
    kinds = signature.node_kinds
    variables = generate_kernel(GenerateKernel(kinds, "double"), model.cell_source.mods).variables
    plan = packed_plan(dict(zip(kinds, variables, strict=True)))
    return setup, [ReadCell(each, plan) for each in values]


def read_here(reader: CellReader, tasks: Sequence[ReadCell]) -> float:
    """Return the processor time of a candidate in us."""
    began = time.process_time()
    for start in range(0, len(tasks), CELLS_TOGETHER):
        message = tasks[start : start + CELLS_TOGETHER]
        ready = reader.prepare(message)
        for place, task in enumerate(message):
            if place not in ready and not isinstance(reader(task), CellImage):
                raise SystemExit("a candidate cannot be read")
    return (time.process_time() - began) / len(tasks) * 1e6


def read_reused(session: NeuronSession, setup: NeuronSetup, tasks: Sequence[ReadCell]) -> float:
    """Do as `read_here` with cells that were there before, and are gone afterwards."""
    reader = CellReader(session, setup, reuse=True)
    read_here(reader, tasks)
    microseconds = read_here(reader, tasks)
    reader.close()
    return microseconds


def read_there(pool: WorkerPool, tasks: Sequence[ReadCell]) -> tuple[float, float]:
    """Return the time of a candidate on the clock, and this process's processor time, in us."""
    wall, processor = time.perf_counter(), time.process_time()
    if not all(
        outcome.status is RunStatus.OK for outcome in pool.map(tasks, together=CELLS_TOGETHER)
    ):
        raise SystemExit("a candidate cannot be read")
    spent = time.perf_counter() - wall, time.process_time() - processor
    return spent[0] / len(tasks) * 1e6, spent[1] / len(tasks) * 1e6


def main(words: argparse.Namespace) -> None:
    """Measure."""
    with TemporaryDirectory() as folder:
        setup, tasks = make_tasks(words.candidates, Path(folder))
        session = open_session(setup)
        pool = WorkerPool(Job(make_reader, setup), 1, 60.0, 10**9)
        actions: dict[str, Callable[[], object]] = {
            "own": partial(read_here, CellReader(session, setup), tasks),
            "reused": partial(read_reused, session, setup, tasks),
            "pool": partial(read_there, pool, tasks),
        }
        read_there(pool, tasks)  # its worker starts, and finds cells to reuse
        found = alternate(actions, words.repeats)
        pool.close()
    rows = {
        "a cell for each, in the worker": found["own"],
        "reused cells, in the worker": found["reused"],
        "reused cells, sent and received": [wall for wall, _processor in found["pool"]],
        "of that in the calling process": [processor for _wall, processor in found["pool"]],
    }
    first = float(np.median(found["own"]))
    print_table(
        ("reading", "us a candidate: median (range)", "ratio"),
        [
            (name, spread(values, ".3g"), f"{first / float(np.median(values)):.2f}")
            for name, values in rows.items()
        ],
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("candidates", type=int, nargs="?", default=1200)
    parser.add_argument("--repeats", type=int, default=5)
    main(parser.parse_args())
