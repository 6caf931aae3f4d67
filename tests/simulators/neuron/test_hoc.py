"""NEURON's interpreter is asked for where there is one."""

from __future__ import annotations

from simulators.cells import live_cells
from simulators.cells.test_reading import Worker


def test_it_is_neurons_own():
    worker = Worker(None)
    try:
        assert worker(live_cells.hoc_is_neurons)
    finally:
        worker.close()
