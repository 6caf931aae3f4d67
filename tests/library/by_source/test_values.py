"""Values come back from their text as they were, and others are not written."""

from __future__ import annotations

import math
import pathlib

import numpy
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pyneuronautofit.library.by_source.values import literal

plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text() | st.binary() | st.floats(allow_nan=False)
    | st.complex_numbers(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner) | st.lists(inner).map(tuple)
    | st.dictionaries(st.text() | st.integers(), inner)
    | st.frozensets(st.integers() | st.text()),
    max_leaves=12,
)  # fmt: skip


def read(text):
    names = {"numpy": numpy, "pathlib": pathlib}
    return eval(text, names)  # noqa: S307 (what `literal` has just written)


@given(plain)
def test_plain_values_come_back(value):
    found = read(literal(value))
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    "value",
    [
        np.float32(0.1), np.int64(-3), np.bool_(True), np.float64("inf"),
        np.array([[1.5, 2], [3, 4]]),
        np.zeros((0, 3)), np.array(["a", "b"]), np.array(3, dtype="i2"), pathlib.Path("/a/b c"),
        {"x": np.arange(3)}, {1, 2},
    ],
)  # fmt: skip
def test_numpys_values_and_paths_come_back(value):
    found = read(literal(value))
    assert type(found) is type(value)
    np.testing.assert_equal(found, value)
    if isinstance(value, np.ndarray | np.generic):
        assert (found.dtype, found.shape) == (value.dtype, value.shape)


def test_what_is_not_a_number_comes_back():
    assert math.isnan(read(literal(float("nan"))))


@pytest.mark.parametrize(
    "value",
    [object(), print, [object()], {"a": object()}, np.array([object()]), np.zeros(20_000),
     type("Number", (int,), {})(3), (1, {2: object()})],
)  # fmt: skip
def test_anything_else_is_not_written(value):
    assert literal(value) is None


def test_a_set_is_written_in_one_order():
    assert literal({"b", "a", "c"}) == "set(['a', 'b', 'c'])"
