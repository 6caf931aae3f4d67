"""A cell class that dies, hangs or raises, as its axial resistance says."""

from __future__ import annotations

from pyneuronautofit.simulators import RunStatus

CELL = """
import os, time
from neuron import h

class Cell:
    kept = []                       # a class that never lets its cells go

    def __init__(self, nid=0):
        self.soma = h.Section(name="soma", cell=self)
        self.soma.insert("pas")
        Cell.kept.append(self)

    def setcable(self):
        trouble = round(self.soma.Ra)
        if trouble == 101:
            os._exit(7)
        if trouble == 102:
            time.sleep(1000)
        if trouble == 103:
            raise ValueError("no such Ra")
        if trouble == 104:
            os.abort()
        self.soma.nseg = 1
"""
PROJECT = """
from cell import Cell as fitmeneuron
param_nslh = [["soma.Ra", "lin", 50, 200]]
simulator = "neuron"
"""

#: Axial resistances in ohm cm, and what becomes of candidates that have them.
TROUBLE_OHM_CM = [50.0, 101.0, 102.0, 103.0, 104.0, 50.0]
STATUSES = (
    RunStatus.OK,
    RunStatus.CRASHED,
    RunStatus.TIMED_OUT,
    RunStatus.FAILED,
    RunStatus.CRASHED,
    RunStatus.OK,
)
