"""Lists of numbers as users of `search-synmin` write them: read, never evaluated."""

from __future__ import annotations

import re
from argparse import ArgumentTypeError

import numpy as np

from pyneuronautofit._text import shortened
from pyneuronautofit._words import whole

# Digits are not given back: trying all ways to divide thousands of them takes seconds.
_NUMBER = r"[-+]?(?:\d++(?:\.\d*+)?|\.\d++)(?:[eE][-+]?\d++)?"
_LIST = re.compile(rf"\[\s*({_NUMBER}(?:\s*,\s*{_NUMBER})*)\s*,?\s*\]")
_SPACED = rf"\(\s*({_NUMBER})\s*,\s*({_NUMBER})\s*,\s*(\d+)\s*,?\s*\)"
_TUPLE = re.compile(_SPACED)
_LINSPACE = re.compile(rf"linspace\s*{_SPACED}(?:\.tolist\(\s*\))?")

_MOST = 10_000


def parse_shares(text: str) -> tuple[float, ...]:
    """Read a number, a list, or the arguments of numpy's linspace, with or without its name.

    `0.5`, `[0, 0.5, 1]`, `(0, 1, 11)`, `linspace(0, 1, 11)` and `linspace(0, 1, 11).tolist()`.

    Raises
    ------
    ArgumentTypeError
        If it is none of these, or holds a negative number.
    """
    shares = _read(text.strip())
    if not all(0.0 <= share < float("inf") for share in shares):
        raise ArgumentTypeError(
            f"{shortened(repr(text))}: a share of the synapse is a number from 0 on"
        )
    return shares


def _read(text: str) -> tuple[float, ...]:
    if re.fullmatch(_NUMBER, text):
        return (float(text),)
    if found := _LIST.fullmatch(text):
        return tuple(float(word) for word in found[1].split(","))
    if found := _TUPLE.fullmatch(text) or _LINSPACE.fullmatch(text):
        n = whole(found[3])
        if not 1 <= n <= _MOST:
            raise ArgumentTypeError(
                f"{shortened(repr(text))}: expected 1 to {_MOST} numbers, not {n}"
            )
        return tuple(np.linspace(float(found[1]), float(found[2]), n).tolist())
    raise ArgumentTypeError(
        f"{shortened(repr(text))}: expected a number such as 0.5, a list such as [0, 0.5, 1], or "
        "first, last and how many, such as (0, 1, 11) or linspace(0, 1, 11).tolist()"
    )
