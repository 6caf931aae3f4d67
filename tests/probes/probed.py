"""What the tests of both probes ask, and of which models."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from pyneuronautofit.space import ParameterPath, ParameterTable

TRUTH = Path(__file__).parents[2] / "examples" / "experimentaldata" / "TC-example-truth.json"
PLACES = ("soma(0.5).v", "axon(0.5).v", "axon(0).v")

#: A project: three sections, two of them in a list, and a parameter that decides whether it fires.
BRANCHED = """
from neuron import h

class fitmeneuron:
    def __init__(self, nid=0):
        self.soma = h.Section(name="soma", cell=self)
        self.dend = [h.Section(name=f"dend{k}", cell=self) for k in range(2)]
        self.soma.L = self.soma.diam = 30
        self.soma.insert("hh")
        for section in self.dend:
            section.connect(self.soma)
            section.L = section.diam = 5
            section.insert("pas")

    def setcable(self):
        pass

param_nslh = [["soma(0.5).hh.gl", "lin", 1e-5, 1e-3]]
"""


def table(name, *values):
    """One parameter, a model for each of its values."""
    path = ParameterPath.parse(name)
    return ParameterTable(((path,),), (False,), np.array(values, dtype=float)[:, None])


def asked(kind, model, test, parameters, initial=(), n_worker=2, **options):
    """Ask a probe, and return its answers in the order of the models."""
    with kind(model.cell_source, test, n_worker, **options) as probe:
        return sorted(probe.stream(parameters, initial), key=lambda each: each.candidate)
