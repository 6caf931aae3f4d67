"""A soma with the channels of Hodgkin and Huxley: the smallest cell that is worth a fit.

NEURON has them built in (`hh`), so there is no folder `mods`. Fit it at the squid's temperature:

    python -m pyneuronautofit fit --project HH-soma HH-soma/HH-soma.abf -A Auto -m OV -q 6.3
"""

from neuron import h


class Cell:
    """One cylinder, as long as it is wide."""

    def __init__(self, nid=0):
        self.soma = h.Section(name="soma", cell=self)
        self.soma.L = self.soma.diam = 30.0
        self.soma.insert("hh")

    def setcable(self):
        """Nothing follows from the parameters here: one segment is enough for a soma."""


fitmeneuron = Cell
param_nslh = [
    # name, scale, low, high
    ["soma.cm", "lin", 0.5, 2.0],  # uF/cm2
    ["soma(0.5).hh.gl", "log", 1e-5, 1e-2],  # S/cm2
    ["soma(0.5).hh.el", "lin", -70.0, -40.0],  # mV
    ["soma(0.5).hh.gnabar", "log", 0.02, 0.5],
    ["soma(0.5).hh.gkbar", "log", 0.005, 0.2],
]
simulator = "neuron"
