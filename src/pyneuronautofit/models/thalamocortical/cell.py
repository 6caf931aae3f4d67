"""The thalamocortical cell: a soma with eight mechanisms and an axon that makes the spikes."""

from __future__ import annotations

import math

from neuron import h

SOMA_MECHANISMS = (
    "pas",
    "TC_cad",
    "TC_ih_Bud97",
    "TC_Nap_Et2",
    "TC_iA",
    "TC_iL",
    "SK_E2",
    "TC_HH",
    "TC_iT_Des98",
)
AXON_MECHANISMS = ("TC_HH",)

#: Longest segment of the axon, in AC length constants at `LAMBDA_FREQUENCY_HZ`.
SEGMENT_LENGTH = 0.1
LAMBDA_FREQUENCY_HZ = 100.0


class ThalamocorticalCell:
    """A relay cell of the lateral geniculate nucleus in two cylinders.

    Parameters
    ----------
    nid
        A number that tells this cell from others in section names.

    Attributes
    ----------
    soma : nrn.Section
        Diameter 70 um, length 100 um, one segment.
    axon : nrn.Section
        Diameter 1 um, length 100 um. Its end 1 joins the soma's end 0, so `axon(0)` is the far end.
    """

    def __init__(self, nid: int = 0) -> None:
        # NEURON asks for the name of the cell as soon as a section is created.
        self.nid = nid
        self.soma = h.Section(name="soma", cell=self)
        self.axon = h.Section(name="axon", cell=self)
        self.axon.connect(self.soma(0), 1)
        self._build_soma()
        self._build_axon()

    def __repr__(self) -> str:
        return f"ThalamocorticalCell[{self.nid}]"

    def setcable(self) -> None:
        """Set the axon's number of segments to what its present size and resistance need.

        The number is odd, and such that no segment is longer than a tenth of the length constant
        at 100 Hz. Call it after length, diameter, Ra or cm of the axon have changed; new segments
        get the channel densities of their nearest neighbours.
        """
        lengths = self._axon_length()
        self.axon.nseg = 2 * int((lengths / SEGMENT_LENGTH + 0.9) / 2) + 1

    def _axon_length(self) -> float:
        """Return the length of the axon in AC length constants."""
        axon = self.axon
        per_um = 1e-5 * math.sqrt(4 * math.pi * LAMBDA_FREQUENCY_HZ * axon.Ra * axon.cm)
        # The mean of both ends' diameters, as for a tapered cable.
        diameter = math.sqrt(axon(0).diam + axon(1).diam)
        length: float = axon.L * math.sqrt(2) * per_um / diameter
        return length

    def _build_soma(self) -> None:
        soma = self.soma
        soma.diam, soma.L, soma.nseg, soma.cm = 70.0, 100.0, 1, 1.0
        for mechanism in SOMA_MECHANISMS:
            soma.insert(mechanism)
        soma.ena, soma.ek = 50.0, -90.0
        middle = soma(0.5)
        middle.pas.e, middle.pas.g = -80.0, 3.2505679e-5
        middle.TC_iT_Des98.pcabar = 8.94876e-5
        middle.TC_ih_Bud97.gh_max = 4.75048e-5
        middle.TC_Nap_Et2.gNap_Et2bar = 1.33895e-5
        middle.TC_iA.gk_max = 0.0637459
        middle.TC_HH.gk_max, middle.TC_HH.gna_max = 0.116169, 0.091137
        middle.TC_iL.pcabar = 4.98113e-4
        middle.SK_E2.gSK_E2bar = 1.28328e-3
        middle.TC_cad.taur, middle.TC_cad.gamma = 11.0056, 6.74012e-3

    def _build_axon(self) -> None:
        axon = self.axon
        axon.diam, axon.L, axon.cm = 1.0, 100.0, 1.0
        for mechanism in AXON_MECHANISMS:
            axon.insert(mechanism)
        axon.ena, axon.ek = 50.0, -90.0
        middle = axon(0.5)
        middle.TC_HH.gk_max, middle.TC_HH.gna_max = 0.0257434, 0.1902906
