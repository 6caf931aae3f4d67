"""Which nodes without membrane are left out, on small trees by hand."""

import pytest

from pyneuronautofit.simulators.batch.wires import Wired, Wires


def wires(n_place, joints, *edges):
    made = Wires()
    for number in range(n_place):
        (made.add_joint if number in joints else made.add)(f"place {number}")
    for edge in edges:
        made.connect(*edge)
    return made


def test_a_free_end_is_left_out():
    made = wires(3, {0, 2}, (0, 1, 5.0), (1, 2, 7.0))
    made.leave_out_joints()
    assert list(made.from_root(1)) == [(1, -1, 0.0)]


def test_a_joint_of_two_becomes_conductances_in_series():
    made = wires(3, {1}, (0, 1, 2.0), (1, 2, 6.0))
    made.leave_out_joints()
    assert list(made.from_root(0)) == [(0, -1, 0.0), (2, 0, 1.5)]


def test_a_joint_of_three_stays():
    made = wires(4, {1}, (0, 1, 1.0), (1, 2, 2.0), (1, 3, 3.0))
    made.leave_out_joints()
    assert list(made.from_root(3)) == [(3, -1, 0.0), (1, 0, 3.0), (0, 1, 1.0), (2, 1, 2.0)]


def test_the_order_of_neighbours_stays():
    made = wires(5, {2}, (0, 1, 1.0), (0, 2, 1.0), (0, 3, 1.0), (2, 4, 1.0))
    made.leave_out_joints()
    assert [number for number, _parent, _g in made.from_root(0)] == [0, 1, 4, 3]


@pytest.mark.parametrize(
    ("x", "expected"), [(0.0, 10), (0.1, 3), (0.25, 4), (0.5, 5), (0.99, 6), (1.0, 11)]
)
def test_positions_are_rounded_as_in_neuron(x, expected):
    assert Wired([3, 4, 5, 6], 10, 11).at(x) == expected
