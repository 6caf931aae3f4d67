"""A rating session without a cell: the voltage of a model is the length of its soma."""

from __future__ import annotations

import threading

import numpy as np

from database._made import content, database
from pyneuronautofit.rating import (
    Forerunner,
    RatingSession,
    SheetFile,
    Stage,
    Work,
    begin,
    in_order,
)
from pyneuronautofit.recordings import Recording, StimulusWindow
from pyneuronautofit.simulators import RunStatus, TraceBlock, Traces

__all__ = ["FakeSimulator", "content", "database", "open_work", "stage"]

N_SWEEP, N_SAMPLE = 2, 50


class FakeSimulator:
    """Simulates one model at a time; those with an odd length of the soma fail."""

    def __init__(self, refuse=None):
        self.asked = []
        self.is_closed = False
        self.may_go_on = threading.Event()
        self.may_go_on.set()
        self._refuse = refuse

    def check(self, parameters):
        """All is well."""

    def stream(self, parameters):
        for candidate in range(len(parameters)):
            assert self.may_go_on.wait(20)
            if self._refuse is not None:
                raise self._refuse
            length = float(parameters.values[candidate, 0])
            self.asked.append(length)
            bad = length % 2 == 1
            status = RunStatus.FAILED if bad else RunStatus.OK
            voltage = np.full((1, N_SWEEP, N_SAMPLE), np.nan if bad else -length)
            traces = Traces(voltage, (status,), ("it broke" if bad else "",), np.zeros(1))
            yield TraceBlock(np.array([candidate]), traces)

    def close(self):
        self.is_closed = True


def stage(simulator, name="one.abf", n_sample=N_SAMPLE):
    """Return the stage of a recording."""
    current = np.zeros((N_SWEEP, n_sample))
    current[1, 10:30] = 75.0
    recording = Recording(name, np.full((N_SWEEP, n_sample), -60.0), current, 0.1)
    titles = ("sweep 0: 0 pA", "sweep 1: 75 pA")
    return Stage(recording, StimulusWindow(10, 29), titles, None, lambda: simulator)


def open_work(read, file: SheetFile, *, rater=None, blind=None, simulator=None) -> Work:
    """Return a piece of work on a database, not yet begun."""
    sheet = begin(file, rater, blind)
    names = [f"model {model.number}" for model in read.stored.models]
    session = RatingSession(read, names, file, sheet)
    stages = [stage(simulator or FakeSimulator())]
    stage_of = [0] * len(names)
    shown = in_order(read.stored, session.order)
    forerunner = Forerunner(shown, stages, stage_of, session.place)
    return Work(session, forerunner, stages, stage_of)
