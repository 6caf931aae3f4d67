"""Events and point processes in a plain NEURON script, for the batch simulator to agree with.

The cell gets its parameters, a synapse and one event; time passes by `fadvance` alone. Run as
`python plain_processes.py LIBRARY IN.json OUT.npz`.
"""

from __future__ import annotations

import json
import sys

import numpy as np
from neuron import h

from simulators.neuron.plain_neuron import set_parameter


def trial(task):
    """Return voltages of soma(0.5) [sample]."""
    from pyneuronautofit.models.thalamocortical.cell import ThalamocorticalCell

    cell = ThalamocorticalCell()
    for path, value in task["parameters"].items():
        set_parameter(cell, path, value)
    process = h.AMPAandNMDAwithTone(cell.soma(0.5))
    for name, value in task["synapse"].items():
        setattr(process, name, value)
    connection = h.NetCon(None, process)
    connection.delay, connection.weight[0] = 0.0, task["weight_uS"]
    voltage = h.Vector().record(cell.soma(0.5)._ref_v)
    h.celsius, h.dt, h.secondorder = task["temperature_degC"], task["dt_ms"], 0
    for section in h.allsec():
        for segment in section:
            segment.v = -76.0
    h.finitialize()
    connection.event(task["event_ms"])
    for _ in range(round(task["end_ms"] / task["dt_ms"])):
        h.fadvance()
    return np.array(voltage)


def main(library, source, target):
    h.nrn_load_dll(library)
    with open(source) as stream:
        tasks = json.load(stream)
    found = []
    for task in tasks:
        found.append(trial(task))
        for section in list(h.allsec()):
            h.delete_section(sec=section)
    np.savez(target, voltage=np.array(found))


if __name__ == "__main__":
    main(*sys.argv[1:])
