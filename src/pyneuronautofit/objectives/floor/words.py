"""Scores in units of the noise floor, in words, and the words that are read."""

from __future__ import annotations

import re
from collections.abc import Mapping

import numpy as np

from pyneuronautofit.objectives.floor.floor import Floor

_WORD = re.compile(r"(?P<factor>\d*\.?\d+(?:e[+-]?\d+)?)?\s*floors?", re.IGNORECASE)


def is_floor_word(text: str) -> bool:
    """Tell whether a word is `floor`, or so many of it: `2floor`."""
    return _WORD.fullmatch(text.strip()) is not None


def floor_limit(text: str) -> float:
    """Return how many floors a word means: 1 for `floor`, 2 for `2floor`.

    Raises
    ------
    ValueError
        If it is no such word, or of 0 floors.
    """
    found = _WORD.fullmatch(text.strip())
    factor = float(found["factor"] or 1) if found else 0.0
    if not 0 < factor < float("inf"):
        raise ValueError(f"{text!r} is not so many floors: expected floor, or such as 2floor")
    return factor


def floor_word(text: str) -> str:
    """Return a word as it is kept: `floor`, `2floor`; raises as `floor_limit`."""
    factor = floor_limit(text)
    return "floor" if factor == 1 else f"{factor:.6g}floor"


def in_floors(sums: Mapping[str, float], floor: Floor) -> dict[str, float]:
    """Return sums of modes in units of their floors.

    Where a floor is 0, so is a sum of 0, and any other one is infinite.
    """
    found = {}
    for code, level in floor.modes.items():
        if code in sums:
            value = float(sums[code])
            found[code] = value / level if level > 0 else value and np.inf * value
    return found


def said_in_floors(sums: Mapping[str, float], floor: Floor) -> str:
    """Say what modes come to in floors: `V 4.2, 1.3 x the floor; O 0, within the floor of 0`."""
    said = []
    for code, ratio in in_floors(sums, floor).items():
        how = f"{ratio:.3g} x the floor" if 0 < ratio < np.inf else "at the floor of 0"
        if ratio == 0 and floor.modes[code] > 0:
            how = "0 x the floor"
        if ratio == np.inf:
            how = "the floor is 0"
        said.append(f"{code} {sums[code]:.4g}, {how}")
    return "; ".join(said)


def said_floor(floor: Floor) -> str:
    """Say what the floor of every mode is, and what it is from."""
    if not np.isfinite(floor.components).all():
        return "not known"
    levels = ", ".join(f"{code} {level:.3g}" for code, level in floor.modes.items())
    return f"{levels} ({about_floor(floor)})"


def about_floor(floor: Floor) -> str:
    """Say what a floor is from, and that it is a lower bound where it is."""
    noise, whose = "; ".join(map(_noise, floor.noise_mV, floor.drift_mV)), "recording's"
    if len(floor.noise_mV) > 1:
        noise, whose = f"of each: {noise}", "recordings'"
    if not floor.n_repeated:
        return (
            f"a lower bound: from the {whose} noise alone, {noise}; no compared sweep has a repeat"
        )
    from_repeats = f"from repeats of {floor.n_repeated} of {floor.n_sweep} compared sweeps"
    if floor.is_bound.any():
        return f"{from_repeats}; for the others a lower bound, from noise alone, {noise}"
    return f"{from_repeats}; noise {noise}"


def _noise(deviation_mV: float, drift_mV: float) -> str:
    drift = f" and a drift of {drift_mV:.2g} mV between sweeps" if drift_mV else ""
    return f"{deviation_mV:.2g} mV{drift}"
