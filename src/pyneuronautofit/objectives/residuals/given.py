"""What the user wants modes and sweeps to count: the text of --weights."""

from __future__ import annotations

import math
from argparse import ArgumentTypeError
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from pyneuronautofit._text import quoted, shortened
from pyneuronautofit._words import whole_range
from pyneuronautofit.errors import UsageError

#: What stands before sweeps and recordings, which modes cannot begin with.
OF_SWEEPS = "@"
_MOST = 1e12


@dataclass(frozen=True)
class GivenWeights:
    """What the user wants to count where components are added up.

    Attributes
    ----------
    modes
        What a unit of a mode counts, by its letter; others count as usual.
    sweeps
        How many times as much sweeps count, by what stands behind the `@`: a number, a half-open
        range, the name of a recording, or a name with one of these behind a colon.
    """

    modes: Mapping[str, float] = field(default_factory=dict)
    sweeps: Mapping[str, float] = field(default_factory=dict)


def read_weights(given: str | None, codes: Sequence[str] | None = None) -> GivenWeights:
    """Return what the user wants modes and sweeps to count.

    Parameters
    ----------
    given
        `V=2,@3=0.5`: a mode of weight 2, and half of all that is of sweep 3. None: all as usual.
    codes
        The modes of -m; None: whether there are such modes is not asked here.

    Raises
    ------
    UsageError
        If that is not understood, or a mode is not evaluated. Whether there are such sweeps is
        found out where recordings are known; see `sweep_factors`.
    """
    modes: dict[str, float] = {}
    sweeps: dict[str, float] = {}
    known_modes = "" if codes is None else f" ({quoted(codes, 30)})"

    def is_mode(name: str) -> bool:
        return bool(name) if codes is None else name in tuple(codes)

    for part in [] if given is None else _parts(given):
        name, _equals, word = (piece.strip() for piece in part.rpartition("="))
        try:
            weight = float(word)
        except ValueError:
            weight = math.nan
        of_sweeps = name.startswith(OF_SWEEPS)
        known = len(name) > len(OF_SWEEPS) if of_sweeps else is_mode(name)
        if not known or not 0 <= weight < _MOST:
            first = next(iter(codes or ()), "V")
            raise UsageError(
                f"--weights {shortened(given or '')}: expected MODE=WEIGHT,.. with modes of -m"
                f"{known_modes}, or @SWEEP=WEIGHT, and weights of at least 0, such as "
                f"{first}=1,@3=0.5; found {shortened(part)!r}"
            )
        found, key = (sweeps, name[len(OF_SWEEPS) :]) if of_sweeps else (modes, name)
        if key in found:
            what = f"sweep {name}" if of_sweeps else f"mode {name}"
            raise UsageError(f"--weights {shortened(given or '')}: the {what} is there twice")
        found[key] = weight
    if modes and codes and all(modes.get(code) == 0 for code in codes):
        raise UsageError(f"--weights {shortened(given or '')}: some mode has to count something")
    return GivenWeights(modes, sweeps)


def _parts(given: str) -> list[str]:
    """Divide a text at its commas, but for those in the names of files and of modes."""
    found: list[str] = []
    for part in given.split(","):
        # What has no weight yet goes on: a name has a comma in it.
        if found and "=" not in found[-1] and found[-1].lstrip()[:1] in {OF_SWEEPS, "{"}:
            found[-1] += f",{part}"
        else:
            found.append(part)
    return found


def named_sweeps(word: str, names: Sequence[str]) -> tuple[str | None, range | None]:
    """Return which sweeps stand behind an `@`: of which recording, and which of it.

    Parameters
    ----------
    names
        What the recordings are called.

    Returns
    -------
    str or None
        The recording; None: of all that have such sweeps.
    range or None
        The numbers; None: all of it.

    Raises
    ------
    UsageError
        If it is neither.
    """
    name = max((n for n in names if word == n or word.startswith(f"{n}:")), key=len, default=None)
    if name == word:
        return name, None
    try:
        found = whole_range(word if name is None else word[len(name) + 1 :])
    except ArgumentTypeError as error:
        raise UsageError(f"--weights @{shortened(word)}: {error}") from None
    if found is None:
        raise UsageError(
            f"--weights @{shortened(word)}: expected a sweep such as @3, sweeps such as @0:5, or "
            f"one of the recordings {quoted(names)}, such as @{names[0]} or @{names[0]}:3"
        )
    return name, found
