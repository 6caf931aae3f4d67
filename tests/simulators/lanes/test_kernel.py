"""What a kernel is given: trees, aligned arrays, a flag that ends it."""

from __future__ import annotations

import ctypes

import numpy as np
import pytest

from pyneuronautofit.simulators.lanes.kernel import KernelBase, Stop, TreeArrays, address


class Lanes(KernelBase):
    """A kernel without a library: so many lanes, of so many bits."""

    def __init__(self, n_lane, dtype):
        self.n_lane, self.dtype = n_lane, np.dtype(dtype)


@pytest.mark.parametrize(("n_lane", "dtype"), [(8, "f8"), (16, "f4"), (2, "f8"), (4, "f4")])
@pytest.mark.parametrize("rows", [1, 3, 7])
def test_arrays_lie_where_vectors_may(n_lane, dtype, rows):
    kernel = Lanes(n_lane, dtype)
    given = np.arange(rows * n_lane, dtype=float).reshape(rows, n_lane)
    made = kernel.aligned(given)
    assert made.ctypes.data % (n_lane * kernel.dtype.itemsize) == 0
    assert made.dtype == kernel.dtype
    assert made.flags.c_contiguous
    np.testing.assert_array_equal(made, given)
    made[...] = 1.0
    assert given.sum() == np.arange(rows * n_lane).sum(), "it is a copy"


def test_of_no_rows_there_is_an_array_too():
    assert Lanes(4, "f8").aligned(np.zeros((0, 4))).shape == (0, 4)


def test_a_number_for_all_lanes():
    made = Lanes(4, "f4").constant(0.1)
    assert made.tolist() == [float(np.float32(0.1))] * 4
    assert made.dtype == np.float32


def test_arrays_of_any_order_come_row_by_row():
    turned = np.arange(12.0).reshape(4, 3).T
    made = Lanes(4, "f8").aligned(turned)
    flat = np.ctypeslib.as_array((ctypes.c_double * 12).from_address(address(made).value))
    assert flat.tolist() == turned.ravel().tolist()


def test_a_tree_as_c_sees_it():
    parent, kind = np.array([-1, 0, 0], np.int32), np.array([1, -1, 0], np.int32)
    tree = TreeArrays(parent, kind).as_struct()
    assert tree.n_node == 3
    for pointer, array in ((tree.parent, parent), (tree.kind, kind)):
        found = (ctypes.c_int32 * 3).from_address(pointer)
        assert list(found) == array.tolist()


def test_who_looks_sees_that_the_end_is_wanted():
    stop = Stop()
    flag = ctypes.cast(stop.as_pointer(), ctypes.POINTER(ctypes.c_int32))
    assert flag[0] == 0
    stop.set()
    assert flag[0] == 1
    assert ctypes.cast(stop.as_pointer(), ctypes.POINTER(ctypes.c_int32))[0] == 1
