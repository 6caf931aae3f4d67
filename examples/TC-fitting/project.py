"""The model that is fitted in this folder: an example of how to write your own.

`python -m pyneuronautofit` takes the file `project.py` of the folder it is started in (or the one
that `--project` names). It has to define two names and may define three more:

    fitmeneuron   the class of the neuron                                   required
    param_nslh    the list of searched parameters                           required
    simulator     "neuron": whose classes the model is written with         optional
    getversion()  the version of your model                                 optional
    downsampler   reduces recording and model before they are compared      optional

Channels are the .mod files of the folder `mods` beside it. They are compiled when they are first
needed; if you have compiled them yourself with `nrnivmodl mods`, your library is used instead.

The class
---------
It is called with a number that tells cells apart, `nid`. Its sections are attributes, and one of
them is `soma`: the recorded current goes into soma(0.5), and the voltage is taken there. The method
`setcable` is called after the parameters got their values, to adapt nseg; where nothing is to be
adapted its body is `pass`. What no parameter sets stays as `__init__` leaves it. For example:

    from neuron import h

    class MyCell:
        def __init__(self, nid=0):
            self.soma = h.Section(name="soma", cell=self)
            self.dend = h.Section(name="dend", cell=self)
            self.dend.connect(self.soma)
            self.soma.L = self.soma.diam = 20
            for section in (self.soma, self.dend):
                section.insert("pas")
            self.soma.insert("hh")

        def setcable(self):
            self.dend.nseg = 2 * int(self.dend.L / 40) + 1

The parameters
--------------
Each is a row [name, scale, low, high].

    name       what you would write after `cell.`; a list of names shares one value
    scale      "lin"  searched as it is
               "log"  searched as log10: for what may vary over orders of magnitude
               "int"  whole numbers
               "con"  not searched: it has the value of low
    low, high  the bounds in the units of the model; the name of a parameter further up may stand
               here instead of a number, and its value is then the bound

For example:

    param_nslh = [
        ["soma(0.5).pas.g", "log", 1e-6, 1e-3],
        ["dend(0.5).pas.g", "log", 1e-6, "soma(0.5).pas.g"],
        [["soma(0.5).pas.e", "dend(0.5).pas.e"], "lin", -90.0, -55.0],
        ["soma(0.5).hh.gnabar", "log", 1e-3, 1.0],
        ["soma.ek", "con", -90.0, -90.0],
    ]

The downsampler
---------------
For recordings that were sampled more finely than the comparison needs. It gets either a step in ms,
and returns the new one, or one trace as an array, and returns it reduced. Every second sample:

    def downsampler(x):
        return 2.0 * x if isinstance(x, float) else x[::2]
"""

from pyneuronautofit.models.thalamocortical.cell import ThalamocorticalCell
from pyneuronautofit.models.thalamocortical.parameters import PARAMETERS

# Here the class is the thalamocortical cell that comes with the package. Yours may stand in this
# file, or in one beside it that is imported here.
fitmeneuron = ThalamocorticalCell

# The 29 parameters that the package searches in this cell, from the length of the soma to the
# axial resistance. Yours is a list of rows as above.
param_nslh = [list(row) for row in PARAMETERS]

# Models are written in NEURON, whatever integrates their equations in the end; that is chosen with
# the option --simulator.
simulator = "neuron"


def getversion() -> str:
    """Return the version of this model, which becomes part of the names of all result files.

    Count it up when you change the cell, its channels or the bounds. Letters, digits and . + - _
    may be used.
    """
    return "1.0"
