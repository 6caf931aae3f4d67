"""Plain values as Python text that gives them again."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np

# Larger arrays are data, not a part of a definition.
_MOST_VALUES = 10_000


def literal(value: Any) -> str | None:
    """Return an expression for a value; None where it is of no kind that can be written.

    Numbers, texts, True, False, None, paths, NumPy's numbers and arrays, and tuples, lists, sets
    and dicts of these. The expression may use the names `float`, `set`, `numpy` and `pathlib`.
    """
    try:
        return _written(value)
    except (RecursionError, ValueError):
        # It contains itself, or has more digits than Python writes.
        return None


def _written(value: Any) -> str | None:
    kind = type(value)
    if value is None or kind in (bool, int, str, bytes, complex):
        return repr(value)
    if kind is float:
        return repr(value) if math.isfinite(value) else f"float({str(value)!r})"
    if isinstance(value, Path):
        return f"pathlib.Path({str(value)!r})"
    if isinstance(value, np.generic) and value.dtype.kind in "biufU":
        inner = _written(value.item())
        return None if inner is None else f"numpy.dtype({value.dtype.str!r}).type({inner})"
    if kind is np.ndarray:
        return _array(value)
    return _collection(value, kind)


def _array(value: Any) -> str | None:
    if value.dtype.kind not in "biufU" or value.size > _MOST_VALUES:
        return None
    inner = _written(value.tolist())
    shape = f".reshape({value.shape!r})"
    return None if inner is None else f"numpy.array({inner}, dtype={value.dtype.str!r}){shape}"


def _collection(value: Any, kind: type) -> str | None:
    if kind is dict:
        return _dict(value)
    if kind not in (tuple, list, set, frozenset):
        return None
    # The order of a set is another in every process; its text should not be.
    members = sorted(value, key=repr) if kind in (set, frozenset) else value
    inner = [_written(each) for each in members]
    if None in inner:
        return None
    listed = ", ".join(str(each) for each in inner)
    if kind is tuple:
        return f"({listed},)" if len(inner) == 1 else f"({listed})"
    return f"[{listed}]" if kind is list else f"{kind.__name__}([{listed}])"


def _dict(value: dict[Any, Any]) -> str | None:
    pairs = [(_written(key), _written(each)) for key, each in value.items()]
    if any(None in pair for pair in pairs):
        return None
    return "{" + ", ".join(f"{key}: {each}" for key, each in pairs) + "}"
