"""What follows from the shape of a cell, worked out by hand on small trees."""

from __future__ import annotations

import pytest
from neuron import h

from pyneuronautofit.codegen.kinds import IonUse, NodeKind
from pyneuronautofit.errors import ModelError
from pyneuronautofit.simulators.cells.image import NO_MEMBRANE
from pyneuronautofit.simulators.cells.morphology import (
    SectionShape,
    Shape,
    make_blueprint,
    mechanism_order,
    named_processes,
    read_shape,
)

LEAK, CHANNELS = ("pas",), ("na_ion", "k_ion", "hh")
HH_STYLES = (9, 9)


def section(parent=-1, x=0.0, *, backwards=False, n=1, names=LEAK, styles=(), processes=()):
    return SectionShape(parent, x, backwards, n, names, styles, processes)


def blueprint(*sections, root=0, x=0.5):
    return make_blueprint(Shape(sections, root, x))


# --- the tree. Of a section the places of its segments come first, then those of its ends 0 and 1.


def test_one_compartment():
    found = blueprint(section())
    assert found.signature.parents == (-1,)
    assert found.signature.kinds == (0,)
    assert found.signature.node_kinds == (NodeKind(LEAK, ()),)
    assert found.places == (0,)
    assert found.wires == ()
    # Both ends are free: their voltage is that of the segment.
    assert dict(found.free_ends) == {1: 0, 2: 0}


def test_a_cable_that_continues_a_soma():
    """Soma of one segment (0; ends 1, 2), axon of two at soma(1) (3, 4; ends 5, 6)."""
    found = blueprint(section(), section(0, 1.0, n=2))
    assert found.places == (0, 3, 4)
    assert found.signature.parents == (-1, 0, 1)
    # The resistance between two places is kept by the one that is further from the root.
    assert found.direct == (0, 2, 3, 4, 6)
    # From the soma's middle by its end to the axon's first segment: the wires of 2 and of 3.
    assert [found.direct[wire] for wire in found.series[0]] == [2, 3]
    assert found.wires == (5, 3)
    assert found.direct[3] == 4


def test_a_section_that_is_joined_by_its_end_1():
    """The axon's segments are counted from its own end 0, which is the far one."""
    found = blueprint(section(), section(0, 0.0, backwards=True, n=2))
    assert found.places == (0, 4, 3)
    assert found.signature.parents == (-1, 0, 1)
    assert found.direct == (0, 2, 4, 3, 5)
    assert found.node_at(1, 0.9) == 1
    assert found.node_at(1, 0.1) == 2
    assert found.node_at(1, 0.0) == 2, "its free end"
    assert found.node_at(1, 1.0) is None, "between two segments"


def test_where_three_meet_there_is_a_node_without_membrane():
    found = blueprint(section(), section(0, 1.0), section(0, 1.0))
    # Soma 0 (1, 2), dendrites 3 (4, 5) and 6 (7, 8): they meet at place 2.
    assert found.places == (0, 2, 3, 6)
    assert found.signature.parents == (-1, 0, 1, 1)
    assert found.signature.kinds == (0, NO_MEMBRANE, 0, 0)
    assert found.node_at(0, 1.0) == 1
    assert found.node_at(1, 0.5) == 2


def test_a_spine_in_the_middle_of_a_segment_is_joined_to_it():
    found = blueprint(section(n=3), section(0, 0.5))
    # Soma 0, 1, 2 (3, 4), spine 5 (6, 7). The root is the middle segment.
    assert found.places[0] == 1
    assert set(found.places) == {0, 1, 2, 5}
    spine = found.places.index(5)
    assert found.signature.parents[spine] == 0


@pytest.mark.parametrize(("x", "place"), [(0.5, 1), (0.1, 0), (0.9, 2)])
def test_the_root_is_where_the_current_goes_in(x, place):
    found = blueprint(section(n=3), x=x)
    assert found.places[0] == place
    assert found.signature.parents[0] == -1


def test_the_root_need_not_be_the_first_section():
    found = blueprint(section(), section(0, 1.0), root=1)
    assert found.places == (3, 0)


# --- kinds


