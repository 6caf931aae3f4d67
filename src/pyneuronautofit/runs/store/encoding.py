"""How a strategy's state is written into a store: records, numbers and arrays, and nothing else.

The bytes are the length of a JSON text (32 bits, little-endian), the text (UTF-8), and the arrays,
one behind the other. In the text, null, booleans, numbers, strings, lists and objects stand for
themselves; what JSON lacks is an object with one of these keys:

``{"$record": name, "fields": {..}}``
    a dataclass
``{"$tuple": [..]}``
    a tuple
``{"$float": "nan"}``
    a number that is not finite: nan, inf or -inf
``{"$array": "<f8", "shape": [..], "at": offset}``
    an array: its elements from byte `offset` of the arrays on, row by row, little-endian
``{"$rows": "scores", "count": n, "at": offset}``
    an array whose rows are rows of the store's evaluations: `n` row numbers (64 bits each). The
    word says of what: `coordinates` or `scores`

Finite numbers are written with as many digits as it takes to read the same bits again. The rows
make it cheap to keep every generation: most of a state are populations, which are stored anyway.
"""

from __future__ import annotations

import dataclasses
import json
import math
import types
import typing
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray

from pyneuronautofit._bounded import allowance_of, parse_json
from pyneuronautofit._types import FloatArray, IntArray, Json
from pyneuronautofit.errors import RunError

#: Returns which rows of the evaluations an array consists of, and of what; None: not of any.
FindRows: TypeAlias = Callable[[FloatArray], "Rows | None"]
#: Returns the array that rows stand for.
LookUp: TypeAlias = Callable[["Rows"], FloatArray]

T = TypeVar("T")

_LENGTH = 4
_KINDS = frozenset("fiub")
# What a field is annotated with -> what may be in it.
_NUMBERS: Mapping[Any, Any] = types.MappingProxyType({float: (int, float), int: int})
#: What of the evaluations an array can be rows of.
ROW_KINDS = ("coordinates", "scores")


@dataclass(frozen=True)
class Rows:
    """An array by the rows of evaluations that it consists of.

    Attributes
    ----------
    kind
        One of `ROW_KINDS`.
    numbers : IntArray, shape (n_row,)
    """

    kind: str
    numbers: IntArray


@dataclass(frozen=True)
class Record:
    """A dataclass as it was stored; `restore` makes the real one of it.

    Attributes
    ----------
    name
        Of its class.
    fields
        By name.
    """

    name: str
    fields: Mapping[str, Any]


def encode(value: Any, find_rows: FindRows) -> bytes:
    """Return the bytes of a state."""
    writer = _Writer(find_rows)
    text = json.dumps(writer.plain(value), allow_nan=False).encode()
    return len(text).to_bytes(_LENGTH, "little") + text + b"".join(writer.parts)


def decode(data: bytes, path: Path) -> Any:
    """Return a stored state: a `Record`, with `Rows` where arrays are rows of evaluations.

    Parameters
    ----------
    path
        The store, for messages.

    Raises
    ------
    RunError
        If the bytes are no state.
    """
    end = _LENGTH + int.from_bytes(data[:_LENGTH], "little")
    try:
        allowed = allowance_of(path, len(data), RunError)
        return _read(parse_json(data[_LENGTH:end], allowed), memoryview(data)[end:])
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError) as error:
        raise RunError(f"{path}: a stored state of the search cannot be read: {error}") from error


def restore(stored: Any, kind: type[T], look_up: LookUp) -> T:
    """Return a decoded record as what it was.

    Parameters
    ----------
    kind
        The dataclass; what its fields are follows from their annotations.

    Raises
    ------
    RunError
        If the record is of another class, or one whose fields were others or of another kind.
    """
    names = {field.name for field in dataclasses.fields(kind)}  # type: ignore[arg-type]
    if not isinstance(stored, Record) or stored.name != kind.__name__ or names != {*stored.fields}:
        found = stored.name if isinstance(stored, Record) else type(stored).__name__
        raise RunError(
            f"the run's search is in a state ({found}) that this search ({kind.__name__}) cannot "
            "continue from: it was written by another version"
        )
    hints = typing.get_type_hints(kind)
    values = {n: _restored(v, hints[n], look_up) for n, v in stored.fields.items()}
    wrong = [name for name, value in values.items() if not _fits(value, hints[name])]
    if wrong:
        raise RunError(
            f"a stored state of the search ({stored.name}) has something of another kind in "
            f"{', '.join(wrong)}"
        )
    return kind(**values)


def rows_in(value: Any) -> list[Rows]:
    """Return all rows of evaluations that a decoded state refers to."""
    if isinstance(value, Rows):
        return [value]
    parts: Iterable[Any] = ()
    if isinstance(value, Record):
        parts = value.fields.values()
    elif isinstance(value, dict):
        parts = value.values()
    elif isinstance(value, tuple | list):
        parts = value
    return [rows for part in parts for rows in rows_in(part)]


