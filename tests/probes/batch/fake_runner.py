"""Cells of one leaky node in Python, in the place of kernels: what courses ask of them is plain.

A step multiplies the voltage by `decay` and adds the current; an event adds its weight times
the share of AMPA to the voltage. The state is the voltage, and what is left of the synapse.
"""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np

from pyneuronautofit.codegen.kinds import NodeVariable
from pyneuronautofit.probes.batch.lanes import CellState, Reply

N_LANE = 4
PROCESS = "AMPAandNMDAwithTone#0"
SHARES = [NodeVariable("mechanism", PROCESS, name, None) for name in ("AMPAp", "NMDAp")]


class FakeRunner:
    """Runs requests one after the other, and takes down how many came together."""

    def __init__(self, dt_ms=0.5, decay=0.5, gain=100.0, explodes_at=np.inf):
        self.dt_ms, self.decay, self.gain, self.explodes_at = dt_ms, decay, gain, explodes_at
        self.kernel = SimpleNamespace(n_lane=N_LANE)
        self.own = np.array([True, False])
        self.groups = []

    def new_cell(self, voltage_mV=-8.0):
        return CellState(self, np.zeros(2), np.zeros(3), np.array([voltage_mV]), np.zeros(0), 0.0)

    def state_row(self, _node, name):
        return {"Bampa": 1}.get(name[-1], 1) if self.gain else None

    def with_values(self, cell, _node, values):
        changed = np.array([values[share] for share in SHARES])
        return CellState(self, changed, cell.cable, cell.voltage_mV, cell.state, cell.time_ms)

    def run(self, requests, _stop):
        assert len({request.kind for request in requests}) == 1
        self.groups.append(len(requests))
        return [self._answer(request) for request in requests]

    def _answer(self, request):
        cell = request.cell
        v, left = (cell.voltage_mV[0], 0.0) if request.begins else cell.state
        if request.event_node is not None:
            v, left = v + request.weight * self.gain * cell.values[0], request.weight
        crossed = -1
        for step in range(request.n_step):
            before = v
            clamp = request.clamp
            v = v * self.decay + (clamp.amplitude_nA if clamp.on <= step < clamp.off else 0.0)
            left *= self.decay
            if abs(v) > self.explodes_at:
                v = np.nan
            if request.threshold_mV is not None and before <= request.threshold_mV < v:
                crossed = step if crossed < 0 else crossed
            if request.every and (step + 1) % request.every == 0:
                request.voltage_mV[:, (step + 1) // request.every - 1] = v
        state = np.array([v, left])
        distance = np.inf
        if request.reference is not None:
            distance = abs(v - request.reference[0]) / max(abs(request.reference[0]), 1e-7)
        after = CellState(
            self, cell.values, cell.cable, cell.voltage_mV, state,
            cell.time_ms + request.n_step * self.dt_ms,
        )  # fmt: skip
        return Reply(after, crossed, bool(np.isfinite(v)), distance, 0.25)


def run_alone(course):
    """Answer a course's requests at once, and return what it returns, and what it asked for."""
    asked = []
    try:
        request = next(course)
        while True:
            asked.append(request)
            (reply,) = request.cell.runner.run([request], None)
            request = course.send(reply)
    except StopIteration as stopped:
        return stopped.value, asked
