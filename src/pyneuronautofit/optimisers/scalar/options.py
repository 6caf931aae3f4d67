"""What the user decides about searches that minimise one number."""

from __future__ import annotations

from dataclasses import dataclass

from pyneuronautofit._options import FITTING, between, option
from pyneuronautofit._words import real, text

_MOST_POLISH = 0.95


@dataclass(frozen=True, kw_only=True)
class ScalarOptions:
    """What the user decides about the number that is minimised, and about the end of a search.

    Attributes
    ----------
    weights
        What a unit of some modes, and what some sweeps count, as text; None: all as usual.
    polish
        Share of the evaluations, the last ones, in which the best models are polished.
    """

    weights: str | None = option(
        None,
        "--weights",
        group=FITTING,
        metavar="M=W,..",
        parse=text,
        help="what modes and sweeps count where they are added up (by Auto, DE and CMA, and in "
        "polishing): O=1,V=0.01 for a unit of a mode, and @3=0.5, @0:5=2, @cell.abf=0.5 or "
        "@cell.abf:3=2 for sweeps; what is not named counts as usual",
    )
    polish: float = option(
        0.0,
        "--polish",
        group=FITTING,
        metavar="SHARE",
        parse=real,
        check=between(0, _MOST_POLISH),
        help="share of the evaluations, the last ones, in which the best models are polished "
        "(Gauss-Newton), whatever the algorithm is; Auto does so by itself",
    )