class _Writer:
    """Turns values into JSON, and collects the arrays."""

    def __init__(self, find_rows: FindRows) -> None:
        self.parts: list[bytes] = []
        self._size = 0
        self._find_rows = find_rows

    def plain(self, value: Any) -> Json:
        """Return a value as JSON."""
        if dataclasses.is_dataclass(value) and not isinstance(value, type):
            named = {f.name: getattr(value, f.name) for f in dataclasses.fields(value)}
            return {"$record": type(value).__name__, "fields": self._object(named)}
        if isinstance(value, np.ndarray):
            return self._array(value)
        if isinstance(value, np.generic):
            value = value.item()
        if isinstance(value, dict):
            return self._object(value)
        if isinstance(value, tuple | list):
            items = [self.plain(each) for each in value]
            return items if isinstance(value, list) else {"$tuple": items}
        if isinstance(value, float) and not math.isfinite(value):
            return {"$float": repr(value)}
        if not isinstance(value, bool | int | float | str | None):
            raise TypeError(f"a state of a search cannot hold a {type(value).__name__}")
        return value

    def _object(self, values: Mapping[str, Any]) -> Json:
        return {key: self.plain(each) for key, each in values.items()}

    def _array(self, value: NDArray[Any]) -> Json:
        rows = self._find_rows(value)
        if rows is not None:
            at = self._add(rows.numbers.astype("<i8"))
            return {"$rows": rows.kind, "count": len(rows.numbers), "at": at}
        if value.dtype.kind not in _KINDS:
            raise TypeError(f"a state of a search cannot hold an array of {value.dtype}")
        little = np.ascontiguousarray(value, dtype=value.dtype.newbyteorder("<"))
        return {"$array": little.dtype.str, "shape": list(value.shape), "at": self._add(little)}

    def _add(self, array: NDArray[Any]) -> int:
        at = self._size
        self.parts.append(array.tobytes())
        self._size += len(self.parts[-1])
        return at


def _read(value: Json, arrays: memoryview) -> Any:
    if isinstance(value, list):
        return [_read(each, arrays) for each in value]
    if not isinstance(value, dict):
        return value
    for key, reading in _READINGS.items():
        if key in value:
            return reading(value, arrays)
    return {key: _read(each, arrays) for key, each in value.items()}


def _read_record(value: Json, arrays: memoryview) -> Record:
    fields = {name: _read(each, arrays) for name, each in value["fields"].items()}
    return Record(value["$record"], fields)


def _read_rows(value: Json, arrays: memoryview) -> Rows:
    if value["$rows"] not in ROW_KINDS or value["count"] < 0:
        raise ValueError(f"rows of {value['$rows']!r:.40}, {value['count']!r:.40} of them")
    numbers = np.frombuffer(arrays, "<i8", value["count"], value["at"])
    return Rows(value["$rows"], numbers.astype(np.int64))


def _read_array(value: Json, arrays: memoryview) -> NDArray[Any]:
    dtype, shape = np.dtype(value["$array"]), tuple(value["shape"])
    if dtype.kind not in _KINDS or min(shape, default=0) < 0:
        raise ValueError(f"an array of {dtype} and shape {shape}")
    if 0 in shape:
        return np.empty(shape, dtype=dtype.newbyteorder("="))
    flat = np.frombuffer(arrays, dtype, math.prod(shape), value["at"])
    # A copy: what was writable stays so, in the byte order of this machine.
    return flat.astype(dtype.newbyteorder("=")).reshape(shape)


_READINGS: Mapping[str, Callable[[Json, memoryview], Any]] = types.MappingProxyType(
    {
        "$record": _read_record,
        "$rows": _read_rows,
        "$array": _read_array,
        "$tuple": lambda value, arrays: tuple(_read(each, arrays) for each in value["$tuple"]),
        "$float": lambda value, _arrays: float(value["$float"]),
    }
)


def _restored(value: Any, hint: Any, look_up: LookUp) -> Any:
    if isinstance(value, Rows):
        return look_up(value)
    if isinstance(value, tuple) and typing.get_origin(hint) is tuple:
        kinds = typing.get_args(hint)
        if len(kinds) == 2 and kinds[1] is Ellipsis:
            return tuple(_restored(each, kinds[0], look_up) for each in value)
        return value
    if isinstance(value, dict):
        return {key: _restored(each, Any, look_up) for key, each in value.items()}
    if isinstance(value, Record):
        # The annotation is the class, or one of several classes, or None.
        choices = typing.get_args(hint) if isinstance(hint, types.UnionType) else (hint,)
        classes = [c for c in choices if isinstance(c, type) and dataclasses.is_dataclass(c)]
        named = [each for each in classes if each.__name__ == value.name]
        kind = next(iter(named or classes), None)
        if kind is None:
            raise RunError(f"a stored state of the search has a {value.name} in a wrong place")
        return restore(value, kind, look_up)
    return value


def _fits(value: Any, hint: Any) -> bool:
    """Tell whether a value is what the annotation of its field says."""
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if isinstance(hint, types.UnionType):
        return any(_fits(value, each) for each in arguments)
    if origin is np.ndarray:
        (scalar,) = typing.get_args(arguments[1])
        return isinstance(value, np.ndarray) and value.dtype == scalar
    if origin is tuple and len(arguments) == 2 and arguments[1] is Ellipsis:
        return isinstance(value, tuple) and all(_fits(each, arguments[0]) for each in value)
    if hint in (float, int):
        return isinstance(value, _NUMBERS[hint]) and not isinstance(value, bool)
    kind = origin or hint
    return hint is Any or not isinstance(kind, type) or isinstance(value, kind)
