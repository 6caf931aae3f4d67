"""What is in each sweep of a recording, in numbers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pyneuronautofit._types import FloatArray, IntArray
from pyneuronautofit.recordings._base import Recording
from pyneuronautofit.recordings.plausible import ranges_of
from pyneuronautofit.recordings.stimulus import StimulusWindow, holding_current
from pyneuronautofit.recordings.stimulus.noise import moving_mean

# A recorded current is looked at in means over this.
_SMOOTHED_MS = 5.0
_MOST_COUNTS = 40
# Of the amplitude, and half of it of the largest: a current that goes less far to the other side
# only has noise there.
_A_SIDE = 0.1


@dataclass(frozen=True)
class SweepFacts:
    """A sweep.

    Attributes
    ----------
    number
        Its number in the file.
    holding_pA
        What is held before the stimulus; None: nothing is known of a stimulus.
    amplitude_pA
        How far the current goes from that, with its sign; without a stimulus from its first sample.
    opposite_pA
        How far it goes to the other side; 0 where that is less than a tenth of the amplitude, or a
        twentieth of the largest.
    resting_mV
        The median of the voltage before the stimulus, or of all of it.
    spikes
        How often the voltage rises above the threshold.
    """

    number: int
    holding_pA: float | None
    amplitude_pA: float
    opposite_pA: float
    resting_mV: float
    spikes: int

    @property
    def spelt_amplitude(self) -> str:
        """The amplitude in words, with that to the other side: a step behind a pre-pulse."""
        other = f" and {self.opposite_pA:.4g}" if self.opposite_pA else ""
        return f"{self.amplitude_pA:.4g}{other}"


def facts_of_sweeps(
    recording: Recording, window: StimulusWindow | None, threshold_mV: float
) -> list[SweepFacts]:
    """Return what is in each sweep.

    Parameters
    ----------
    window
        The stimulus; None: there is none that describes all sweeps.
    threshold_mV
        Above it is a spike.
    """
    counts = spike_counts(recording.voltage_mV, threshold_mV)
    before = recording.voltage_mV[:, : window.first] if window else recording.voltage_mV
    resting = np.median(before if before.shape[1] else recording.voltage_mV, axis=1)
    held = None if window is None else holding_current(recording, window)
    furthest, opposite = _furthest(recording, window, held)
    return [
        SweepFacts(
            recording.numbers[number],
            None if held is None else float(held[number]),
            float(furthest[number]),
            float(opposite[number]),
            float(resting[number]),
            int(counts[number]),
        )
        for number in range(recording.n_sweep)
    ]


def in_a_line(recording: Recording, window: StimulusWindow, threshold_mV: float | None) -> str:
    """Say how far voltage and current go, what is held, and how often each sweep spikes.

    Parameters
    ----------
    threshold_mV
        Above it is a spike; None: nothing is said of spikes.
    """
    held = np.unique(holding_current(recording, window))
    holding = f"{held[0]:g}" + (f" to {held[-1]:g}" if len(held) > 1 else "")
    said = f"{ranges_of(recording)}, holding {holding} pA"
    if threshold_mV is None:
        return said
    counts = spike_counts(recording.voltage_mV, threshold_mV).tolist()
    shown = " ".join(map(str, counts[:_MOST_COUNTS])) + (" .." if counts[_MOST_COUNTS:] else "")
    return f"{said}, spikes above {threshold_mV:g} mV: {shown}"


def spike_counts(voltage_mV: FloatArray, threshold_mV: float) -> IntArray:
    """Return how many runs of samples are above a threshold, shape (n_sweep,).

    Parameters
    ----------
    voltage_mV : FloatArray, shape (n_sweep, n_sample), mV
    """
    above = voltage_mV > threshold_mV
    risen = (above[:, 1:] & ~above[:, :-1]).sum(axis=1) + above[:, 0]
    return np.asarray(risen, dtype=np.int64)


def _furthest(
    recording: Recording, window: StimulusWindow | None, held: FloatArray | None
) -> tuple[FloatArray, FloatArray]:
    """Return how far each current goes, and how far to the other side, each (n_sweep,)."""
    current = recording.current_pA
    if not recording.current_is_command:
        current = moving_mean(current, max(round(_SMOOTHED_MS / recording.step_ms), 1))
    from_pA = current[:, 0] if held is None else held
    if window is not None:
        current = current[:, window.first : window.last + 1]
    away = current - from_pA[:, None]
    up, down = np.maximum(away.max(axis=1), 0.0), np.minimum(away.min(axis=1), 0.0)
    rises = up >= -down
    furthest, opposite = np.where(rises, up, down), np.where(rises, down, up)
    least = _A_SIDE * np.maximum(np.abs(furthest), 0.5 * np.abs(furthest).max())
    return furthest, np.where(np.abs(opposite) < least, 0.0, opposite)
