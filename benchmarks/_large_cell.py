"""A large cell: a pyramidal cell of layer 5 in outline, grown by a random walk.

`write_project(folder)` writes a project as a lab has one: a morphology, channels, a class that
reads the one and inserts the other region by region. About 700 segments, ten mechanisms, 14
parameters.
"""

from __future__ import annotations

import math
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import TypeAlias

import numpy as np

_CHANNELS = Path(__file__).parents[1] / "tests" / "simulators" / "mods"
_USED = ("tih", "tnat", "tkm", "tk3", "tcahva", "tcat", "tsk", "tcad")
_STEP_UM = 0.8
#: Number of a point, where it is, where the branch goes.
_End: TypeAlias = tuple[int, np.ndarray, np.ndarray]

_CELL = '''\
"""A layer-5 pyramidal cell, in outline."""

import os

from neuron import h

h.load_file("stdlib.hoc")
h.load_file("import3d.hoc")
HERE = os.path.dirname(os.path.abspath(__file__))
EVERYWHERE = ("pas", "tih", "tkm")
ACTIVE = ("tnat", "lkdr", "tk3", "tcahva", "tcat", "tsk", "tcad")


class Free:
    """What is searched, and is spread over the cell by setcable."""

    g_pas, e_pas, ih, ih_slope = 3e-5, -80.0, 2e-5, 0.003
    gbar_tkm, gbar_tnat, gbar_tcahva = 0.5, 50.0, 2e-5


class Cell:
    def __init__(self, nid=0):
        reader = h.Import3d_SWC_read()
        reader.quiet = 1
        reader.input(os.path.join(HERE, "cell.swc"))
        h.Import3d_GUI(reader, False).instantiate(self)
        self.soma = self.soma[0]
        self.sections = list(self.soma.wholetree())
        for section in self.sections:
            section.Ra, section.cm = 120.0, 1.0
            section.nseg = 2 * int(section.L / 22.0) + 1
            for name in EVERYWHERE:
                section.insert(name)
            section.gbar_tih = 1e-5
        for section in [self.soma, *self.apic, *self.axon]:
            for name in ACTIVE:
                section.insert(name)
            section.ena, section.ek, section.eca = 50.0, -90.0, 120.0
            section.gbar_lkdr, section.gbar_tk3, section.gbar_tsk = 0.002, 0.0, 1e-5
            section.gcatbar_tcat, section.gbar_tcahva = 1e-7, 1e-6
        for section in self.axon:
            section.gbar_tnat, section.gbar_lkdr = 4000.0, 0.03
        for section in self.dend:
            section.cm, section.ek, section.ena = 2.0, -90.0, 50.0
        h.distance(0, self.soma(0.5))
        self.far = [
            (segment, h.distance(segment)) for section in self.apic for segment in section
        ]
        self.free = Free()

    def setcable(self):
        free = self.free
        for segment, distance in self.far:
            segment.tih.gbar = free.ih * (1.0 + free.ih_slope * distance)
        for section in self.sections:
            section.g_pas = free.g_pas
            section.e_pas = free.e_pas
            section.gbar_tkm = free.gbar_tkm
        for section in self.apic:
            section.gbar_tnat = free.gbar_tnat
            section.gbar_tcahva = free.gbar_tcahva


h.usetable_tnat = h.usetable_tcat = 0
'''

_DELAYED_RECTIFIER = """\
TITLE Delayed rectifier (style of Traub and Miles 1991)

NEURON {
    SUFFIX lkdr
    USEION k READ ek WRITE ik
    RANGE gbar
}

PARAMETER { gbar = 0.01 (S/cm2) }

ASSIGNED { v (mV) ek (mV) ik (mA/cm2) ninf ntau (ms) }

STATE { n }

INITIAL {
    rates(v)
    n = ninf
}

BREAKPOINT {
    SOLVE states METHOD cnexp
    ik = gbar * n^4 * (v - ek)
}

DERIVATIVE states {
    rates(v)
    n' = (ninf - n) / ntau
}

PROCEDURE rates(v (mV)) {
    LOCAL a, b
    a = 0.08 * trap(-(v + 40), 5)
    b = 1.25 * exp(-(v + 45) / 40)
    ntau = 1 / (a + b)
    ninf = a / (a + b)
}

FUNCTION trap(x, y) {
    if (fabs(x / y) < 1e-6) {
        trap = y * (1 - x / y / 2)
    } else {
        trap = x / (exp(x / y) - 1)
    }
}
"""

