"""A live cell that takes one candidate's parameters after the other."""

from __future__ import annotations

import pytest
from neuron import h

from pyneuronautofit.codegen.kinds import NodeVariable
from pyneuronautofit.simulators.cells import numbers
from pyneuronautofit.simulators.cells.image import identical
from pyneuronautofit.simulators.cells.morphology import make_blueprint, read_shape
from pyneuronautofit.simulators.cells.numbers import CannotReuse, variable_names
from pyneuronautofit.simulators.cells.reading import CellImageReader
from pyneuronautofit.simulators.cells.reused_cell import reuse_cell
from pyneuronautofit.space import ParameterPath

INITIAL_MV = -71.0


class Cell:
    """A soma of one segment with channels, and a dendrite of three with a leak."""

    def __init__(self):
        self.soma = h.Section(name="soma", cell=self)
        self.dend = h.Section(name="dend", cell=self)
        self.dend.connect(self.soma(1))
        self.dend.nseg = 3
        self.soma.insert("hh")
        self.dend.insert("pas")
        self.soma.L = self.soma.diam = 20.0
        self.values = [1.0, 2.0]


def reader(cell):
    """Return what reads all variables of mechanisms, and the capacitance."""
    blueprint = make_blueprint(read_shape(cell, cell.soma(0.5))[0])
    plan = {}
    for kind in blueprint.signature.node_kinds:
        own = [
            NodeVariable("mechanism", name, variable, None)
            for name in kind.mechanisms
            for variable in variable_names(name)
        ]
        of_segment = [NodeVariable("segment", "", name, None) for name in ("cm", "diam", "v")]
        plan[kind] = (*own, *of_segment)
    return CellImageReader(plan)


def made(*paths, built=(1, 3)):
    """Return a cell, and what sets its values at these paths."""
    cell = Cell()
    parsed = [ParameterPath.parse(path) for path in paths]
    return cell, reuse_cell(cell, parsed, built, reader(cell), INITIAL_MV)


def test_the_names_of_a_mechanism_are_without_its_own():
    assert variable_names("pas") == ("g", "e", "i")
    assert {"gnabar", "gkbar", "gl", "el", "m", "h", "n"} <= set(variable_names("hh"))
    assert variable_names("na_ion")[:3] == ("ena", "nai", "nao")


def test_a_candidate_has_its_values_and_nothing_of_the_one_before():
    cell, reused = made("soma(0.5).hh.gl", "dend(0.5).pas.e", "soma.cm", "dend.L")
    reused.set((1e-3, -60.0, 1.5, 400.0))
    assert (cell.soma(0.5).hh.gl, cell.dend(0.5).pas.e, cell.soma.cm) == (1e-3, -60.0, 1.5)
    assert cell.dend.L == 400.0
    assert cell.dend(0.1).pas.e == -70.0, "another segment"
    # Whatever a simulation leaves behind is gone, also what no candidate sets.
    cell.soma(0.5).hh.m, cell.dend(0.1).pas.g, cell.soma.ena = 0.77, 5.0, 12.0
    reused.variables.read()
    reused.set((2e-3, -65.0, 1.0, 300.0))
    assert (cell.soma(0.5).hh.gl, cell.dend(0.5).pas.e, cell.soma.cm) == (2e-3, -65.0, 1.0)
    assert cell.soma(0.5).hh.m == 0.0
    assert cell.dend(0.1).pas.g == 0.001
    assert cell.soma.ena == 50.0


def test_reversal_potentials_belong_to_the_segment():
    cell, reused = made("soma.ena", "soma(0.5).ek")
    reused.set((41.0, -99.0))
    assert (cell.soma.ena, cell.soma.ek) == (41.0, -99.0)


def test_voltages_begin_as_in_a_new_cell():
    cell, reused = made("soma.cm")
    for section in (cell.soma, cell.dend):
        for segment in section.allseg():
            segment.v = 13.0
    reused.set((1.0,))
    assert [segment.v for segment in cell.dend] == [INITIAL_MV] * 3
    # NEURON gives nodes at the ends of sections -65 mV.
    assert [cell.dend(x).v for x in (0, 1)] == [-65.0, -65.0]


def test_where_paths_overlap_the_last_one_counts():
    cell, reused = made("dend.cm", "dend(0.5).cm")
    reused.set((2.0, 3.0))
    assert [segment.cm for segment in cell.dend] == [2.0, 3.0, 2.0]
    cell, reused = made("dend(0.5).cm", "dend.cm")
    reused.set((2.0, 3.0))
    assert [segment.cm for segment in cell.dend] == [3.0, 3.0, 3.0]


def test_in_a_section_that_had_one_segment_a_value_is_that_of_all():
    """What is set before the class divides the section is in every part of it afterwards."""
    cell, reused = made("dend(0.5).pas.e", "dend(0.5).diam", built=(1, 1))
    reused.set((-50.0, 3.0))
    assert [segment.pas.e for segment in cell.dend] == [-50.0] * 3
    assert [segment.diam for segment in cell.dend] == [3.0] * 3


def test_its_image_is_that_of_a_cell_of_its_own():
    _cell, reused = made("soma(0.5).hh.gl", "dend.Ra", "dend(0.5).diam", "soma.L")
    for values in ((1e-3, 200.0, 3.0, 25.0), (4e-4, 90.0, 1.5, 40.0)):
        reused.set(values)
        h.finitialize()
        own = Cell()
        own.soma(0.5).hh.gl, own.dend.Ra, own.dend(0.5).diam, own.soma.L = values
        for segment in (*own.soma, *own.dend):
            segment.v = INITIAL_MV
        h.finitialize()
        assert identical(reused.image(), reader(own).read(own, own.soma(0.5)))


@pytest.mark.parametrize(
    "path",
    [
        "values[0].real",  # no part of NEURON
        "soma(0.5).hh.nothing",
        "dend(0.5).nothing",
        "dend.nseg",
    ],
)
def test_what_is_not_known_to_be_set_anew_is_not_reused(path):
    with pytest.raises(CannotReuse):
        made(path)


def test_a_segment_of_a_section_that_is_divided_anew_is_none_of_these():
    with pytest.raises(CannotReuse):
        made("dend(0.5).pas.e", built=(1, 5))
    _cell, reused = made("dend.cm", built=(1, 5))
    reused.set((2.0,))


def test_a_section_of_another_tree_is_none_of_these():
    cell = Cell()
    cell.other = h.Section(name="other", cell=cell)
    with pytest.raises(CannotReuse):
        reuse_cell(cell, [ParameterPath.parse("other.cm")], (1, 3), reader(cell), INITIAL_MV)


class _Standard:
    """A mechanism with a number and an array, as NEURON's MechanismStandard tells of one."""

    def __init__(self, suffix, kind):
        assert (suffix, kind) == ("made", 0), "all variables, not those of one kind"

    def count(self):
        return 2

    def name(self, reference, number):
        reference[0] = ("g_made", "shells_made")[number]
        return (1, 4)[number]


class _Neuron:
    MechanismStandard = _Standard

    @staticmethod
    def ref(text):
        return [text]


def test_elements_of_arrays_have_names_of_their_own(monkeypatch):
    monkeypatch.setattr(numbers, "neuron", lambda: _Neuron)
    names = variable_names.__wrapped__("made")
    assert len(names) == 5
    assert names[1:] == tuple(f"{names[1].partition('[')[0]}[{index}]" for index in range(4))
