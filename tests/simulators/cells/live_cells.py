"""What the tests of reading do inside a worker, the only process that has NEURON.

A task is a function of this module and its arguments.
"""

from __future__ import annotations

import gc
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pyneuronautofit._types import FloatArray
from pyneuronautofit.codegen.kinds import NodeKind, NodeVariable
from pyneuronautofit.models import load_mechanisms
from pyneuronautofit.simulators.cells.image import CellImage
from pyneuronautofit.simulators.cells.morphology import mechanism_order, read_shape
from pyneuronautofit.simulators.cells.reading import CellImageReader, read_structure
from pyneuronautofit.simulators.cells.supported import refuse_unsupported
from pyneuronautofit.simulators.neuron.hoc import neuron
from simulators.branching import SectionPlan, cell_class

LEAK = (NodeVariable("mechanism", "pas", "g", None), NodeVariable("mechanism", "pas", "e", None))
_PAS = {"pas": {"g": 1e-4, "e": -70.0}}
_REGIONS = ("soma", "dend", "axon", "spine")


@dataclass(frozen=True)
class PassiveRun:
    """A current step from the beginning into a cell that has only the leak."""

    dt_ms: float = 0.025
    n_step: int = 200
    current_nA: float = 0.1
    initial_mV: float = -65.0


def make_handler(library):
    """Return what calls the function of a task; `Job.make` calls this in the worker."""
    from neuron import h

    if library is not None:
        load_mechanisms(None, library)

    def handle(task):
        function, *arguments = task
        try:
            return function(h, *arguments)
        finally:
            gc.collect()
            for section in list(h.allsec()):
                h.delete_section(sec=section)

    return handle


def passive_response(
    h, sections: Sequence[SectionPlan], run: PassiveRun
) -> tuple[CellImage, FloatArray]:
    """Read a cell and let NEURON simulate it: the image, and soma(0.5)'s voltage after each step.

    Every segment gets a leak, a capacitance and a voltage of its own, so that nothing can be
    mistaken for its neighbour.
    """
    cell = cell_class(sections, dict.fromkeys(_REGIONS, _PAS))()
    number = 0
    for section in cell.soma.wholetree():
        for segment in section:
            segment.pas.g *= 1 + 0.5 * np.sin(number)
            segment.pas.e += 3 * np.cos(number)
            segment.cm *= 1 + 0.2 * np.sin(2 * number + 1)
            segment.v = run.initial_mV + np.sin(number)
            number += 1
    soma = cell.soma(0.5)
    h.CVode().active(0)
    h.secondorder, h.dt = 0, run.dt_ms
    h.finitialize()
    image = CellImageReader({NodeKind(("pas",), ()): LEAK}).read(cell, soma)
    clamp = h.IClamp(soma)
    clamp.delay, clamp.dur, clamp.amp = -1e9, 2e9, run.current_nA
    voltage = []
    for _ in range(run.n_step):
        h.fadvance()
        voltage.append(soma.v)
    return image, np.array(voltage)


def structure(h, sections, mechanisms=None, orphan=False):
    """Return signature, cable and the segments' names; with a section that is not connected."""
    cell = cell_class(sections, mechanisms or dict.fromkeys(_REGIONS, _PAS))()
    other = h.Section(name="orphan") if orphan else None
    signature, cable, segments = read_structure(cell, cell.soma(0.5))
    del other
    return signature, cable, [None if s is None else f"{s.sec.name()}({s.x:g})" for s in segments]


def structure_at(h, sections, x):
    cell = cell_class(sections, {})()
    return read_structure(cell, cell.soma(x))[0]


def image(h, sections, mechanisms, segment, plan, celsius):
    """Return the image of an initialised cell."""
    cell = cell_class(sections, mechanisms, segment)()
    h.celsius = celsius
    h.finitialize(-71.0)
    return CellImageReader(plan).read(cell, cell.soma(0.5))


def order(h):
    return mechanism_order()


def refused(h, sections, spoil):
    """Do something to a cell, a function of this module, and ask whether it is refused."""
    cell = cell_class(sections, dict.fromkeys(_REGIONS, _PAS))()
    made = spoil(h, cell)
    refuse_unsupported(cell, cell.soma(0.5))
    del made


def nothing(h, cell):
    return None


def a_synapse_at_an_end(h, cell):
    return h.ExpSyn(cell.dend[0](1))


def a_space_outside(h, cell):
    cell.dend[0].insert("extracellular")


def a_wrong_branch(h, cell):
    cell.dend[0].rallbranch = 2


def a_linear_mechanism(h, cell):
    one = h.Matrix(1, 1)
    where = (h.SectionList([cell.soma]), h.Vector([0.5]))
    return h.LinearMechanism(one, one, h.Vector(1), h.Vector(1), *where)


def curves(h, fill):
    """Return what the FUNCTION_TABLEs of a cell are found to be; `fill`: name -> arguments."""
    cell = cell_class((SectionPlan("soma"),), {"soma": {"ttabf": {}}})()
    for name, given in fill.items():
        vectors = [h.Vector(each) if isinstance(each, tuple) else each for each in given]
        getattr(h, f"table_{name}_ttabf")(*vectors)
    shape, _points = read_shape(cell, cell.soma(0.5))
    return shape.curves


def hoc_is_neurons(h):
    """Say whether the interpreter of the package is NEURON's."""
    return neuron() is h
