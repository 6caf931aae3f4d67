"""What a model is compared with."""

from __future__ import annotations

from dataclasses import dataclass

from pyneuronautofit._types import FloatArray


# Compared by identity: modes that look at the same sweeps share one, and what was found with it.
@dataclass(frozen=True, eq=False)
class Target:
    """What a model is compared with: the selected sweeps of the recording.

    Attributes
    ----------
    voltage_mV : FloatArray, shape (n_sweep, n_sample), mV
        Only the sweeps that the mode looks at.
    step_ms
        Sampling interval.
    first, last
        L and R: the first and the last sample of the stimulus.
    """

    voltage_mV: FloatArray
    step_ms: float
    first: int
    last: int
