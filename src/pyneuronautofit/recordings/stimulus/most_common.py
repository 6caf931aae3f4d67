"""The window by the rule of the original program, with which vectors were published.

It asks each sweep by itself, so it cannot tell a test pulse from the stimulus, and takes noise for
one. Where it says the same as `detection`, its sample numbers are taken.
"""

from __future__ import annotations

from collections import defaultdict

import numpy as np

from pyneuronautofit._types import BoolArray, FloatArray, IntArray
from pyneuronautofit.recordings.stimulus.window import StimulusWindow

#: A window that comes nearer than this part of the sweep to one of its ends is the baseline's.
_EDGE = 0.01
#: What differs from the first sample by more than this part of the largest difference is stimulus.
_PART = 0.05
#: Differences below this part of the current are round-off of the mean.
_ROUND_OFF = 1e-9


def most_common_window(current_pA: FloatArray) -> StimulusWindow | None:
    """Return the window that most sweeps vote for, of several the widest; None: there is none.

    Each sweep votes for the first and last sample that is further from the sweep's mean than its
    standard deviation. A sweep without such a sample, or where this reaches the sweep's ends
    because the step is longer than half the sweep, votes for the samples that differ from its
    first one by more than 5 % of the largest such difference.

    Parameters
    ----------
    current_pA : FloatArray, shape (n_sweep, n_sample), pA
    """
    votes = _votes(current_pA)
    if not votes:
        return None
    return max(votes, key=lambda w: (len(votes[w]), w.last - w.first, -w.first))


def _votes(current_pA: FloatArray) -> dict[StimulusWindow, list[int]]:
    """Return the sweeps that vote for each window; sweeps without a stimulus are left out."""
    n_sample = current_pA.shape[1]
    round_off = _ROUND_OFF * np.abs(current_pA).max(axis=1, keepdims=True)
    deviation = np.abs(current_pA - current_pA.mean(axis=1, keepdims=True))
    first, last, found = _extent(deviation > current_pA.std(axis=1, keepdims=True) + round_off)
    margin = _EDGE * n_sample
    weak = ~found | (first < margin) | (n_sample - 1 - last < margin)

    difference = np.abs(current_pA - current_pA[:, :1])
    largest = difference.max(axis=1, keepdims=True)
    other_first, other_last, other_found = _extent(
        (difference > _PART * largest) & (largest > round_off)
    )
    votes: dict[StimulusWindow, list[int]] = defaultdict(list)
    for sweep in np.flatnonzero(~weak | other_found).tolist():
        ends = (other_first, other_last) if weak[sweep] else (first, last)
        votes[StimulusWindow(int(ends[0][sweep]), int(ends[1][sweep]))].append(sweep)
    return dict(votes)


def _extent(mask: BoolArray) -> tuple[IntArray, IntArray, BoolArray]:
    """Return the first and last true sample of each row, and whether the row has any."""
    first = mask.argmax(axis=1)
    last = mask.shape[1] - 1 - mask[:, ::-1].argmax(axis=1)
    return first, last, np.asarray(mask.any(axis=1))
