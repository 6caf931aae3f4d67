"""Whether what was read can be a cell: a wrong unit, or two arrays in each other's place, are not.

Nothing of this is certain, so it is a warning; only what no amplifier can have recorded is refused.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from pyneuronautofit.errors import RecordingError
from pyneuronautofit.recordings._base import Recording

# No recording has these.
_STEPS_MS = (1e-4, 100.0)
_MOST_MV = 1e4
# A cell's: its voltage in the first part of sweeps, how far that goes at least, and its currents.
_FIRST_PART, _MEDIAN_MV = 0.2, (-150.0, 50.0)
_LEAST_RANGE_MV = 1.0
_LEAST_PA, _MOST_PA = 5.0, 5e4
_SHORTEST_MS = 5.0
# Where cells rest, or are held, in current clamp.
_HIGHEST_REST_MV = -20.0
# Where the voltage rests at nothing and the current where cells rest, each is the other.
_NOTHING_MV, _RESTING = 5.0, (-100.0, -40.0)


def refuse_absurd(recording: Recording) -> None:
    """Refuse numbers that nobody can have recorded.

    Raises
    ------
    RecordingError
        Of a time step or a voltage that no amplifier has; it says which.
    """
    shortest, longest = _STEPS_MS
    if not shortest <= recording.step_ms <= longest:
        raise RecordingError(
            f"{recording.name}: the time between two samples would be {recording.step_ms:.6g} ms, "
            f"but {shortest:g} to {longest:g} ms were expected. Is it in another unit? It has to "
            "be in ms: 20 kHz is 0.05."
        )
    largest = float(max(recording.voltage_mV.max(), -recording.voltage_mV.min()))
    if largest > _MOST_MV:
        raise RecordingError(
            f"{recording.name}: the voltage would reach {largest:.6g} mV, but at most {_MOST_MV:g} "
            "mV were expected. Is it in another unit, or scaled twice?"
        )


def ranges_of(recording: Recording) -> str:
    """Say from where to where voltage and current go."""
    voltage, current = recording.voltage_mV, recording.current_pA
    return (
        f"voltage {voltage.min():.4g} to {voltage.max():.4g} mV, current {current.min():.4g} to "
        f"{current.max():.4g} pA"
    )


def doubts_about(recording: Recording) -> Iterator[str]:
    """Yield what is hardly a cell's, each with its likely cause."""
    voltage, current = recording.voltage_mV, recording.current_pA
    n_first = max(round(_FIRST_PART * recording.n_sample), 1)
    resting_mV = float(np.median(voltage[:, :n_first]))
    held_pA = float(np.median(current[:, :n_first]))
    most_pA = float(max(current.max(), -current.min()))
    low, high = _RESTING
    if recording.n_sweep > recording.n_sample:
        yield (
            f"there are {recording.n_sweep} sweeps of {recording.n_sample} samples: are the arrays "
            "transposed? They have to be [sweep, sample]"
        )
    elif recording.duration_ms < _SHORTEST_MS:
        yield (
            f"its sweeps last {recording.duration_ms:.4g} ms: is the time between two samples in "
            "s? It has to be in ms"
        )
    if abs(resting_mV) < _NOTHING_MV and low <= held_pA <= high:
        yield (
            f"the voltage rests at {resting_mV:.3g} mV and the current at {held_pA:.3g} pA: are "
            "they in each other's place?"
        )
        return
    if not _MEDIAN_MV[0] <= resting_mV <= _MEDIAN_MV[1]:
        yield (
            f"the voltage rests at {resting_mV:.4g} mV, which no cell does: is its unit or "
            "its gain wrong?"
        )
    elif resting_mV > _HIGHEST_REST_MV and np.ptp(voltage) >= _LEAST_RANGE_MV:
        yield (
            f"the voltage rests at {resting_mV:.3g} mV, where few cells do: has the amplifier an "
            "offset (--voltage-offset corrects it), was the seal lost, or is it another channel?"
        )
    elif np.ptp(voltage) < _LEAST_RANGE_MV:
        yield (
            f"the voltage goes from {voltage.min():.4g} to {voltage.max():.4g} mV only: is it in "
            "V? It has to be in mV"
        )
    if 0 < most_pA < _LEAST_PA:
        yield f"no current is larger than {most_pA:.3g} pA: is it in nA? It has to be in pA"
    elif most_pA > _MOST_PA:
        yield (
            f"currents reach {most_pA:.4g} pA, which no cell stands: is their unit or their gain "
            "wrong?"
        )
