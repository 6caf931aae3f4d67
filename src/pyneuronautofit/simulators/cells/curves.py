"""Finding out what a FUNCTION_TABLE has been given: NEURON shows its values, not its points.

The two Vectors that a table is made of live as long as it does, so they are among all Vectors that
there are: those whose points, and whose straight lines between them, the function goes through.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import TypeAlias

import numpy as np

from pyneuronautofit._types import FloatArray
from pyneuronautofit.codegen.kinds import Curve
from pyneuronautofit.errors import UnsupportedModel
from pyneuronautofit.simulators.neuron.hoc import neuron

# More than any table of a channel has; each costs an operation in every evaluation.
_MOST_POINTS = 2000
# Of the largest value: what rounding makes of an interpolation.
_ROUNDING = 1e-12
# Where a function is looked at that may be a constant.
_PROBES = tuple(float(x) for x in (*range(-200, 201, 5), -1e9, -1e3, 1e-6, 1e-4, 1e-2, 1e3, 1e9))

Function: TypeAlias = Callable[[float], float]


def read_curves(present: tuple[str, ...]) -> tuple[tuple[str, str, Curve], ...]:
    """Return what the FUNCTION_TABLEs of some mechanisms are, with the mechanism and the name.

    Raises
    ------
    UnsupportedModel
        If one has not been given any values, or it cannot be found out which.
    """
    names = _with_function_tables(present)
    return tuple((suffix, name, _curve_of(suffix, name)) for suffix, name in names)


@lru_cache(maxsize=1024)
def _with_function_tables(present: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    made = sorted(str(name) for name in dir(neuron()) if str(name).startswith("table_"))
    return tuple(
        (suffix, name.removeprefix("table_").removesuffix(f"_{suffix}"))
        for suffix in present
        for name in made
        if name.endswith(f"_{suffix}")
    )


def _curve_of(suffix: str, name: str) -> Curve:
    h = neuron()
    function: Function = getattr(h, f"{name}_{suffix}")
    try:
        values = [function(x) for x in _PROBES]
    except RuntimeError as error:
        raise UnsupportedModel(
            f"nothing is in the FUNCTION_TABLE {name} of the mechanism {suffix}, or it has several "
            f"arguments; fill it in the cell class, by h.table_{name}_{suffix}(values, arguments) "
            "with two Vectors. Use --simulator neuron for tables of several arguments."
        ) from error
    vectors = h.List("Vector")
    known = [vectors.o(number).as_numpy() for number in range(int(vectors.count()))]
    found = _find_points(function, known)
    if found is not None:
        return found
    if len(set(values)) == 1:
        return Curve((0.0,), (values[0],))
    raise UnsupportedModel(
        f"it cannot be found out what is in the FUNCTION_TABLE {name} of the mechanism {suffix}: "
        f"fill it by h.table_{name}_{suffix}(values, arguments), with two Vectors of at most "
        f"{_MOST_POINTS} points, or use --simulator neuron for this model."
    )


def _find_points(function: Function, known: Sequence[FloatArray]) -> Curve | None:
    """Return the curve that a function is, of those that two Vectors can make."""
    usable = [each for each in known if 1 < len(each) <= _MOST_POINTS]
    for x in usable:
        if not (np.isfinite(x).all() and (np.diff(x) > 0.0).all()):
            continue
        between = np.concatenate([x, (x[1:] + x[:-1]) / 2.0, [x[0] - 1.0, x[-1] + 1.0]])
        here: FloatArray | None = None
        for y in usable:
            if len(y) != len(x) or not np.isfinite(y).all():
                continue
            if here is None:
                here = np.array([function(float(at)) for at in between])
            most = _ROUNDING * np.abs(y).max()
            if np.abs(here - np.interp(between, x, y)).max() <= most:
                return Curve(tuple(x.tolist()), tuple(y.tolist()))
    return None
