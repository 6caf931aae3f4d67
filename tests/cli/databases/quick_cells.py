"""A cell that is quick to simulate, and databases of its models."""

from __future__ import annotations

import json

# A ball with a stick that fires from its far end, as the tools expect of a cell.
PROJECT = """
from neuron import h


class Cell:
    def __init__(self, nid=0):
        self.soma = h.Section(name="soma", cell=self)
        self.axon = h.Section(name="axon", cell=self)
        self.axon.connect(self.soma(0), 1)
        self.soma.L = self.soma.diam = 10
        self.axon.L, self.axon.diam = 20, 2
        for section in (self.soma, self.axon):
            section.insert("hh")

    def setcable(self):
        if self.soma(0.5).hh.gkbar > 0.5:
            raise ValueError("too leaky")


fitmeneuron = Cell
param_nslh = [
    [["soma(0.5).hh.gnabar", "axon(0.5).hh.gnabar"], "log", 1e-8, 1.0],
    ["soma(0.5).hh.gkbar", "log", 0.001, 1.0],
    ["soma(0.5).hh.el", "lin", -70.0, 20.0],
]
"""
#: id -> sodium conductance of soma and axon, potassium conductance of the soma, leak reversal
MODELS = {
    3: (0.12, 0.036, -54.3),
    5: (1e-7, 0.036, -54.3),
    8: (0.12, 0.9, -54.3),
    9: (0.15, 0.036, -54.3),
    11: (0.12, 0.036, 20.0),
}


def record(number, sodium, potassium, leak_mV):
    return {
        "parameters": {
            "soma(0.5).hh.gnabar": sodium,
            "axon(0.5).hh.gnabar": sodium,
            "soma(0.5).hh.gkbar": potassium,
            "soma(0.5).hh.el": leak_mV,
        },
        "mine": {"kept": number},
        "target": 0,
        "id": number,
    }


def database(path, models=MODELS, **more):
    content = {
        "version": "1",
        "temperature": 6.3,
        "parameters": [
            [["soma(0.5).hh.gnabar", "axon(0.5).hh.gnabar"], "log", 1e-8, 1.0],
            ["soma(0.5).hh.gkbar", "log", 0.001, 1.0],
            ["soma(0.5).hh.el", "lin", -70.0, 20.0],
        ],
        "targets": ["cell.npz"],
        **more,
        "models": [*(record(number, *values) for number, values in models.items()), None],
    }
    path.write_text(json.dumps(content, indent=1) + "\n")
    return path


def ok(command, *words):
    answer = command(*words)
    assert answer.code == 0, answer.err
    return answer
