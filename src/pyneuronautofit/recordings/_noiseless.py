"""Tells a command waveform from a current that was recorded, where the file does not say."""

from __future__ import annotations

import numpy as np

from pyneuronautofit._types import FloatArray


def is_noiseless(current_pA: FloatArray) -> bool:
    """Return whether a current is constant over the first hundredth of a sweep: a command is.

    Parameters
    ----------
    current_pA : FloatArray, shape (n_sample,), pA
        Samples may be nan.
    """
    begin = current_pA[: len(current_pA) // 100 + 2]
    begin = begin[np.isfinite(begin)]
    return bool((begin == begin[:1]).all())
