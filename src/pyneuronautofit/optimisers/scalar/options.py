"""What the user decides about searches that minimise one number."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from pyneuronautofit._options import FITTING, between, option
from pyneuronautofit._plugins import codes_of
from pyneuronautofit._text import quoted, shortened
from pyneuronautofit._words import real, text
from pyneuronautofit.errors import UsageError

_MOST_POLISH = 0.95


@dataclass(frozen=True, kw_only=True)
class ScalarOptions:
    """What the user decides about the number that is minimised, and about the end of a search.

    Attributes
    ----------
    weights
        What a unit of some modes counts, as text; None: all as usual.
    polish
        Share of the evaluations, the last ones, in which the best models are polished.
    """

    weights: str | None = option(
        None,
        "--weights",
        group=FITTING,
        metavar="M=W,..",
        parse=text,
        help="what modes count where they are added up (by Auto, DE and CMA, and in polishing), "
        "such as O=1,V=0.01; modes that are not named count as usual",
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


def read_weights(given: str | None, modes: str) -> Mapping[str, float]:
    """Return what the user wants modes to count, by their codes.

    Raises
    ------
    UsageError
        If that is not understood, or a mode is not evaluated.
    """
    codes = codes_of(modes)
    found: dict[str, float] = {}
    for part in (given or "").split(","):
        if given is None:
            break
        code, _equals, word = (piece.strip() for piece in part.partition("="))
        try:
            weight = float(word)
        except ValueError:
            weight = math.nan
        if code not in codes or not 0 <= weight < 1e12:
            raise UsageError(
                f"--weights {shortened(given)}: expected MODE=WEIGHT,.. with modes of -m "
                f"({quoted(codes, len(codes))}) and weights of at least 0, such as "
                f"{codes[0]}=1; found {shortened(part)!r}"
            )
        if code in found:
            raise UsageError(f"--weights {shortened(given)}: the mode {code} is there twice")
        found[code] = weight
    if found and all(found.get(code) == 0 for code in codes):
        raise UsageError(f"--weights {shortened(given or '')}: some mode has to count something")
    return found
