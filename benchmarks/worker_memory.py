"""How NEURON's memory grows with the number of candidates that one process simulates.

    python benchmarks/worker_memory.py [CANDIDATES]

Simulates random candidates of the built-in cell in a single worker that is never replaced, and
prints the worker's resident memory every so often. This decides after how many candidates
`NeuronSimulator` replaces a worker.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import numpy as np

from pyneuronautofit.models import load_model
from pyneuronautofit.recordings import Recording, StimulusWindow
from pyneuronautofit.simulators import NeuronSimulator, plan_experiment
from pyneuronautofit.space import ParameterSpace

EVERY = 250


def child_memory_MiB() -> float:
    """Return the resident memory of this process's only child."""
    (child,) = Path(f"/proc/{os.getpid()}/task/{os.getpid()}/children").read_text().split()
    pages = int(Path(f"/proc/{child}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def main(n_cand: int) -> None:
    """Measure."""
    model = load_model(None, Path.cwd())
    space = ParameterSpace.from_rows(model.parameters)
    current = np.zeros((4, 2000))
    current[:, 500:1500] = np.array([-50.0, 0.0, 50.0, 100.0])[:, None]
    recording = Recording("steps", np.zeros_like(current), current, 0.1)
    plan = plan_experiment(recording, StimulusWindow(500, 1499), range(4), 0.1, 35.0)
    table = space.to_model(space.sample(np.random.default_rng(1), n_cand))
    with NeuronSimulator(
        model.cell_source, plan, n_worker=1, candidates_per_worker=10 * n_cand
    ) as simulator:
        first = 0.0
        for number, _block in enumerate(simulator.stream(table), start=1):
            if number == 1 or number % EVERY == 0:
                memory = child_memory_MiB()
                first = first or memory
                print(f"{number:6d} candidates  {memory:8.1f} MiB  {memory - first:+8.1f} MiB")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 2000)
