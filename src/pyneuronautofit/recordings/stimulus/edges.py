"""Where exactly something begins and ends that rises out of noise."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pyneuronautofit._types import BoolArray, FloatArray

# What has risen to four times the threshold within this has jumped; also what is nearly there where
# it stays: in the median of the next ms, and of the next ten times as many.
_JUMP_MS, _FOLD = 2.0, 4.0
_NEARLY, _NEXT_MS, _STAYING_MS, _STAYS = 0.8, 20.0, 200.0, 0.3
_OF_FINE = 2.0
# A mean over 1 ms leaves the noise for less than that now and then.
_LASTS_MS = 1.0
# Means over some ms leave the noise so much earlier than what they are means of.
_EARLIER_MS = 6.0
# A slope is followed back to where it began for no longer than this.
_LONGEST_START_MS = 200.0


@dataclass(frozen=True)
class Stretch:
    """A stretch of a sweep.

    Attributes
    ----------
    first, last
        Its samples, both belonging to it.
    jumps_up, jumps_down
        Whether it begins, and ends, by a jump that is well above the noise.
    """

    first: int
    last: int
    jumps_up: bool = True
    jumps_down: bool = True


def find_stretch(
    coarse: FloatArray, fine: FloatArray, threshold: float, step_ms: float, *, exact: bool
) -> Stretch | None:
    """Return the stretch from the first to the last place that is above a threshold; None: none is.

    Parameters
    ----------
    coarse, fine : FloatArray, shape (n_sample,)
        What is looked at, 0 where there is nothing but noise: averaged for longer, and for as short
        as edges are to be found exactly.
    threshold
        Of `coarse`; of `fine`, which has more noise, it is twice that.
    step_ms
        Time between two samples, ms.
    exact
        There is no noise: the first and the last place are the edges.
    """
    above = np.flatnonzero(coarse > threshold)
    if not len(above):
        return None
    first, last = int(above[0]), int(above[-1])
    if exact:
        return Stretch(first, last)
    begin, jumps_up = _edge(fine, first, _OF_FINE * threshold, step_ms)
    n_sample = len(fine)
    end, jumps_down = _edge(fine[::-1], n_sample - 1 - last, _OF_FINE * threshold, step_ms)
    return Stretch(begin, max(begin, n_sample - 1 - end), jumps_up, jumps_down)


def _edge(values: FloatArray, found: int, threshold: float, step_ms: float) -> tuple[int, bool]:
    """Return where values near `found` leave 0, and whether by a jump well above the threshold."""
    n_sample = len(values)

    def samples(ms: float) -> int:
        return max(round(ms / step_ms), 1)

    begin = max(found - samples(_EARLIER_MS), 0)
    near = begin + _first(_lasting(values[begin:] >= threshold, samples(_LASTS_MS)))
    near = near if near < n_sample else found
    far = near + _first(values[near:] >= _FOLD * threshold)
    jumps = far - near <= max(samples(_JUMP_MS), 2)
    soon = float(np.median(values[near : near + samples(_NEXT_MS)]))
    later = float(np.median(values[near : near + samples(_STAYING_MS)]))
    stays = abs(later - soon) <= _STAYS * soon
    there = _first(values[near:] >= _NEARLY * soon)
    if jumps or (stays and there <= max(samples(_JUMP_MS), 2)):
        # A mean over 1 ms goes through half of a jump where the jump is.
        begin, end = max(near - samples(_JUMP_MS), 0), near + samples(1.5) + 2
        top = values[near:end].max()
        return begin + _first(values[begin:end] >= top / 2), jumps
    far = min(far, n_sample - 1)
    places = np.arange(near, far + 1)
    slope, at_zero = np.polyfit(places, values[near : far + 1], 1) if far > near else (0.0, 0.0)
    start = -at_zero / slope if slope > 0 else near
    return int(np.clip(round(start), max(near - samples(_LONGEST_START_MS), 0), near)), False


def _lasting(true: BoolArray, n_sample: int) -> BoolArray:
    """Return the true places from which so many samples are true: what rises out of noise stays."""
    lasting = true.copy()
    for shift in range(1, n_sample):
        # What ends with the sweep lasts as long as it can.
        lasting[: len(true) - shift] &= true[shift:]
    return lasting


def _first(true: BoolArray) -> int:
    """Return the first true place, or their number where none is."""
    return int(np.argmax(true)) if true.any() else len(true)
