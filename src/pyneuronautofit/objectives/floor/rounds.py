"""In which order repeats take each other's places, so that every ordered pair counts the same."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from math import lcm


@dataclass(frozen=True)
class Round:
    """One replacement of all sweeps by repeats of theirs.

    Attributes
    ----------
    steps
        By the size of a group: how many places further in it the repeat is.
    weight
        How much the round counts, a whole number.
    """

    steps: Mapping[int, int]
    weight: float


def rounds_of(sizes: Iterable[int]) -> list[Round]:
    """Return rounds in which every sweep of a group of n has each of its n - 1 repeats alike.

    All groups change at once. Each divides the time from 0 to 1 evenly among its steps, and a round
    is a time in which none changes: of groups of one size there are n - 1 rounds that count the
    same, and every further size adds no more than its own steps.

    Parameters
    ----------
    sizes
        How many sweeps the groups have, two or more.
    """
    counts = sorted({size - 1 for size in sizes})
    times = sorted({Fraction(step, count) for count in counts for step in range(count + 1)})
    common = lcm(*counts)
    return [
        Round({n + 1: int(begin * n) + 1 for n in counts}, float((end - begin) * common))
        for begin, end in pairwise(times)
    ]
