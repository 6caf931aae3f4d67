"""Synaptic events in a plain NEURON script, for the probe to agree with.

Nothing is shared: every trial is simulated from the beginning, by `fadvance` alone, with the event
of a NetStim. Run as `python plain_synapse.py LIBRARY IN.json OUT.npz`.
"""

from __future__ import annotations

import json
import sys

import numpy as np
from neuron import h

from simulators.neuron.plain_neuron import set_parameter


def trial(task, mix, weight_uS):
    """Return the voltage of soma(0.5) from t = 0 on."""
    from pyneuronautofit.models.thalamocortical.cell import ThalamocorticalCell

    cell = ThalamocorticalCell()
    for path, value in task["parameters"].items():
        set_parameter(cell, path, value)
    synapse = h.AMPAandNMDAwithTone(cell.soma(0.5))
    synapse.AMPAt1, synapse.AMPAt2, synapse.NMDAt1, synapse.NMDAt2 = 1.0, 2.2, 1.0, 150.0
    synapse.AMPAp, synapse.NMDAp = mix
    synapse.u0, synapse.GABABg = 0.3, task["gabab_uS"]
    source = h.NetStim()
    source.start, source.number, source.noise = task["rest_ms"], 1, 0
    connection = h.NetCon(source, synapse)
    connection.delay, connection.weight[0] = 0.0, weight_uS
    voltage = h.Vector().record(cell.soma(0.5)._ref_v)
    h.celsius, h.dt, h.secondorder = task["temperature_degC"], task["dt_ms"], 0
    for section in h.allsec():
        for segment in section:
            segment.v = -76.0
    for name, voltage_mV in task["initial_mV"].items():
        getattr(cell, name.removesuffix(".v")).v = voltage_mV
    h.finitialize()
    for _ in range(round((task["rest_ms"] + task["response_ms"]) / task["dt_ms"])):
        h.fadvance()
    return np.array(voltage)


def fires(task, mix, weight_uS):
    after = trial(task, mix, weight_uS)[round(task["rest_ms"] / task["dt_ms"]) :]
    return bool(((after[1:] > 0) & (after[:-1] <= 0)).any())


def threshold(task, mix):
    """Return the smallest conductance that fires, as the description of the search says."""
    lowest, highest = 0.0, task["highest_uS"]
    while True:
        grid = np.linspace(lowest, highest, 11).tolist()
        first = next((k for k, g in enumerate(grid) if fires(task, mix, g)), 0)
        if first == 0:
            return np.nan
        lowest, highest = grid[first - 1], grid[first]
        if highest - lowest < task["accuracy_uS"]:
            return highest


def main(library, source, target):
    h.nrn_load_dll(library)
    with open(source) as stream:
        task = json.load(stream)
    if "weight_uS" in task:
        found = [trial(task, mix, task["weight_uS"]) for mix in task["mixes"]]
    else:
        found = [threshold(task, mix) for mix in task["mixes"]]
    np.savez(target, found=np.array(found))


if __name__ == "__main__":
    main(*sys.argv[1:])
