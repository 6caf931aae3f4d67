"""How far two simulators' voltages of the same model are apart.

Before the first spike the difference of two correct simulations is that of their rounding. A spike
amplifies it: a shift of a hundredth of a millisecond is millivolts on its flank. So voltages are
compared before the first spike, and spikes by their number and times.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pyneuronautofit._types import FloatArray, IntArray

#: A spike is an upward crossing of this voltage.
SPIKE_MV = -10.0
# The upstroke begins before the crossing.
_UPSTROKE_MS = 2.0
_EARLY_MS = 1.0


@dataclass(frozen=True)
class Agreement:
    """Two simulations of one sweep, compared.

    Attributes
    ----------
    quiet_mV
        The largest difference before the first spike; nan where there is no time before it.
    largest_mV
        The largest difference anywhere.
    n_spike
        Spikes in the one and in the other.
    shift_ms
        The largest difference of the times of corresponding spikes; nan without spikes, or where
        their numbers differ.
    """

    quiet_mV: float
    largest_mV: float
    n_spike: tuple[int, int]
    shift_ms: float


def compare_sweep(one_mV: FloatArray, other_mV: FloatArray, step_ms: float) -> Agreement:
    """Compare two simulations of a sweep.

    Parameters
    ----------
    one_mV, other_mV : FloatArray, shape (n_sample,), mV
    step_ms
        The sampling interval.
    """
    spikes, others = spike_samples(one_mV), spike_samples(other_mV)
    difference = np.abs(one_mV - other_mV)
    first = min([*spikes[:1], *others[:1], len(one_mV)])
    if max(one_mV[0], other_mV[0]) > SPIKE_MV:
        first = 0  # it begins within a spike
    quiet = difference[: max(int(first - _UPSTROKE_MS / step_ms), 0)]
    if len(spikes) != len(others) or not len(spikes):
        shift = float("nan")
    else:
        shift = float(
            np.abs(_crossing_times(one_mV, spikes) - _crossing_times(other_mV, others)).max()
            * step_ms
        )
    return Agreement(
        float(quiet.max()) if len(quiet) else float("nan"),
        float(difference.max()),
        (len(spikes), len(others)),
        shift,
    )


def early_difference(one_mV: FloatArray, other_mV: FloatArray, step_ms: float) -> float:
    """Return the largest difference in the first millisecond, mV: before spikes amplify it much."""
    n_early = max(round(_EARLY_MS / step_ms), 1)
    return float(np.abs(one_mV[:n_early] - other_mV[:n_early]).max())


def spike_samples(voltage_mV: FloatArray) -> IntArray:
    """Return the first sample above `SPIKE_MV` of every spike."""
    above = voltage_mV > SPIKE_MV
    return np.flatnonzero(above[1:] & ~above[:-1]) + 1


def _crossing_times(voltage_mV: FloatArray, spikes: IntArray) -> FloatArray:
    """Return when the threshold is crossed between samples, in samples."""
    before, after = voltage_mV[spikes - 1], voltage_mV[spikes]
    return np.asarray(spikes - (after - SPIKE_MV) / (after - before))


def worst(agreements: list[Agreement]) -> Agreement:
    """Return the worst of several sweeps in every respect; nan where none has a value."""
    # Where all agree, the numbers of the sweep that fires most.
    spikes = max((a.n_spike for a in agreements), key=lambda n: (abs(n[0] - n[1]), max(n)))
    return Agreement(
        _largest([a.quiet_mV for a in agreements]),
        _largest([a.largest_mV for a in agreements]),
        spikes,
        _largest([a.shift_ms for a in agreements]),
    )


def _largest(values: list[float]) -> float:
    known = [value for value in values if not np.isnan(value)]
    return max(known, default=float("nan"))


def disagreement(found: Agreement, tolerance_mV: float) -> str:
    """Say how the two differ by more than rounding explains; "" if they do not."""
    if not np.isfinite(found.quiet_mV):
        return "The batch simulator's voltage becomes infinite where NEURON's does not"
    if found.quiet_mV > tolerance_mV:
        return (
            f"The batch simulator's voltage differs from NEURON's by {found.quiet_mV:.3g} mV "
            f"before the first spike, where at most {tolerance_mV:g} mV is expected"
        )
    if min(found.n_spike) == 0 < max(found.n_spike):
        return (
            f"NEURON's cell fires {found.n_spike[0]} spike(s), and that of the batch simulator "
            f"{found.n_spike[1]}"
        )
    return ""
