"""Constants that a .mod file takes from its units: `FARADAY = (faraday) (coulomb)`.

Such a constant is the number by which the first unit is expressed in the second. NEURON computes
it, while it translates the file, from a table of units that is part of its installation and from
what the file's UNITS block adds to it. We read the same table, by the same rules, and compute in
the same order, so that the constants agree to the last bit.

The rules of a unit's text, such as `1.3-6 kg-m/sec2`:

- It may begin with a number. An exponent of ten follows it without a letter (`1-9` is a billionth),
  and `1|180` is a quotient.
- Names are separated by spaces or `-` and multiplied. A digit behind a name is its exponent.
- All that follows a `/`, up to the end, divides.
- A name that is not known is tried without a prefix (`milli`), then without a final `s`. A prefix
  alone is a number: `milli/liter`.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from pyneuronautofit._text import nearest
from pyneuronautofit.errors import ModelError
from pyneuronautofit.models import neuron_files

# Known to NEURON's translator itself, not to its table, where lines of this meaning are comments.
# The first that fits is taken, hence the order.
_PREFIXES: Mapping[str, float] = MappingProxyType(
    {
        "atto": 1e-18,
        "femto": 1e-15,
        "pico": 1e-12,
        "nano": 1e-9,
        "micro": 1e-6,
        "milli": 1e-3,
        "centi": 1e-2,
        "deci": 1e-1,
        "deka": 1e1,
        "hecta": 1e2,
        "hecto": 1e2,
        "kilo": 1e3,
        "mega": 1e6,
        "meg": 1e6,
        "giga": 1e9,
        "tera": 1e12,
    }
)
_NUMBER = re.compile(r"[ \t]*(\d+\.?\d*|\.\d+|)([+-]\d+)?(\|)?")
# A name, and the character that ends it: a digit but zero, or one that separates.
_FACTOR = re.compile(r"([^1-9/\s-]*)([1-9/\s-]|$)")
# The table calls the base units *a* to *j*.
_BASE = re.compile(r"\*([a-j])\*")
_N_BASE = 10


@dataclass(frozen=True)
class Unit:
    """A unit in terms of the base units.

    Attributes
    ----------
    factor
        How many of the base units one of it is.
    exponents
        Of the base units, in the order of NEURON's table.
    """

    factor: float
    exponents: tuple[int, ...]

    def times(self, other: Unit, factor: float, *, divide: bool) -> Unit:
        """Return this unit multiplied, or divided, by `factor` of another."""
        sign = -1 if divide else 1
        exponents = tuple(a + sign * b for a, b in zip(self.exponents, other.exponents))
        amount = other.factor * factor
        return Unit(self.factor / amount if divide else self.factor * amount, exponents)


_NUMBER_ONE = Unit(1.0, (0,) * _N_BASE)


def factor(left: str, right: str, definitions: Mapping[str, str], where: str) -> float:
    """Return the value of `NAME = (left) (right)` in a file's UNITS block.

    Parameters
    ----------
    left, right
        Texts of units, without their parentheses.
    definitions
        What the file defines, in its order: of `(mM) = (millimolar)` the entry `mM: millimolar`.
    where
        The file and the line, for messages.

    Raises
    ------
    ModelError
        If a unit is not known, or the two are not of the same dimension.
    """
    known = dict(_neuron_units(_table_file()))
    # A definition that repeats a name of NEURON's table never gets here: NEURON refuses the file.
    for name, text in definitions.items():
        known[name] = _parsed(text, known, where)
    numerator, denominator = _parsed(left, known, where), _parsed(right, known, where)
    if numerator.exponents != denominator.exponents:
        raise ModelError(
            f"{where}: ({left}) cannot be expressed in ({right}): expected units of the same "
            f"dimension, but the first is of {_dimension(numerator)} and the second of "
            f"{_dimension(denominator)}. Correct one of them, or write the constant as a number."
        )
    return numerator.factor / denominator.factor


def _table_file() -> Path:
    return neuron_files() / "share" / "nrn" / "lib" / "nrnunits.lib"


@functools.cache
def _neuron_units(path: Path) -> Mapping[str, Unit]:
    """Read NEURON's table: a name and a text a line, comments begin with a slash."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise ModelError(
            f"NEURON's table of units {path} cannot be read: {error.strerror or error}. It is part "
            "of the NEURON wheel; install that again ('pip install --force-reinstall neuron')."
        ) from error
    units: dict[str, Unit] = {"": _NUMBER_ONE}
    for number, line in enumerate(lines, 1):
        if not line.strip() or line.startswith("/"):
            continue
        name, _, text = line.partition("\t") if "\t" in line else line.partition(" ")
        base = _BASE.fullmatch(text.strip())
        units[name] = _base_unit(base[1]) if base else _parsed(text, units, f"{path}:{number}")
    return MappingProxyType(units)


def _base_unit(letter: str) -> Unit:
    place = ord(letter) - ord("a")
    return Unit(1.0, tuple(int(base == place) for base in range(_N_BASE)))


def _parsed(text: str, known: Mapping[str, Unit], where: str) -> Unit:
    number, position = _number(text, 0)
    unit = Unit(number or 1.0, _NUMBER_ONE.exponents)
    divide = False
    for match in _FACTOR.finditer(text, position):
        name, end = match.groups()
        if name:
            found, prefix = _looked_up(name, text, known, where)
            for _ in range(int(end) if end.isdigit() else 1):
                unit = unit.times(found, prefix, divide=divide)
        divide = divide or end == "/"
    return unit


def _number(text: str, position: int) -> tuple[float, int]:
    """Return the number that `text` has at `position`, 0 if it has none, and where it ends."""
    match = _NUMBER.match(text, position)
    if match is None:
        return 0.0, position
    digits, exponent, slash = match.groups()
    if not digits:
        return 0.0, position
    value = float(f"{digits}e{exponent or 0}")
    if slash is None:
        return value, match.end()
    divisor, end = _number(text, match.end())
    return value / (divisor or 1.0), end


def _looked_up(name: str, text: str, known: Mapping[str, Unit], where: str) -> tuple[Unit, float]:
    """Return the unit of that name, and the factor that its prefixes stand for."""
    rest, multiple = name, 1.0
    while rest not in known:
        prefix = next((prefix for prefix in _PREFIXES if rest.startswith(prefix)), None)
        if prefix is not None:
            multiple *= _PREFIXES[prefix]
            rest = rest.removeprefix(prefix)
        elif len(rest) > 1 and rest.endswith("s"):
            rest = rest.removesuffix("s")
        else:
            like = nearest(name, known)
            raise ModelError(
                f"{where}: the unit '{name}' of ({text.strip()}) is not known"
                f"{f'; did you mean {like!r}?' if like else '.'} Expected one of NEURON's units, "
                f"or one that the UNITS block defines above, as in ({name}) = (millivolt)."
            )
    return known[rest], multiple


def _dimension(unit: Unit) -> str:
    """Return base units and exponents as `m2 kg sec-2`."""
    known = _neuron_units(_table_file())
    parts = []
    for place, exponent in enumerate(unit.exponents):
        if exponent:
            base = _base_unit(chr(ord("a") + place))
            # The table names its base units before it makes others of them.
            name = next(name for name, one in known.items() if one == base)
            parts.append(name if exponent == 1 else f"{name}{exponent}")
    return " ".join(parts) or "none (a number)"
