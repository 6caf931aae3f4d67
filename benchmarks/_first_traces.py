"""What `startup` times: a new process simulates a little of one model.

Run as `python _first_traces.py SIMULATOR`; prints the seconds from the start of its Python code.
"""

import time

begin = time.perf_counter()

import sys  # noqa: E402
from pathlib import Path  # noqa: E402

import numpy as np  # noqa: E402
from _workload import make_simulator  # noqa: E402

from pyneuronautofit.models import load_model  # noqa: E402
from pyneuronautofit.simulators import Clock, Experiment  # noqa: E402
from pyneuronautofit.space import ParameterSpace  # noqa: E402

SAMPLES = 200


def main(name: str) -> None:
    """Simulate 10 ms of a random candidate."""
    model = load_model(None, Path.cwd())
    space = ParameterSpace.from_rows(model.parameters)
    plan = Experiment(np.zeros((1, SAMPLES)), np.zeros(1), Clock(0.05, 2), 35.0, transient_ms=10.0)
    table = space.to_model(space.sample(np.random.default_rng(1), 1))
    with make_simulator(name, model.cell_source, plan, 1) as simulator:
        traces = simulator.run(table)
    if not traces.ok.all():
        sys.exit(f"{name}: {traces.messages[0]}")
    print(time.perf_counter() - begin)


if __name__ == "__main__":
    main(sys.argv[1])
