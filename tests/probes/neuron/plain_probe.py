"""Current steps and a rest in a plain NEURON script, for the probe to agree with.

Nothing is shared: every step is simulated from the beginning, by `fadvance` alone, and a rest takes
all its time. Run as `python plain_probe.py LIBRARY IN.json OUT.npz`.
"""

from __future__ import annotations

import json
import sys

import numpy as np
from neuron import h

from simulators.neuron.plain_neuron import set_parameter


def make_cell(task):
    from pyneuronautofit.models.thalamocortical.cell import ThalamocorticalCell

    cell = ThalamocorticalCell()
    for path, value in task["parameters"].items():
        set_parameter(cell, path, value)
    cell.setcable()
    return cell


def initialise(task, initial=()):
    h.celsius, h.dt, h.secondorder = task["temperature_degC"], task["dt_ms"], 0
    for section in h.allsec():
        for segment in section:
            segment.v = -76.0
    for section, voltage_mV in initial:
        section.v = voltage_mV
    h.finitialize()


def steps(task):
    """Return voltages [step, place, sample]."""
    found = []
    for amplitude_pA in task["amplitudes_pA"]:
        cell = make_cell(task)
        clamp = h.IClamp(cell.soma(0.5))
        clamp.delay, clamp.dur, clamp.amp = 1000.0, 1000.0, amplitude_pA / 1000.0
        places = [cell.soma(0.5), cell.axon(0.5), cell.axon(0)]
        voltages = [h.Vector().record(place._ref_v) for place in places]
        initialise(task)
        for _ in range(round(3000.0 / task["dt_ms"])):
            h.fadvance()
        found.append([np.array(voltage) for voltage in voltages])
        for section in list(h.allsec()):
            h.delete_section(sec=section)
    return np.array(found)


def rest(task):
    """Return the final voltages of soma and axon."""
    cell = make_cell(task)
    initial = [(getattr(cell, name), value) for name, value in task["initial_mV"].items()]
    initialise(task, initial)
    for _ in range(round(task["duration_ms"] / task["dt_ms"])):
        h.fadvance()
    return np.array([cell.soma(0.5).v, cell.axon(0.5).v])


def main(library, source, target):
    h.nrn_load_dll(library)
    with open(source) as stream:
        task = json.load(stream)
    np.savez(target, voltage=steps(task) if "amplitudes_pA" in task else rest(task))


if __name__ == "__main__":
    main(*sys.argv[1:])
