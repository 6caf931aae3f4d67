"""Sweeps that are held out: not fitted, but shown beside the fitted ones."""

from __future__ import annotations

import re
from argparse import ArgumentTypeError
from collections.abc import Sequence

from pyneuronautofit._text import listed_numbers, shortened
from pyneuronautofit._words import whole_range
from pyneuronautofit.errors import UsageError

_PART = re.compile(r"1/(\d+)")


def held_out_places(spec: str | None, numbers: Sequence[int]) -> tuple[int, ...]:
    """Return the places of the sweeps that `--hold-out` names.

    Parameters
    ----------
    spec
        Numbers and half-open ranges such as `1,3,5:8`, or `1/3` for every third sweep, beginning
        with the second; None: no sweep.
    numbers
        What the sweeps of the recording are called, ascending.

    Raises
    ------
    UsageError
        If it names sweeps that are not there, or all that are.
    """
    if spec is None:
        return ()
    part = _PART.fullmatch(spec.strip())
    if part:
        found = _every(int(part[1]), spec, len(numbers))
    else:
        found = tuple(sorted({p for word in spec.split(",") for p in _places(word, spec, numbers)}))
    if not found or len(found) == len(numbers):
        raise UsageError(
            f"--hold-out {shortened(spec)}: it holds out {len(found)} of {len(numbers)} sweeps; "
            "some have to be fitted, and some held out"
        )
    return found


def _every(step: int, spec: str, n_sweep: int) -> tuple[int, ...]:
    if step < 2:
        raise UsageError(f"--hold-out {spec}: expected 1/2 for every second sweep, 1/3, ...")
    # Neither end is held out: models are asked for what lies within what they were fitted to.
    return tuple(range(1, n_sweep, step))


def _places(word: str, spec: str, numbers: Sequence[int]) -> list[int]:
    try:
        wanted = whole_range(word)
    except ArgumentTypeError as error:
        raise UsageError(f"--hold-out {shortened(spec)}: {error}") from None
    if wanted is None:
        raise UsageError(
            f"--hold-out {shortened(spec)}: {shortened(repr(word.strip()))} is neither a number "
            "nor a range; expected sweeps such as 1,3,5:8, or 1/3"
        )
    found = [place for place, number in enumerate(numbers) if number in wanted]
    if not found:
        raise UsageError(
            f"--hold-out {shortened(spec)}: there is no sweep {word.strip()}; the recording has "
            f"the sweeps {listed_numbers(numbers)}"
        )
    return found
