"""States of strategies as bytes, and back."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pyneuronautofit.errors import RunError
from pyneuronautofit.optimisers.weighting import Weights
from pyneuronautofit.runs.store.encoding import Record, Rows, decode, encode, restore, rows_in
from runs._made import State, make_generation

STORE = Path("r.sqlite")


def nowhere(_array):
    return None


def there_and_back(value):
    return decode(encode(value, nowhere), STORE)


@pytest.mark.parametrize(
    "value",
    [None, True, 3, 2**127 + 1, -0.0, 0.1, 5e-324, "späť", [1, [2.5, None]], (1, (2,)), {"a": [1]}],
    ids=repr,
)
def test_plain_values(value):
    read = there_and_back(value)
    assert read == value
    assert type(read) is type(value)
    assert repr(read) == repr(value)


@pytest.mark.parametrize("value", [float("inf"), float("-inf"), float("nan")])
def test_numbers_that_are_not_finite(value):
    assert repr(there_and_back(value)) == repr(value)


@pytest.mark.parametrize(
    "array",
    [
        np.array([[0.1, -0.0], [np.nan, np.inf]]),
        np.asfortranarray(np.arange(6.0).reshape(2, 3)),
        np.arange(10.0)[::3],
        np.empty((0, 4)),
        np.array([True, False]),
        np.arange(3, dtype=np.int64),
        np.arange(3, dtype=">i4"),
        np.array(2.5),
        np.frombuffer(b"\x01\x00\x00\x00\x00\x00\xf8\x7f"),  # a nan that is not numpy's
    ],
    ids=lambda array: f"{array.dtype.str}{array.shape}",
)
def test_arrays(array):
    read = there_and_back(array)
    assert read.shape == array.shape
    assert read.dtype == array.dtype.newbyteorder("=")
    native = np.ascontiguousarray(array).astype(array.dtype.newbyteorder("="))
    assert read.tobytes() == native.tobytes()
    assert read.flags.c_contiguous
    assert read.flags.writeable


def test_numbers_of_numpy_become_plain_ones():
    assert there_and_back([np.float64(0.1), np.int64(7), np.bool_(True)]) == [0.1, 7, True]


def test_a_whole_state():
    state = make_generation(2, np.random.default_rng(0)).state
    stored = there_and_back(state)
    assert stored.name == "State"
    read = restore(stored, State, lambda rows: pytest.fail(f"{rows}"))
    assert read.generator == state.generator
    assert read.members.x.tobytes() == state.members.x.tobytes()
    assert read.weights.active.dtype == bool
    assert read.adaptation.before.values.tolist() == [1.0, 0.5, 0.0]
    assert read.adaptation.ratios.tolist() == [-np.inf, 0.1]
    assert read.largest == np.inf
    assert np.random.default_rng(2).random() == _continued(read.generator)


def _continued(stored):
    rng = np.random.default_rng()
    rng.bit_generator.state = stored
    return rng.random()


def test_arrays_of_evaluations_are_row_numbers():
    table = np.arange(40.0).reshape(10, 4)

    def find(array):
        rows = array[:, 0].astype(np.int64) // 4 if array.ndim == 2 else None
        return None if rows is None else Rows("scores", rows)

    data = encode({"a": table[[7, 2]], "b": np.arange(3.0)}, find)
    stored = decode(data, STORE)
    assert stored["b"].tolist() == [0.0, 1.0, 2.0]
    (rows,) = rows_in(stored)
    assert (rows.kind, rows.numbers.tolist()) == ("scores", [7, 2])


@dataclass(frozen=True)
class Holder:
    weights: Weights
    number: int


def test_what_does_not_fit_is_refused():
    weights = Weights(np.ones(2), np.ones(2, dtype=bool))
    stored = there_and_back(Holder(weights, 3))
    assert restore(stored, Holder, lambda rows: rows).number == 3
    with pytest.raises(RunError, match=r"in a state \(Holder\) that this search \(State\)"):
        restore(stored, State, lambda rows: rows)
    fewer = Record("Holder", {"number": 3})
    with pytest.raises(RunError, match="written by another version"):
        restore(fewer, Holder, lambda rows: rows)
    misplaced = Record("Holder", {"weights": stored.fields["weights"], "number": stored})
    with pytest.raises(RunError, match="a Holder in a wrong place"):
        restore(misplaced, Holder, lambda rows: rows)


@pytest.mark.parametrize(
    "value", [object(), {1, 2}, b"bytes", np.array(["text"]), 1j], ids=lambda v: type(v).__name__
)
def test_what_cannot_be_stored_is_no_state(value):
    with pytest.raises(TypeError, match="a state of a search cannot hold"):
        encode({"a": value}, nowhere)


@pytest.mark.parametrize(
    "data", [b"", b"\x05\x00\x00\x00{", b"\xff" * 40, b"\x02\x00\x00\x00\xff\xff"]
)
def test_bytes_that_are_no_state(data):
    with pytest.raises(RunError, match="cannot be read"):
        decode(data, STORE)


@dataclass(frozen=True)
class Small:
    number: int


@dataclass(frozen=True)
class Other:
    text: str


@dataclass(frozen=True)
class Several:
    """What states of searches that consist of searches have."""

    parts: tuple[Small, ...]
    one: Small | Other | None
    named: Any


def test_records_in_tuples_unions_and_dictionaries():
    table = np.arange(12.0).reshape(4, 3)

    def find(array):
        known = array.ndim == 2 and array.shape[1:] == (3,)
        return Rows("coordinates", array[:, 0].astype(np.int64) // 3) if known else None

    value = Several((Small(1), Small(2)), Other("x"), {"a": {"rows": table[[2, 0]], "n": 3}})
    read = decode(encode(value, find), STORE)
    assert len(rows_in(read)) == 1
    back = restore(read, Several, lambda rows: table[rows.numbers])
    assert (back.parts, back.one) == (value.parts, value.one)
    assert back.named["a"]["rows"].tolist() == table[[2, 0]].tolist()
    assert back.named["a"]["n"] == 3
    none = restore(there_and_back(replace(value, one=None, parts=())), Several, nowhere)
    assert (none.one, none.parts) == (None, ())


def test_a_record_in_a_wrong_place():
    wrong = replace(Several((), None, {}), parts=(Other("x"),))
    with pytest.raises(RunError, match=r"in a state \(Other\) that this search \(Small\) cannot"):
        restore(there_and_back(wrong), Several, nowhere)
    wrong = Several((), None, {"a": Small(1)})
    with pytest.raises(RunError, match="has a Small in a wrong place"):
        restore(there_and_back(wrong), Several, nowhere)
