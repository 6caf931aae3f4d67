"""What the residuals of several recordings are about, one after the other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pyneuronautofit._types import FloatArray, IntArray
from pyneuronautofit.objectives.residuals.bound import BoundResiduals


@dataclass(frozen=True)
class JointResiduals:
    """Residuals of several recordings; the fields are those of `BoundResiduals`.

    Attributes
    ----------
    coarse, fine : FloatArray, shape (n_residual,)
    sweep, spike : IntArray, shape (n_residual,)
        Sweeps are counted through all recordings.
    n_sweep
        How many sweeps all of them have.
    """

    coarse: FloatArray
    fine: FloatArray
    sweep: IntArray
    spike: IntArray
    n_sweep: int


def joint_residuals(parts: Sequence[BoundResiduals]) -> JointResiduals:
    """Return the residuals of recordings, in their order."""
    begins = np.cumsum([0, *(part.n_sweep for part in parts)]).tolist()
    sweeps = [
        np.where(part.sweep < 0, part.sweep, part.sweep + begin)
        for part, begin in zip(parts, begins)
    ]
    return JointResiduals(
        np.concatenate([part.coarse for part in parts]),
        np.concatenate([part.fine for part in parts]),
        np.concatenate(sweeps).astype(np.int64),
        np.concatenate([part.spike for part in parts]),
        begins[-1],
    )
