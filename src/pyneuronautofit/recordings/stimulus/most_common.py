"""The window by the rule of the original program, with which vectors were published.

It asks each sweep by itself, so it cannot tell a test pulse from the stimulus, and takes noise for
one. Where it says the same as `detection`, its sample numbers are taken.
"""

from __future__ import annotations

from collections import defaultdict

import numpy as np

from pyneuronautofit._types import BoolArray, FloatArray
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
    votes: dict[StimulusWindow, list[int]] = defaultdict(list)
    for number, row in enumerate(current_pA):
        window = _vote(row)
        if window is not None:
            votes[window].append(number)
    return dict(votes)


def _vote(row: FloatArray) -> StimulusWindow | None:
    """Return the window that a sweep (n_sample,) votes for; None: it has no stimulus."""
    n_sample = len(row)
    round_off = _ROUND_OFF * np.abs(row).max()
    found = _extent(np.abs(row - row.mean()) > row.std() + round_off)
    margin = _EDGE * n_sample
    if found and not (found[0] < margin or n_sample - 1 - found[1] < margin):
        return StimulusWindow(*found)
    difference = np.abs(row - row[0])
    largest = difference.max()
    other = _extent(difference > _PART * largest) if largest > round_off else None
    return None if other is None else StimulusWindow(*other)


def _extent(mask: BoolArray) -> tuple[int, int] | None:
    """Return the first and the last true sample; None: there is none."""
    if not mask.any():
        return None
    return int(mask.argmax()), len(mask) - 1 - int(mask[::-1].argmax())
