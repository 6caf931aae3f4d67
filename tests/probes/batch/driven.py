"""Courses driven by hand: what they ask for, answered from a function of time."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from types import SimpleNamespace

import numpy as np

from pyneuronautofit.probes.batch.lanes import CellState, Reply


def begun_cell(own=(True, True), initial_mV=-70.0, runner=None):
    """Return a cell that has not begun; a driver gives it its states."""
    runner = runner or SimpleNamespace(own=np.array(own))
    empty = np.zeros(0)
    return CellState(runner, empty, empty, np.array([initial_mV]), empty, 0.0)


@dataclass
class Driver:
    """Answers requests.

    Attributes
    ----------
    dt_ms
        The time step.
    state
        A function of the time in steps since the beginning: the state then, its first the voltage.
    sound, crossed, distance
        Functions of that, too.
    requests, times
        What was asked for, and at which step.
    """

    dt_ms: float
    state: object
    sound: object = lambda _step: True
    crossed: object = lambda _step: -1
    distance: object = lambda _step: np.inf
    requests: list = field(default_factory=list)
    times: list = field(default_factory=list)

    def answer(self, request):
        began = round(request.cell.time_ms / self.dt_ms)
        ends = began + request.n_step
        self.requests.append(request)
        self.times.append(began)
        if request.every:
            steps = began + np.arange(1, request.n_step // request.every + 1) * request.every
            for place, node in enumerate(request.watched):
                # A node's voltage is 1000 mV above that of the node before it.
                request.voltage_mV[place] = [self.state(k)[0] + 1000.0 * node for k in steps]
        cell = replace(request.cell, state=np.array(self.state(ends)), time_ms=ends * self.dt_ms)
        return Reply(cell, self.crossed(ends), self.sound(ends), self.distance(ends), 0.0)

    def finish(self, course):
        """Return what the course returns."""
        try:
            request = next(course)
            while True:
                request = course.send(self.answer(request))
        except StopIteration as stopped:
            return stopped.value
