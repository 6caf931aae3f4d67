"""A plain NEURON script for the reference simulator to agree with.

It does what the specification of one evaluation says, step by step and with nothing shared: one
cell per sweep, each with its own transient, all advanced by `fadvance`. Run as
`python plain_neuron.py LIBRARY IN.json OUT.npz`.
"""

from __future__ import annotations

import json
import re
import sys

import numpy as np
from neuron import h

INITIAL_MV = -76.0
TRANSIENT_MS = 1000.0


def set_parameter(cell, path, value):
    """Set `soma(0.5).pas.g` or `axon.L`."""
    section, position, rest = re.fullmatch(r"(\w+)(?:\(([\d.]+)\))?\.(.*)", path).groups()
    owner = getattr(cell, section)
    if position is not None:
        owner = owner(float(position))
    *mechanisms, name = rest.split(".")
    for mechanism in mechanisms:
        owner = getattr(owner, mechanism)
    setattr(owner, name, value)


def respond(parameters, currents_pA, holding_pA, step_ms, dt_ms, temperature_degC):
    """Return the voltages [sweep, sample] of one model, mV."""
    from pyneuronautofit.models.thalamocortical.cell import ThalamocorticalCell

    n_sample = currents_pA.shape[1]
    kept = []
    for number, (current_pA, hold_pA) in enumerate(zip(currents_pA, holding_pA)):
        cell = ThalamocorticalCell(nid=number)
        for path, value in parameters.items():
            set_parameter(cell, path, value)
        cell.setcable()
        clamp = h.IClamp(cell.soma(0.5))
        clamp.delay, clamp.dur = -2 * TRANSIENT_MS, 1e9
        # The holding current up to t = 0, where it jumps to the first sample.
        times = np.concatenate([[-2 * TRANSIENT_MS, 0.0], np.arange(n_sample) * step_ms])
        values = np.concatenate([[hold_pA, hold_pA], current_pA]) / 1000.0
        time_vector, value_vector = h.Vector(times), h.Vector(values)
        value_vector.play(clamp._ref_amp, time_vector, 1)
        voltage = h.Vector().record(cell.soma(0.5)._ref_v)
        kept.append((cell, clamp, time_vector, value_vector, voltage))
    h.celsius, h.dt, h.secondorder = temperature_degC, dt_ms, 0
    h.CVode().active(0)
    for section in h.allsec():
        for segment in section:
            segment.v = INITIAL_MV
    h.finitialize()
    h.t = -TRANSIENT_MS
    for _ in range(round(TRANSIENT_MS / dt_ms)):
        h.fadvance()
    h.frecord_init()
    substeps = round(step_ms / dt_ms)
    for _ in range(n_sample * substeps - 1):
        h.fadvance()
    return np.array(
        [np.array(voltage).reshape(n_sample, substeps).mean(axis=1) for *_rest, voltage in kept]
    )


def main(library, source, target):
    h.nrn_load_dll(library)
    with open(source) as stream:
        task = json.load(stream)
    arrays = [np.array(task[name], dtype=float) for name in ("currents_pA", "holding_pA")]
    clock = (task["step_ms"], task["dt_ms"], task["temperature_degC"])
    voltages = [respond(parameters, *arrays, *clock) for parameters in task["models"]]
    np.savez(target, voltage=np.array(voltages))


if __name__ == "__main__":
    main(*sys.argv[1:])
