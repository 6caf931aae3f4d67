"""How far the batch simulator's voltages are from NEURON's.

    python benchmarks/accuracy.py [--models FILE] [--recording FILE] [--stimulus A B]

The models of a database (the published sample, where it is beside the project, else the example's
true model and small changes of it) under all sweeps of a recording, in double and in single
precision. Prints the largest differences before the first spike and anywhere, how many sweeps have
the same number of spikes, the largest shift of a spike, in how many sweeps the objective O is the
same, and V against the recording within a ten-thousandth; sweeps that miss one are listed.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

import numpy as np
from _workload import Workload, add_workload_options, open_workload

from pyneuronautofit.objectives import EvaluationSettings, bind_suite
from pyneuronautofit.simulators import (
    Agreement,
    BatchSimulator,
    NeuronSimulator,
    Precision,
    compare_sweep,
    worst,
)

_V_TOLERANCE = 1e-4


def objectives(workload: Workload, voltage_mV: np.ndarray) -> dict[str, np.ndarray]:
    """Return O and V of every sweep, each [model, sweep]."""
    settings = EvaluationSettings(modes="OV", spike_threshold_mV=-10.0)
    suite = bind_suite(workload.recording, workload.window, settings)
    scores = suite.score(voltage_mV)
    markers = np.array(suite.markers)
    return {mode: scores[:, markers == mode] for mode in "OV"}


def report(name: str, workload: Workload, ours_mV: np.ndarray, neuron_mV: np.ndarray) -> None:
    """Print a row of the table, and the sweeps that miss something."""
    step_ms = workload.recording.step_ms
    places = [(m, s) for m in range(len(ours_mV)) for s in range(ours_mV.shape[1])]
    found: list[Agreement] = [compare_sweep(neuron_mV[p], ours_mV[p], step_ms) for p in places]
    summary = worst(found)
    same = sum(a.n_spike[0] == a.n_spike[1] for a in found)
    ours, neuron = objectives(workload, ours_mV), objectives(workload, neuron_mV)
    same_o = ours["O"] == neuron["O"]
    near_v = np.abs(ours["V"] - neuron["V"]) <= _V_TOLERANCE * np.abs(neuron["V"])
    print(
        f"| {name} | {summary.quiet_mV:.2g} | {summary.largest_mV:.2g} | {same} of {len(found)} | "
        f"{summary.shift_ms:.2g} | {same_o.sum()} | {near_v.sum()} |"
    )
    for (m, s), agreement in zip(places, found, strict=True):
        if not (same_o[m, s] and near_v[m, s]):
            relative = abs(ours["V"][m, s] / neuron["V"][m, s] - 1)
            print(f"<!-- model {m}, sweep {s}: V differs by {relative:.2g}, {agreement} -->")


def main() -> None:
    """Compare."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add_workload_options(parser)
    with tempfile.TemporaryDirectory() as folder:
        compare(open_workload(parser.parse_args(), Path(folder)))


def compare(workload: Workload) -> None:
    """Simulate with both, and print the table."""
    table = workload.space.to_model(workload.x)
    settings = (workload.source, workload.experiment)
    with NeuronSimulator(*settings) as simulator:
        neuron = simulator.run(table)
    print(
        "| precision | before spikes, mV | anywhere, mV | same number of spikes | spike times, ms "
        "| O the same | V within 1e-4 |\n|---|---|---|---|---|---|---|"
    )
    precisions: tuple[Precision, ...] = ("double", "single")
    for precision in precisions:
        with BatchSimulator(*settings, precision=precision) as simulator:
            ours = simulator.run(table)
        report(precision, workload, ours.voltage_mV, neuron.voltage_mV)


if __name__ == "__main__":
    main()
