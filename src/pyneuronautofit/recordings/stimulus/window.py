"""The window of the stimulus, and its times."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from pyneuronautofit.errors import UsageError
from pyneuronautofit.units import MS_PER_S

# What is so short, and in seconds lies within the sweep, was meant in seconds.
_SHORTEST_MS = 2.0


@dataclass(frozen=True, order=True)
class StimulusWindow:
    """The first and the last sample of the stimulus, both belonging to it (L and R).

    Attributes
    ----------
    first, last
    reason
        Why it is taken to be there, in words; empty: somebody said so.
    """

    first: int
    last: int
    reason: str = field(default="", compare=False)

    def times_ms(self, step_ms: float) -> tuple[float, float]:
        """Return its beginning and its end, ms: as they are written behind --stimulus."""
        return self.first * step_ms, (self.last + 1) * step_ms

    def spelt(self, step_ms: float) -> str:
        """Say where it is, for messages."""
        start_ms, end_ms = self.times_ms(step_ms)
        return f"samples {self.first}..{self.last} ({start_ms:.6g} to {end_ms:.6g} ms)"


def stimulus_from_times(
    start_ms: float, stop_ms: float, step_ms: float, n_sample: int
) -> StimulusWindow:
    """Return the window of the samples k with `start_ms <= k * step_ms < stop_ms`.

    Parameters
    ----------
    start_ms, stop_ms : float
        Begin and end of the stimulus, ms from the begin of the sweep.
    step_ms : float
        Time between two samples, ms.
    n_sample : int
        Samples of one sweep.

    Raises
    ------
    UsageError
        If the times are not in order, or not within the sweep, or closer than a sample; or if they
        are in seconds.
    """
    given = f"--stimulus {start_ms:.12g} {stop_ms:.12g}"
    if not (math.isfinite(start_ms) and math.isfinite(stop_ms) and start_ms < stop_ms):
        raise UsageError(
            f"{given}: the stimulus must start before it stops. Give START STOP in ms."
        )
    # Not more, since what is not finite cannot be rounded.
    ends = start_ms / step_ms, min(stop_ms / step_ms, n_sample + 1)
    if start_ms < 0.0 or round(ends[1]) > n_sample:
        raise UsageError(
            f"{given}: the stimulus must lie within the sweep, which lasts from 0 to "
            f"{n_sample * step_ms:.12g} ms. Give START STOP in ms."
        )
    duration_ms = n_sample * step_ms
    if MS_PER_S * stop_ms <= duration_ms and stop_ms - start_ms < _SHORTEST_MS:
        raise UsageError(
            f"{given}: these look like seconds in a sweep of {duration_ms:.6g} ms. Give START STOP "
            f"in ms: --stimulus {MS_PER_S * start_ms:.6g} {MS_PER_S * stop_ms:.6g}"
        )
    # Rounding, not truncation: 1646.8 / 0.05 may come out a little below 32936.
    first, last = round(ends[0]), round(ends[1]) - 1
    if first > last:
        raise UsageError(
            f"{given}: no sample lies between these times; samples are {step_ms:.12g} ms apart. "
            "Give a longer stimulus."
        )
    return StimulusWindow(first, last)
