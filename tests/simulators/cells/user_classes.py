"""Classes of cells as users write them: those that can be kept, and those that cannot."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
from neuron import h

from pyneuronautofit.codegen.kinds import NodeVariable
from pyneuronautofit.simulators.cells.numbers import variable_names
from pyneuronautofit.simulators.cells.reading import CellImageReader, read_structure
from pyneuronautofit.simulators.experiment import Clock, Experiment
from pyneuronautofit.simulators.neuron.session import NeuronSession
from pyneuronautofit.space import ParameterPath, soma_of

EXPERIMENT = Experiment(np.zeros((1, 2)), np.zeros(1), Clock(0.1, 4), 20.0, initial_mV=-72.0)
TEXTS = (
    "free.share", "soma[*].L", "dend[*](*).g_pas", "soma[0](0.5).hh.gnabar", "dend[1](0.9).cm",
    "all[*].Ra", "dend[0].diam", "soma[0].ena",
)  # fmt: skip
PATHS = tuple(map(ParameterPath.parse, TEXTS))
PROFILES = {"dend[*](*).g_pas": lambda um: 1.0 + um / 100.0}
VALUES = (
    (0.5, 20.0, 1e-4, 0.2, 1.5, 100.0, 2.0, 55.0),
    (0.1, 35.0, 3e-5, 0.05, 0.7, 250.0, 1.1, 45.0),
    (0.9, 25.0, 3e-4, 0.1, 1.0, 35.0, 4.0, 50.0),
)


class Free:
    share = 0.3


class KeptClass:
    """A soma in a list, two dendrites of several segments, a number of its own."""

    def __init__(self, nid=0):
        self.soma = [h.Section(name="soma", cell=self)]
        self.dend = [h.Section(name=f"dend[{number}]", cell=self) for number in range(2)]
        for number, section in enumerate(self.dend):
            # One of them is joined in the middle, where its end is the soma's segment.
            section.connect(self.soma[0](1 - 0.5 * number))
            section.L, section.diam, section.nseg = 150.0, 2.0, 3
        for section in (*self.soma, *self.dend):
            section.insert("pas")
        self.soma[0].insert("hh")
        self.free = Free()

    def setcable(self):
        for section in self.dend:
            for segment in section:
                segment.pas.e = -70.0 - 10.0 * self.free.share * segment.x


class SegmentsFollow(KeptClass):
    """Its numbers of segments follow from a parameter."""

    def setcable(self):
        super().setcable()
        self.dend[0].nseg = 1 + 2 * int(self.dend[0].Ra / 60)


class Remembering(KeptClass):
    """What it makes of the parameters depends on how often any of them was asked."""

    count = 0

    def setcable(self):
        Remembering.count += 1
        self.dend[0](0.5).pas.e = -70.0 - self.count


class Moody(KeptClass):
    """It remembers all kinds of things, in itself, when a parameter is large."""

    def __init__(self, nid=0):
        super().__init__(nid)
        self.synapse = h.ExpSyn(self.dend[0](0.5))
        self.hot, self.seen, self.by_name = False, [], {"a": [1.0]}
        self.array = np.zeros(3)
        self.free.members = set()

    def setcable(self):
        super().setcable()
        if self.free.share > 0.8:
            self.hot = True
            self.seen.append(1)
            self.by_name["a"][0] = 5.0
            self.array[1] = 7.0
            self.free.members.add(3)
            self.free.later = 2.0
            self.synapse.tau = 9.0
        total = len(self.seen) + self.by_name["a"][0] + self.array.sum() + len(self.free.members)
        self.dend[0](0.5).pas.e = -60.0 - 3 * self.hot - total - getattr(self.free, "later", 0.0)


class Styled(KeptClass):
    """How NEURON treats an ion follows from a parameter."""

    def setcable(self):
        super().setcable()
        if self.free.share > 0.8:
            h.ion_style("na_ion", 1, 2, 1, 1, 0, sec=self.soma[0])


class Failing(KeptClass):
    """It refuses some parameters."""

    def setcable(self):
        super().setcable()
        if self.free.share > 0.8:
            raise ValueError("too much")


class Announced(KeptClass):
    """It has something to be done whenever NEURON initialises."""

    calls: ClassVar[list[int]] = []

    def __init__(self, nid=0):
        super().__init__(nid)
        self.handler = h.FInitializeHandler(self.begin)

    def begin(self):
        self.calls.append(len(list(h.allsec())))
        self.soma[0](0.5).hh.m = 0.5


class Hoarding(Announced):
    """It never lets them go."""

    hoard: ClassVar[list[object]] = []

    def __init__(self, nid=0):
        super().__init__(nid)
        self.hoard.append(self.handler)


def session_of(cell_class):
    return NeuronSession(cell_class, None, PROFILES)


def one_cell_of(cell_class):
    """Yield a cell of a class, and let it go afterwards."""
    session = session_of(cell_class)
    made = session.construct()
    yield made
    del made
    session.clear()


def images_of(session):
    """Return what reads everything of a class's cells."""
    cell = session.construct()
    cell.setcable()
    signature, _cable, _segments = read_structure(cell, soma_of(cell)(0.5))
    del cell
    session.clear()
    return CellImageReader(
        {
            kind: tuple(
                NodeVariable("mechanism", name, variable, None)
                for name in kind.mechanisms
                for variable in variable_names(name)
            )
            for kind in signature.node_kinds
        }
    )


def built(session, images, values, paths=PATHS):
    """Return the image of a candidate's own cell."""
    cell = session.build(list(zip(paths, values, strict=True)))
    session.initialise(EXPERIMENT)
    image = images.read(cell, soma_of(cell)(0.5))
    del cell
    session.clear()
    return image


class Moving(KeptClass):
    """It has a shape in space, and goes elsewhere with a parameter."""

    def __init__(self, nid=0):
        super().__init__(nid)
        for number, section in enumerate(self.dend):
            section.pt3dclear()
            for place in range(8):
                section.pt3dadd(
                    20.0 * place, 7.0 * number + place**2, 0.3 * place, 2.0 - 0.1 * place
                )

    def setcable(self):
        super().setcable()
        for section in self.dend:
            points = [
                (section.x3d(n), section.y3d(n), section.z3d(n), section.diam3d(n))
                for n in range(section.n3d())
            ]
            section.pt3dclear()
            for x, y, z, diam in points:
                section.pt3dadd(x + 1000.0 * self.free.share, y, z, diam)
