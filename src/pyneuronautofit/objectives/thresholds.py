"""Whether the spikes that a threshold finds in a recording are spikes.

Where a plateau lies at the threshold, its noise crosses it again and again, and every search fits
noise. That shows in two ways: a slightly different threshold finds another number of spikes, and
many of them hardly rise.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass

import numpy as np

from pyneuronautofit._types import FloatArray
from pyneuronautofit.objectives._kernels import residuals, spikes
from pyneuronautofit.objectives.suite import Suite
from pyneuronautofit.objectives.table import modes_that_read
from pyneuronautofit.recordings import Recording

_log = logging.getLogger(__name__)

# Within so many mV the number of spikes may change by this factor.
_NEAR_MV, _FOLD = 10, 2.0
# At most this part of the crossings may rise by less than the kernel's PROMINENCE_MV above the
# lowest voltage of so long before.
_FLAT_PART, _BEFORE_MS = 0.1, 3.0
# A threshold is stable if all others of a range at least as wide find as many spikes, but for this
# part of them. Steps of current stay above it for longer than a spike lasts.
_STABLE_PART, _LEAST_RANGE_MV, _LONGEST_MS = 0.1, 10.0, 20.0
# A recording in a wrong unit may span any number of mV.
_MOST_TRIED = 400


@dataclass(frozen=True)
class Crossings:
    """How often sweeps pass a threshold upwards.

    Attributes
    ----------
    n_all
        How often in all.
    n_risen
        How often the voltage rises as a spike does.
    n_brief
        How often it stays above for no longer than a spike does.
    """

    n_all: int
    n_risen: int
    n_brief: int

    @property
    def n_flat(self) -> int:
        """How often the voltage hardly rises."""
        return self.n_all - self.n_risen

    @property
    def are_spikes(self) -> bool:
        """Whether nearly all of them are spikes."""
        least = (1 - _FLAT_PART) * self.n_all
        return self.n_all > 0 and self.n_risen >= least and self.n_brief >= least


@dataclass(frozen=True)
class Sweeps:
    """The sweeps in which spikes are looked for.

    Attributes
    ----------
    voltage_mV : FloatArray, shape (n_sweep, n_sample), mV
    step_ms
    """

    voltage_mV: FloatArray
    step_ms: float

    def crossings(self, threshold_mV: float) -> Crossings:
        """Return how often a threshold is passed upwards."""
        voltage = np.require(self.voltage_mV, np.float64, ["C", "W"])
        found, _finite = spikes.find_spikes(voltage[None], threshold_mV)
        lasted_ms = (found.ends - found.starts + 1) * self.step_ms
        before = max(round(_BEFORE_MS / self.step_ms), 1)
        times, peaks = np.empty((2, voltage.shape[1] // 2 + 1))
        n_risen = sum(
            residuals.spikes_of(sweep, threshold_mV, before, times, peaks) for sweep in voltage
        )
        return Crossings(len(found.starts), n_risen, int((lasted_ms <= _LONGEST_MS).sum()))


def note_threshold(suite: Suite, target: Recording) -> None:
    """Warn once where what a suite's modes take for spikes of a recording may be none."""
    codes = [member.code for member in suite.members]
    modes = modes_that_read("spike_threshold_mV", codes)
    looked_at = {s for member in suite.members if member.code in modes for s in member.sweeps}
    if looked_at:
        sweeps = Sweeps(target.voltage_mV[sorted(looked_at)], target.step_ms)
        doubt = about_threshold(sweeps, suite.settings.spike_threshold_mV)
        if doubt:
            _log.warning("%s", doubt)


def about_threshold(sweeps: Sweeps, threshold_mV: float) -> str:
    """Return what is doubtful about a threshold, and which one is not; empty if nothing is."""
    doubt = _doubt(sweeps, threshold_mV)
    return f"-t {threshold_mV:g}: {doubt}. {_advice(sweeps)}" if doubt else ""


def _doubt(sweeps: Sweeps, threshold_mV: float) -> str:
    """Return what is doubtful about a threshold; empty if nothing is."""
    here = sweeps.crossings(threshold_mV)
    near = threshold_mV + np.arange(-_NEAR_MV, _NEAR_MV + 1)
    counts = np.array([sweeps.crossings(float(each)).n_all for each in near])
    # Of equals the nearest: that is where it begins.
    off = np.abs(near - threshold_mV)
    fewest, most = (int(np.lexsort((off, key))[0]) for key in (counts, -counts))
    others = [fewest] if here.n_all > _FOLD * counts[fewest] else []
    others += [most] if counts[most] > _FOLD * here.n_all else []
    flat = here.n_flat > _FLAT_PART * here.n_all
    if not flat and not others:
        return ""
    said = f"the compared sweeps cross this threshold {_times(here.n_all)}"
    if others:
        said += f", but {' and '.join(f'{near[k]:g} mV {_times(counts[k])}' for k in others)}"
    if flat:
        said += (
            f"; {here.n_flat} of the {here.n_all} crossings rise by less than "
            f"{residuals.PROMINENCE_MV:g} mV, as noise does"
        )
    return said


def _advice(sweeps: Sweeps) -> str:
    """Return which threshold to take instead."""
    found = stable_range(sweeps)
    middle = None if found is None else round(sum(found) / 2)
    if found is None or middle is None or _doubt(sweeps, middle):
        return (
            "Spikes would be counted that are none, or be missed, and no threshold is much better: "
            "look at the recording, and leave sweeps without clear spikes out (-k)"
        )
    low, high = found
    n_spike = sweeps.crossings(middle).n_all
    return (
        "Spikes would be counted that are none, or be missed. Thresholds from "
        f"{low:g} to {high:g} mV all find about {n_spike}: give -t {middle:g}"
    )


def stable_range(sweeps: Sweeps) -> tuple[float, float] | None:
    """Return the widest range of thresholds that all find nearly the same spikes, mV.

    None where every range is narrow, or what is found is not what spikes are like.
    """
    low, high = float(sweeps.voltage_mV.min()), float(sweeps.voltage_mV.max())
    step = max(1.0, np.ceil((high - low) / _MOST_TRIED))
    tried = np.arange(np.ceil(low), np.floor(high) + 1, step)
    found = [sweeps.crossings(float(each)) for each in tried]
    counts = [each.n_all if each.are_spikes else 0 for each in found]
    ranges = [(first, _last_alike(counts, first)) for first, n in enumerate(counts) if n]
    if not ranges:
        return None
    first, last = max(ranges, key=lambda ends: ends[1] - ends[0])
    wide = tried[last] - tried[first] >= _LEAST_RANGE_MV
    return (float(tried[first]), float(tried[last])) if wide else None


def _last_alike(counts: list[int], first: int) -> int:
    """Return how far the counts from a first one on differ by no more than a part of them."""
    least = most = counts[first]
    for place in range(first + 1, len(counts)):
        least, most = min(least, counts[place]), max(most, counts[place])
        if most > least * (1 + _STABLE_PART):
            return place - 1
    return len(counts) - 1


def _times(n: int) -> str:
    return "once" if n == 1 else f"{n} times"
