"""How long a search goes on: the one place that knows the number of generations."""

from __future__ import annotations

from dataclasses import dataclass

from pyneuronautofit._options import FITTING, Resumed, at_least, option
from pyneuronautofit._words import whole


@dataclass(frozen=True, kw_only=True)
class Budget:
    """How long a search goes on.

    Attributes
    ----------
    generations
        Generations after the initial population, which is generation 0.
    seed
        Of the only random generator.
    archive_size
        How many non-dominated models are kept.
    """

    generations: int = option(
        256,
        "-G",
        "--number-generation",
        group=FITTING,
        metavar="NGN",
        parse=whole,
        check=at_least(0),
        place=-1,
        resumed=Resumed.LONGER,
        help="number of generations after the initial population",
    )
    seed: int = option(
        0,
        "--seed",
        group=FITTING,
        metavar="N",
        parse=whole,
        check=at_least(0),
        help="same seed, same inputs: same result, whatever -n is (default: drawn, and logged)",
    )
    archive_size: int = option(
        5000,
        "--archive-size",
        group=FITTING,
        metavar="N",
        parse=whole,
        check=at_least(1),
        resumed=Resumed.EXTENDED,
        help="non-dominated models that are kept",
    )
