"""One searched parameter: where it acts, how it is searched, between which bounds."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from numbers import Real
from typing import TypeAlias

from pyneuronautofit._text import nearest, quoted
from pyneuronautofit.errors import ParameterError
from pyneuronautofit.space.paths import ParameterPath
from pyneuronautofit.space.scales import LOG10, SCALES, Scale

#: A row of `param_nslh`: name or names, scale, low, high.
Row: TypeAlias = Sequence[object]


@dataclass(frozen=True)
class BoundReference:
    """A bound that is the value of an earlier parameter.

    Attributes
    ----------
    name
        The path by which the user named it.
    column
        The column of that parameter in the search vector.
    """

    name: str
    column: int


Bound: TypeAlias = float | BoundReference


@dataclass(frozen=True)
class Parameter:
    """One column of the search vector.

    Attributes
    ----------
    targets
        The places that share its value, at least one.
    scale
        How it is searched.
    low, high
        Its bounds as the model's values (not logarithms), in the unit of the model. `low > high`
        means the same interval.
    """

    targets: tuple[ParameterPath, ...]
    scale: Scale
    low: Bound
    high: Bound

    @property
    def name(self) -> str:
        """The first target's path; how messages name the parameter."""
        return self.targets[0].text

    def as_row(self) -> list[object]:
        """Return the row of `param_nslh` that declares this parameter."""
        names = [target.text for target in self.targets]
        bounds = [b.name if isinstance(b, BoundReference) else b for b in (self.low, self.high)]
        return [names[0] if len(names) == 1 else names, self.scale.code, *bounds]


def parse_parameters(rows: Sequence[Row]) -> tuple[Parameter, ...]:
    """Read the rows of `param_nslh`: `[name or names, scale, low, high]`.

    Raises
    ------
    ParameterError
        If a row is malformed, a path appears twice, a bound names no earlier parameter, or a
        logarithmic parameter can reach zero.
    """
    if not rows:
        raise ParameterError("param_nslh is empty: expected at least one [name, scale, low, high]")
    columns: dict[str, int] = {}
    parameters: list[Parameter] = []
    for number, row in enumerate(rows):
        parameter = _parse_row(row, number, columns)
        for target in parameter.targets:
            if target.text in columns:
                raise ParameterError(
                    f"param_nslh row {number}: {target.text!r} is already set by row "
                    f"{columns[target.text]}; every path may appear once"
                )
            columns[target.text] = number
        _check_logarithm(parameter, number)
        _check_whole(parameter, number)
        parameters.append(parameter)
    return tuple(parameters)


def _parse_row(row: Row, number: int, columns: dict[str, int]) -> Parameter:
    if isinstance(row, str) or not isinstance(row, Sequence) or len(row) != 4:
        raise ParameterError(
            f"param_nslh row {number} is {row!r}: expected [name, scale, low, high]"
        )
    names, code, low, high = row
    if isinstance(names, str):
        names = (names,)
    if (
        not isinstance(names, list | tuple)
        or not names
        or not all(isinstance(name, str) for name in names)
    ):
        raise ParameterError(
            f"param_nslh row {number}: the name is {names!r}; expected a path such as "
            "'soma(0.5).pas.g', or a list of them that share one value"
        )
    scale = SCALES.get(code) if isinstance(code, str) else None
    if scale is None:
        raise ParameterError(
            f"param_nslh row {number} ({names[0]}): the scale is {code!r}; "
            f"expected one of {quoted(SCALES)}"
        )
    return Parameter(
        tuple(ParameterPath.parse(name) for name in names),
        scale,
        _parse_bound(low, "low", number, names[0], columns),
        _parse_bound(high, "high", number, names[0], columns),
    )


def _parse_bound(
    bound: object, which: str, number: int, name: str, columns: dict[str, int]
) -> Bound:
    where = f"param_nslh row {number} ({name}): the {which} bound"
    if isinstance(bound, str):
        if bound not in columns:
            like = nearest(bound, columns)
            hint = f"; did you mean {like!r}?" if like else "."
            raise ParameterError(
                f"{where} is {bound!r}, which names no earlier parameter{hint} A bound is a "
                "number or the path of a parameter of an earlier row"
            )
        return BoundReference(bound, columns[bound])
    # Project files compute their bounds: a number of numpy is a Real, too.
    if isinstance(bound, bool) or not isinstance(bound, Real) or not _is_finite(bound):
        raise ParameterError(
            f"{where} is {bound!r:.40}; expected a finite number or the path of an earlier "
            "parameter"
        )
    return float(bound)


def _is_finite(number: Real) -> bool:
    try:
        return math.isfinite(number)
    except OverflowError:  # whole numbers have no end
        return False


def _check_logarithm(parameter: Parameter, number: int) -> None:
    """Refuse plain bounds of a logarithm that are not positive; referenced ones are the space's."""
    if parameter.scale is not LOG10:
        return
    for bound in (parameter.low, parameter.high):
        if not isinstance(bound, BoundReference) and bound <= 0:
            raise ParameterError(
                f"param_nslh row {number} ({parameter.name}): the bound {bound:g} of a 'log' "
                "parameter is not positive; use a small positive bound, or the scale 'lin'"
            )


def _check_whole(parameter: Parameter, number: int) -> None:
    """Refuse an interval of an 'int' parameter that has no whole number in it."""
    low, high = parameter.low, parameter.high
    if (
        not parameter.scale.whole
        or isinstance(low, BoundReference)
        or isinstance(high, BoundReference)
    ):
        return
    if math.ceil(min(low, high)) > math.floor(max(low, high)):
        raise ParameterError(
            f"param_nslh row {number} ({parameter.name}): there is no whole number between "
            f"{low:g} and {high:g}; widen the bounds of this 'int' parameter, or use 'lin'"
        )
