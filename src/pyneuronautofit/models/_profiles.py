"""How a parameter that is set in many places depends on their distance from the soma.

    profiles = {
        "apic[*](*).Ih.gbar": {"kind": "exponential", "offset": -0.9, "scale": 2, "length_um": 323},
        "dend[*](*).pas.g": lambda distance_um: 1 + distance_um / 200,
    }

What is set in a segment is the parameter times the profile at the segment's path distance.
"""

from __future__ import annotations

import math
import numbers
from collections.abc import Callable, Mapping
from typing import TypeAlias

from pyneuronautofit._text import nearest, quoted, told
from pyneuronautofit.errors import ModelError

#: Path distance from soma(0.5), um -> what the parameter is multiplied by.
Profile: TypeAlias = Callable[[float], float]

_MOST_UM = 2000.0


def _linear(slope_per_um: float, offset: float = 1.0) -> Profile:
    return lambda distance_um: offset + slope_per_um * distance_um


def _exponential(length_um: float, offset: float = 0.0, scale: float = 1.0) -> Profile:
    return lambda distance_um: offset + scale * math.exp(distance_um / length_um)


def _sigmoid(half_um: float, width_um: float, near: float = 0.0, far: float = 1.0) -> Profile:
    def profile(distance_um: float) -> float:
        # The same function in a form that does not overflow.
        share = 0.5 * (1.0 + math.tanh((distance_um - half_um) / (2.0 * width_um)))
        return near + (far - near) * share

    return profile


#: Name -> what makes it, the numbers that it needs, those that it may have.
KINDS: Mapping[str, tuple[Callable[..., Profile], tuple[str, ...], tuple[str, ...]]] = {
    "linear": (_linear, ("slope_per_um",), ("offset",)),
    "exponential": (_exponential, ("length_um",), ("offset", "scale")),
    "sigmoid": (_sigmoid, ("half_um", "width_um"), ("near", "far")),
}


def read_profiles(where: str, found: object, names: set[str]) -> dict[str, Profile]:
    """Check the `profiles` of a project file.

    Parameters
    ----------
    where
        The file, for messages.
    found
        What it has under that name; None: nothing.
    names
        Of all its parameters.

    Raises
    ------
    ModelError
        If it is no mapping of such names to profiles.
    """
    if found is None:
        return {}
    if not isinstance(found, Mapping):
        raise ModelError(
            f"{where}: 'profiles' is {found!r:.80}; expected a dictionary of parameter names and "
            "profiles"
        )
    made: dict[str, Profile] = {}
    for name, described in found.items():
        if name not in names:
            like = nearest(str(name), sorted(names))
            hint = f"; did you mean {like!r}?" if like else f"; there are {quoted(sorted(names))}."
            raise ModelError(
                f"{where}: 'profiles' has {name!r}, which is no name in 'param_nslh'{hint}"
            )
        made[name] = _profile(f"{where}: the profile of {name!r}", described)
    return made


def _profile(where: str, described: object) -> Profile:
    if callable(described):
        return _checked(where, described)
    if not isinstance(described, Mapping):
        raise ModelError(
            f"{where} is {described!r:.80}; expected a function of the distance in um, or a "
            f"dictionary with the 'kind' ({quoted(KINDS)}) and its numbers"
        )
    kind = described.get("kind")
    if kind not in KINDS:
        raise ModelError(f"{where} has the kind {kind!r}; expected one of {quoted(KINDS)}")
    make, needed, possible = KINDS[str(kind)]
    given = {str(key): value for key, value in described.items() if key != "kind"}
    missing = [name for name in needed if name not in given]
    unknown = [name for name in given if name not in (*needed, *possible)]
    if missing or unknown:
        what = f"lacks {quoted(missing)}" if missing else f"has {quoted(unknown)}"
        raise ModelError(
            f"{where} {what}; the kind {kind!r} needs {quoted(needed)}, and may have "
            f"{quoted(possible)}"
        )
    for name, value in given.items():
        if isinstance(value, bool) or not isinstance(value, numbers.Real):
            raise ModelError(f"{where}: {name} is {value!r}; expected a number")
        zero = name in {"length_um", "width_um"} and float(value) == 0.0
        if zero or not math.isfinite(float(value)):
            raise ModelError(f"{where}: {name} is {value!r}; expected a finite number, and no 0")
    return make(**{name: float(value) for name, value in given.items()})


def _checked(where: str, function: Callable[[float], object]) -> Profile:
    """Return a user's function, whose values are looked at."""

    def profile(distance_um: float) -> float:
        try:
            value = float(function(distance_um))  # type: ignore[arg-type]
        except Exception as error:
            raise ModelError(f"{where}: at {distance_um:g} um it raised {told(error)}") from error
        if not math.isfinite(value):
            raise ModelError(
                f"{where}: at {distance_um:g} um it is {value:g}; expected a finite number"
            )
        return value

    for distance_um in (0.0, _MOST_UM):
        profile(distance_um)
    return profile