def test_segments_of_one_kind_have_one_number():
    found = blueprint(
        section(names=CHANNELS, styles=HH_STYLES),
        section(0, 1.0),
        section(1, 1.0, names=CHANNELS, styles=HH_STYLES),
    )
    assert found.signature.kinds == (0, 1, 0)
    ions = (IonUse("na", 1.0, 1, 0, 1, 0, 0), IonUse("k", 1.0, 1, 0, 1, 0, 0))
    assert found.signature.node_kinds == (NodeKind(("hh",), ions), NodeKind(LEAK, ()))


def test_mechanisms_are_in_the_order_of_neuron():
    one, other = (
        blueprint(section(names=names)).signature for names in (("pas", "hh"), ("hh", "pas"))
    )
    assert one == other
    order = mechanism_order()
    (kind,) = one.node_kinds
    assert list(kind.mechanisms) == sorted(kind.mechanisms, key=order.index)


def test_another_style_of_an_ion_is_another_kind():
    one, other = (
        blueprint(section(names=CHANNELS, styles=styles)).signature
        for styles in (HH_STYLES, (9, 25))
    )
    assert one != other
    assert one.parents == other.parents


def test_point_processes_are_of_their_segment():
    found = blueprint(section(n=2, processes=((), ("ExpSyn#0", "ExpSyn#1"))))
    # soma(0.5) is the second of two segments.
    assert found.places == (1, 0)
    assert found.signature.node_kinds[0] == NodeKind(LEAK, (), ("ExpSyn#0", "ExpSyn#1"))
    assert found.signature.node_kinds[1] == NodeKind(LEAK, ())


# --- reading


class Cell:
    """A soma and an axon that hangs from soma(0) by its end 1."""

    def __init__(self):
        self.soma = h.Section(name="soma", cell=self)
        self.axon = h.Section(name="axon", cell=self)
        self.axon.connect(self.soma(0), 1)
        self.axon.nseg = 3
        self.soma.insert("hh")
        self.axon.insert("pas")

    def __repr__(self):
        return "Cell"


def test_a_live_cell_has_the_shape_that_it_was_given():
    cell = Cell()
    shape, points = read_shape(cell, cell.soma(0.5))
    soma, axon = shape.sections
    assert (soma.parent, soma.n_segment) == (-1, 1)
    assert set(soma.mechanisms) == set(CHANNELS)
    assert len(soma.styles) == 2
    assert axon == section(0, 0.0, backwards=True, n=3)
    assert (shape.root, shape.root_x) == (0, 0.5)
    assert [str(point) for point in points] == [
        "Cell.soma(0.5)", "Cell.soma(0)", "Cell.soma(1)",
        "Cell.axon(0.166667)", "Cell.axon(0.5)", "Cell.axon(0.833333)",
        "Cell.axon(0)", "Cell.axon(1)",
    ]  # fmt: skip


def test_cells_that_differ_in_numbers_have_one_shape():
    one, other = Cell(), Cell()
    other.soma.L, other.axon.diam, other.axon(0.5).pas.g = 77.0, 3.0, 1e-2
    assert read_shape(one, one.soma(0.5))[0] == read_shape(other, other.soma(0.5))[0]
    other.axon.nseg = 5
    assert read_shape(one, one.soma(0.5))[0] != read_shape(other, other.soma(0.5))[0]


def test_point_processes_are_numbered_in_the_order_of_making():
    cell = Cell()
    made = [h.ExpSyn(cell.axon(0.5)), h.IClamp(cell.axon(0.5)), h.ExpSyn(cell.axon(0.5))]
    found = named_processes(cell.axon(0.5))
    assert found == {"ExpSyn#0": made[0], "IClamp#0": made[1], "ExpSyn#1": made[2]}
    shape, _points = read_shape(cell, cell.soma(0.5))
    assert shape.sections[1].processes == ((), ("ExpSyn#0", "IClamp#0", "ExpSyn#1"), ())
    assert shape.sections[0].processes == ()


@pytest.mark.parametrize("x", [0, 1])
def test_there_is_no_membrane_at_an_end(x):
    cell = Cell()
    with pytest.raises(ModelError, match=r"class Cell: Cell\.soma\(.\) is the end .*0 and 1, as"):
        read_shape(cell, cell.soma(x))