_PROJECT = """\
from cell import Cell as fitmeneuron

param_nslh = [
    ["free.g_pas", "log", 1e-5, 1e-4],
    ["free.e_pas", "lin", -90.0, -70.0],
    ["free.ih", "log", 1e-6, 1e-4],
    ["free.ih_slope", "lin", 0.0, 0.01],
    ["free.gbar_tkm", "lin", 0.0, 0.1],
    ["free.gbar_tnat", "lin", 0.0, 5.0],
    ["free.gbar_tcahva", "log", 1e-8, 1e-6],
    ["soma.gbar_tnat", "lin", 300.0, 2500.0],
    ["soma.gbar_lkdr", "lin", 0.02, 0.1],
    ["soma.gbar_tk3", "log", 1e-6, 1e-3],
    ["soma.gbar_tcahva", "log", 1e-6, 1e-5],
    ["soma.gcatbar_tcat", "log", 1e-8, 1e-6],
    ["soma.gbar_tsk", "log", 1e-5, 1e-3],
    ["soma.decay_tcad", "lin", 20.0, 300.0],
]
simulator = "neuron"
"""


def write_project(folder: Path, seed: int = 1) -> Path:
    """Write the project into a folder and return the path of its file."""
    (folder / "mods").mkdir(parents=True, exist_ok=True)
    for name in _USED:
        shutil.copy(_CHANNELS / f"{name}.mod", folder / "mods")
    (folder / "cell.swc").write_text("".join(_rows(np.random.default_rng(seed))))
    (folder / "cell.py").write_text(_CELL)
    (folder / "mods" / "lkdr.mod").write_text(_DELAYED_RECTIFIER)
    path = folder / "project.py"
    path.write_text(_PROJECT)
    return path


class _Tree:
    """Rows of an SWC file that are grown, one after the other."""

    def __init__(self, rng: np.random.Generator) -> None:
        self._rng = rng
        self.rows = [
            f"{row} 1 0 {y:g} 0 {8.0 if row == 2 else 6.5:g} {row - 1 or -1}\n"
            for row, y in enumerate((-9.0, 0.0, 9.0), 1)
        ]

    def branch(self, kind: int, start: _End, um: float, radii: tuple[float, float]) -> _End:
        """Grow a branch from an end; return its own."""
        parent, at, way = start
        count = max(int(um / _STEP_UM), 2)
        for step in range(count):
            way = way + self._rng.normal(0.0, 0.05, 3)
            way /= np.linalg.norm(way)
            at = at + _STEP_UM * way
            radius = radii[0] + (radii[1] - radii[0]) * step / count
            number = len(self.rows) + 1
            x, y, z = at
            self.rows.append(f"{number} {kind} {x:.3f} {y:.3f} {z:.3f} {radius:.3f} {parent}\n")
            parent = number
        return parent, at, way

    def tree(self, kind: int, start: _End, um: Sequence[float], radius: float) -> None:
        """Grow a branch, and two of the next length from its end, and so on."""
        end = self.branch(kind, start, um[0], (radius, 0.7 * radius))
        if len(um) > 1:
            for _child in range(2):
                other = end[2] + self._rng.normal(0.0, 0.6, 3)
                turned = end[0], end[1], other / np.linalg.norm(other)
                self.tree(kind, turned, um[1:], 0.7 * radius)

    def oblique(self, start: _End) -> None:
        """Grow an oblique dendrite."""
        way = self._rng.normal(0.0, 1.0, 3) * np.array([1.0, 0.2, 1.0])
        self.tree(4, (start[0], start[1], way / np.linalg.norm(way)), (50.0, 110.0), 0.5)


def _rows(rng: np.random.Generator) -> Sequence[str]:
    """Return the rows of an SWC file: axon, six basal dendrites, trunk with obliques, tuft."""
    up, grown = np.array([0.0, 1.0, 0.0]), _Tree(rng)
    grown.tree(2, (1, -9.0 * up, -up), (60.0,), 0.8)
    for stem in range(6):
        angle = 2.0 * math.pi * stem / 6
        way = np.array([math.cos(angle), -0.5, math.sin(angle)])
        grown.tree(3, (2, np.zeros(3), way / np.linalg.norm(way)), (35.0, 75.0, 120.0), 1.1)
    end: _End = (3, 9.0 * up, up)
    for piece in range(8):
        radii = 2.0 - 0.15 * piece, 1.9 - 0.15 * piece
        end = grown.branch(4, (end[0], end[1], up), 70.0, radii)
        grown.oblique(end)
    grown.tree(4, (end[0], end[1], up), (60.0, 90.0, 120.0), 0.8)
    return ["# number type x y z radius parent, um\n", *grown.rows]
