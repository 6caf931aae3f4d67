"""Which nodes without membrane are left out, on small trees by hand."""

import pytest

from pyneuronautofit.simulators.cells.axial import Wired, Wires, conductances


def wires(n_place, joints, *edges):
    """Return wires, and the conductances of the direct ones."""
    made = Wires(n_place)
    made.joints += joints
    for one, other, _uS in edges:
        made.connect(one, other)
    return made, [uS for _one, _other, uS in edges]


def from_root(made, direct_uS, root):
    """Leave out joints and return places, parents and conductances."""
    made.leave_out_joints()
    of_wire = conductances(direct_uS, made.series)
    return [
        (place, parent, of_wire[wire] if wire >= 0 else 0.0)
        for place, parent, wire in made.from_root(root)
    ]


def test_a_free_end_is_left_out():
    made = wires(3, [0, 2], (0, 1, 5.0), (1, 2, 7.0))
    assert from_root(*made, 1) == [(1, -1, 0.0)]


def test_a_joint_of_two_becomes_conductances_in_series():
    made = wires(3, [1], (0, 1, 2.0), (1, 2, 6.0))
    assert from_root(*made, 0) == [(0, -1, 0.0), (2, 0, 1.5)]


def test_a_joint_of_three_stays():
    made = wires(4, [1], (0, 1, 1.0), (1, 2, 2.0), (1, 3, 3.0))
    assert from_root(*made, 3) == [(3, -1, 0.0), (1, 0, 3.0), (0, 1, 1.0), (2, 1, 2.0)]


def test_the_order_of_neighbours_stays():
    made = wires(5, [2], (0, 1, 1.0), (0, 2, 1.0), (0, 3, 1.0), (2, 4, 1.0))
    assert [place for place, _parent, _uS in from_root(*made, 0)] == [0, 1, 4, 3]


def test_joints_in_a_row_of_segments():
    made = wires(5, [1, 3], (0, 1, 2.0), (1, 2, 6.0), (2, 3, 1.0), (3, 4, 1.0))
    assert from_root(*made, 0) == [(0, -1, 0.0), (2, 0, 1.5), (4, 1, 0.5)]


@pytest.mark.parametrize(
    ("x", "expected"), [(0.0, 10), (0.1, 3), (0.25, 4), (0.5, 5), (0.99, 6), (1.0, 11)]
)
def test_positions_are_rounded_as_in_neuron(x, expected):
    assert Wired([3, 4, 5, 6], 10, 11).at(x) == expected
