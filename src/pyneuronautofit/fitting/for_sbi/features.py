"""Features of voltages: what an inference sees of a simulation, and of the recording.

They are what a sweep is, not how far it is from something, and every one is a finite number for
every voltage: what a trace without a spike has not (a latency, an interval) is what it would be at
the stimulus' end. An inference leaves simulations out that lack a number, and would else be trained
with those that fire in every sweep.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pyneuronautofit._types import FloatArray
from pyneuronautofit.objectives.candidates import Candidates, Spikes
from pyneuronautofit.recordings import StimulusWindow

# The end level is the median of the last part of the stimulus.
_END_PART = 0.2


@dataclass(frozen=True)
class TraceFeature:
    """A number that a sweep has.

    Attributes
    ----------
    name
    unit
        Empty for a count.
    is_what
        What it is, in words.
    """

    name: str
    unit: str
    is_what: str


#: In their order.
FEATURES = (
    TraceFeature("spikes", "", "spikes that start in the stimulus"),
    TraceFeature(
        "latency", "ms", "from the stimulus' begin to its first spike; its length without"
    ),
    TraceFeature("interval", "ms", "mean time between its spikes; its length with fewer than two"),
    TraceFeature("width", "ms", "mean time above the spike threshold, of its spikes; 0 without"),
    TraceFeature("peak", "mV", "largest voltage in the stimulus"),
    TraceFeature("trough", "mV", "smallest voltage in the stimulus"),
    TraceFeature("mean", "mV", "mean voltage in the stimulus"),
    TraceFeature("deviation", "mV", "standard deviation in the stimulus"),
    TraceFeature("end", "mV", "median voltage in the last fifth of the stimulus"),
    TraceFeature("before", "mV", "mean voltage before the stimulus"),
    TraceFeature("after", "mV", "mean voltage after the stimulus"),
)


def trace_features(
    voltage_mV: FloatArray, stimulus: StimulusWindow, step_ms: float, threshold_mV: float
) -> FloatArray:
    """Return the features of voltages.

    Parameters
    ----------
    voltage_mV : FloatArray, shape (n_cand, n_sweep, n_sample), mV, finite
    stimulus
        Its first and last sample.
    step_ms
    threshold_mV
        A spike is a run of samples above it.

    Returns
    -------
    FloatArray, shape (n_cand, n_sweep, n_feature)
        Those of `FEATURES`. Without a sample before or after the stimulus its first or last voltage
        stands for that.
    """
    n_cand, n_sweep, n_sample = voltage_mV.shape
    first, last = stimulus.first, min(stimulus.last, n_sample - 1)
    traces = np.require(voltage_mV, np.float64, ["C", "W"])
    found = Candidates(traces, threshold_mV).stimulus_spikes(threshold_mV, first, last)
    within = traces[..., first : last + 1]
    n_end = max(round(_END_PART * within.shape[-1]), 1)
    before = traces[..., : max(first, 1)]
    after = traces[..., min(last + 1, n_sample - 1) :]
    length_ms = (last - first + 1) * step_ms
    of_spikes = _of_spikes(found, first, length_ms, step_ms).reshape(n_cand, n_sweep, -1)
    of_voltage = [
        within.max(axis=-1),
        within.min(axis=-1),
        within.mean(axis=-1),
        within.std(axis=-1),
        np.median(within[..., -n_end:], axis=-1),
        before.mean(axis=-1),
        after.mean(axis=-1),
    ]
    return np.concatenate([of_spikes, np.stack(of_voltage, axis=-1)], axis=-1)


def _of_spikes(found: Spikes, first: int, length_ms: float, step_ms: float) -> FloatArray:
    """Return count, latency, interval and width of every trace, shape (n_trace, 4)."""
    counts = found.counts
    latency, interval, width = (
        np.full(len(counts), value) for value in (length_ms, length_ms, 0.0)
    )
    fires, again = counts > 0, counts > 1
    firsts, lasts = found.offsets[:-1], found.offsets[1:] - 1
    latency[fires] = (found.starts[firsts[fires]] - first) * step_ms
    between = found.starts[lasts[again]] - found.starts[firsts[again]]
    interval[again] = between * step_ms / (counts[again] - 1)
    # Sums of each trace's spikes, as differences of sums from the first spike of all.
    sums = np.concatenate([[0], np.cumsum(found.ends - found.starts + 1)])
    spans = sums[found.offsets[1:]] - sums[found.offsets[:-1]]
    width[fires] = spans[fires] * step_ms / counts[fires]
    return np.stack([counts.astype(np.float64), latency, interval, width], axis=-1)
