"""A small pyramidal cell: a morphology, three channels, a parameter that grows with the distance.

The morphology `cell.swc` is made by `make_morphology.py`; put your own in its place. Channels are
in `mods`. Fit it at the temperature of the recording:

    python -m pyneuronautofit fit --project pyramidal pyramidal/pyramidal.abf -A Auto -m OV -t 34
"""

import os

from neuron import h

h.load_file("stdlib.hoc")
h.load_file("import3d.hoc")
MORPHOLOGY = os.path.join(os.path.dirname(os.path.abspath(__file__)), "cell.swc")


class Cell:
    """The sections of the morphology are the lists soma, dend, apic and axon."""

    def __init__(self, nid=0):
        reader = h.Import3d_SWC_read()
        reader.quiet = 1
        reader.input(MORPHOLOGY)
        h.Import3d_GUI(reader, False).instantiate(self)
        for section in [*self.soma, *self.dend, *self.apic, *self.axon]:
            section.nseg = 1 + 2 * int(section.L / 80.0)
            section.Ra = 120.0
            section.insert("pas")
            section.insert("pyrih")
            section.e_pas = -75.0
        for section in [*self.soma, *self.apic, *self.axon]:
            section.insert("pyrna")
            section.insert("pyrk")
            section.ena, section.ek = 55.0, -90.0

    def setcable(self):
        """Nothing follows from the parameters: nseg is set above, so the cell is built once."""


fitmeneuron = Cell
param_nslh = [
    # name, scale, low, high; all[*] is every section, apic[*](*) every segment of the apical ones
    ["all[*].cm", "lin", 0.6, 2.0],
    ["all[*].g_pas", "log", 5e-6, 2e-4],
    [["soma[*].gbar_pyrna", "axon[*].gbar_pyrna"], "log", 0.02, 0.5],
    [["soma[*].gbar_pyrk", "axon[*].gbar_pyrk"], "log", 0.005, 0.2],
    ["apic[*].gbar_pyrna", "log", 1e-4, 2e-2],
    ["apic[*].gbar_pyrk", "log", 1e-4, 2e-2],
    ["apic[*](*).gbar_pyrih", "log", 1e-6, 1e-3],
    [["soma[*].gbar_pyrih", "dend[*].gbar_pyrih"], "log", 1e-6, 1e-3],
]
# What is set in a segment is the parameter times this, of its path distance from the soma in um.
profiles = {"apic[*](*).gbar_pyrih": {"kind": "linear", "slope_per_um": 0.01}}
simulator = "neuron"
