"""Where in a sweep the stimulus is: found in the current, or told by the user.

Every evaluation mode looks at samples before, within or behind one window that all sweeps share.
"""

from __future__ import annotations

import logging
import math
from collections import defaultdict
from dataclasses import dataclass

import numpy as np

from pyneuronautofit._types import BoolArray, FloatArray, IntArray
from pyneuronautofit.errors import RecordingError, UsageError

_log = logging.getLogger(__name__)

#: A window that comes nearer than this part of the sweep to one of its ends is the baseline's.
_EDGE = 0.01
#: What differs from the first sample by more than this part of the largest difference is stimulus.
_PART = 0.05
#: Differences below this part of the current are round-off of the mean.
_ROUND_OFF = 1e-9
_MOST_LISTED = 6

_Windows = dict["StimulusWindow", list[int]]


@dataclass(frozen=True, order=True)
class StimulusWindow:
    """The first and the last sample of the stimulus, both belonging to it (L and R)."""

    first: int
    last: int


def detect_stimulus(
    current_pA: FloatArray, name: str = "", step_ms: float | None = None
) -> StimulusWindow:
    """Find the stimulus in the injected current.

    Each sweep votes for the first and last sample that is further from the sweep's mean than its
    standard deviation. A sweep without such a sample, or where this reaches the sweep's ends
    because the step is longer than half the sweep, votes for the samples that differ from its
    first one by more than 5 % of the largest such difference. The window with most votes wins, of
    several the widest.

    Parameters
    ----------
    current_pA : FloatArray, shape (n_sweep, n_sample), pA
        Injected current, recorded or commanded.
    name : str
        The recording's name, for messages.
    step_ms : float, optional
        Time between two samples, ms: messages then give the times to write behind --stimulus.

    Raises
    ------
    RecordingError
        If no sweep has a stimulus.
    """
    votes = _votes(current_pA)
    if not votes:
        raise RecordingError(
            f"{name or 'the recording'}: a stimulus was expected, but the current is constant in "
            f"each of the {len(current_pA)} sweeps. Take a recording with current steps, or name "
            "the right channel with --current-channel."
        )
    window = max(votes, key=lambda w: (len(votes[w]), w.last - w.first, -w.first))
    if len(votes) > 1:
        _warn_of_disagreement(votes, window, name, step_ms)
    elif _touches_both_ends(window, current_pA.shape[1]):
        _log.warning(
            "%s: the stimulus found is nearly the whole sweep, %s. If the current is only noise, "
            "there is no step; otherwise give its times with --stimulus START STOP (ms).",
            name or "the recording",
            _spelt(window, step_ms),
        )
    return window


def stimulus_from_times(
    start_ms: float, stop_ms: float, step_ms: float, n_sample: int
) -> StimulusWindow:
    """Return the window of the samples k with `start_ms <= k * step_ms < stop_ms`.

    Parameters
    ----------
    start_ms, stop_ms : float
        Begin and end of the stimulus, ms from the begin of the sweep.
    step_ms : float
        Time between two samples, ms.
    n_sample : int
        Samples of one sweep.

    Raises
    ------
    UsageError
        If the times are not in order, or not within the sweep, or closer than a sample.
    """
    given = f"--stimulus {start_ms:.12g} {stop_ms:.12g}"
    if not (math.isfinite(start_ms) and math.isfinite(stop_ms) and start_ms < stop_ms):
        raise UsageError(
            f"{given}: the stimulus must start before it stops. Give START STOP in ms."
        )
    # Not more, since what is not finite cannot be rounded.
    ends = start_ms / step_ms, min(stop_ms / step_ms, n_sample + 1)
    if start_ms < 0.0 or round(ends[1]) > n_sample:
        raise UsageError(
            f"{given}: the stimulus must lie within the sweep, which lasts from 0 to "
            f"{n_sample * step_ms:.12g} ms. Give START STOP in ms."
        )
    # Rounding, not truncation: 1646.8 / 0.05 may come out a little below 32936.
    first, last = round(ends[0]), round(ends[1]) - 1
    if first > last:
        raise UsageError(
            f"{given}: no sample lies between these times; samples are {step_ms:.12g} ms apart. "
            "Give a longer stimulus."
        )
    return StimulusWindow(first, last)


def _votes(current_pA: FloatArray) -> _Windows:
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
    votes: _Windows = defaultdict(list)
    for sweep in np.flatnonzero(~weak | other_found).tolist():
        ends = (other_first, other_last) if weak[sweep] else (first, last)
        votes[StimulusWindow(int(ends[0][sweep]), int(ends[1][sweep]))].append(sweep)
    return dict(votes)


def _extent(mask: BoolArray) -> tuple[IntArray, IntArray, BoolArray]:
    """Return the first and last true sample of each row, and whether the row has any."""
    first = mask.argmax(axis=1)
    last = mask.shape[1] - 1 - mask[:, ::-1].argmax(axis=1)
    return first, last, np.asarray(mask.any(axis=1))


def _touches_both_ends(window: StimulusWindow, n_sample: int) -> bool:
    margin = _EDGE * n_sample
    return window.first < margin and n_sample - 1 - window.last < margin


def _warn_of_disagreement(
    votes: _Windows, taken: StimulusWindow, name: str, step_ms: float | None
) -> None:
    ranked = sorted(votes, key=lambda w: (w != taken, -len(votes[w]), w))
    listed = [
        f"{_spelt(window, step_ms)} in {_sweeps(votes[window])}" for window in ranked[:_MOST_LISTED]
    ]
    if len(ranked) > _MOST_LISTED:
        listed.append(f"{len(ranked) - _MOST_LISTED} more")
    _log.warning(
        "%s: the sweeps disagree about the stimulus: %s. The first of these is taken; "
        "--stimulus START STOP (ms) chooses another.",
        name or "the recording",
        "; ".join(listed),
    )


def _spelt(window: StimulusWindow, step_ms: float | None) -> str:
    samples = f"samples {window.first}..{window.last}"
    if step_ms is None:
        return samples
    return f"{samples} ({window.first * step_ms:.6g} to {(window.last + 1) * step_ms:.6g} ms)"


def _sweeps(numbers: list[int]) -> str:
    """Return `[0, 7, 8, 9]` as `sweeps 0, 7-9`."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][1] + 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    spelt = ", ".join(f"{a}" if a == b else f"{a}-{b}" for a, b in runs)
    return f"sweep{'s' if len(numbers) > 1 else ''} {spelt}"
