"""The cell of docs/channel-to-machine-code.md: one compartment, one channel.

There is nothing else in its membrane: what flows is the current of `mods/km.mod`.
"""

from __future__ import annotations

from neuron import h


class OneChannelCell:
    """A soma of 20 um with the channel km.

    Parameters
    ----------
    nid
        A number that tells this cell from others.
    """

    def __init__(self, nid: int = 0) -> None:
        self.nid = nid
        self.soma = h.Section(name="soma", cell=self)
        self.soma.L = self.soma.diam = 20.0
        self.soma.insert("km")
        self.soma.ek = -90.0

    def setcable(self) -> None:
        """Leave it one segment."""


fitmeneuron = OneChannelCell
param_nslh = [["soma(0.5).km.gbar", "log", 1e-4, 1e-2]]
simulator = "neuron"
