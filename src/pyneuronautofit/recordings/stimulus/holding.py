"""The current that is held before a stimulus."""

from __future__ import annotations

import logging

import numpy as np

from pyneuronautofit._types import BoolArray, FloatArray
from pyneuronautofit.recordings._base import Recording
from pyneuronautofit.recordings.stimulus.noise import moving_mean, noise_of
from pyneuronautofit.recordings.stimulus.window import StimulusWindow

_log = logging.getLogger(__name__)

# A current is looked at in means over this, and is at its level within so many standard deviations.
_SMOOTHED_MS, _STRONG = 1.0, 6.0
# The last of what is before a stimulus.
_LAST_MS = 20.0
# With less than that before the stimulus, what is behind it counts, too.
_LEAST_MS = 5.0
# Means over so much are taken to be independent of each other.
_BLOCK_MS = 5.0
_DIGITS = 1
# Means that are no further apart than so many standard errors of their difference agree.
_AGREEING = 2.0


def holding_current(recording: Recording, window: StimulusWindow) -> FloatArray:
    """Return what `holding_currents` says of a recording, shape (n_sweep,), pA."""
    return holding_currents(
        recording.current_pA,
        window,
        recording.step_ms,
        recording.name,
        is_command=recording.current_is_command,
    )


def holding_currents(
    current_pA: FloatArray,
    window: StimulusWindow,
    step_ms: float,
    name: str = "the recording",
    *,
    is_command: bool = False,
) -> FloatArray:
    """Return the current that is held before each sweep's stimulus.

    Of a command waveform it is the first sample. Of a recorded current it is the mean of what is
    before the stimulus and at its level, which a test pulse is not, rounded to 0.1 pA; sweeps whose
    means agree within their standard errors share one, and so one transient.

    Parameters
    ----------
    current_pA : FloatArray, shape (n_sweep, n_sample), pA
    window
        The stimulus.
    step_ms
        Time between two samples, ms.
    name
        The recording's name, for messages.
    is_command
        It is a command waveform, without noise.

    Returns
    -------
    FloatArray, shape (n_sweep,), pA
    """
    if is_command:
        return np.array(current_pA[:, 0])
    n_sample = current_pA.shape[1]
    outside = np.zeros(n_sample, dtype=bool)
    outside[: window.first] = True
    if window.first * step_ms < _LEAST_MS:
        outside[window.last + 1 :] = True
        _log.warning(
            "%s: only %.3g ms are before the stimulus, so the holding current is that of what is "
            "before and behind it.",
            *(name, window.first * step_ms),
        )
    if not outside.any():
        return np.array(current_pA[:, 0])
    means, errors = zip(*(_at_level(row[outside], step_ms) for row in current_pA), strict=True)
    return _shared(np.array(means), np.array(errors))


def _at_level(values: FloatArray, step_ms: float) -> tuple[float, float]:
    """Return the mean of what is at its level, and its standard error."""
    width = max(round(_SMOOTHED_MS / step_ms), 1)
    smooth = moving_mean(values, width)
    noise = noise_of(smooth, width + 1)
    level = float(np.median(smooth))
    n_last = max(round(_LAST_MS / step_ms), 1)
    if _jumps(smooth, width, noise):
        # A pulse may have lasted longer than the level; a drift is no pulse.
        level = float(np.median(smooth[-n_last:]))
    near = np.abs(smooth - level) <= max(_STRONG * noise, 1e-6 * float(np.abs(values).max()))
    kept = values[near] if near.any() else values
    n_block = max(round(_BLOCK_MS / step_ms), 1)
    blocks = kept[: len(kept) // n_block * n_block].reshape(-1, n_block).mean(axis=1)
    if len(blocks) < 2:
        return float(kept.mean()), float(kept.std() / np.sqrt(len(kept)))
    return float(kept.mean()), float(blocks.std(ddof=1) / np.sqrt(len(blocks)))


def _jumps(smooth: FloatArray, width: int, noise: float) -> bool:
    apart = 2 * width + 1
    change = np.abs(smooth[apart:] - smooth[:-apart])
    return bool(len(change)) and float(change.max()) > np.sqrt(2.0) * _STRONG * max(noise, 1e-12)


def _shared(means: FloatArray, errors: FloatArray) -> FloatArray:
    """Return one value for all sweeps whose means agree, rounded."""
    values = np.empty_like(means)
    waiting = np.argsort(means, kind="stable").tolist()
    while waiting:
        first = waiting[0]
        apart = np.hypot(errors[waiting], errors[first])
        same: BoolArray = means[waiting] - means[first] <= _AGREEING * apart
        group = [sweep for sweep, agrees in zip(waiting, same.tolist(), strict=True) if agrees]
        waiting = [sweep for sweep in waiting if sweep not in group]
        values[group] = np.round(means[group].mean(), _DIGITS)
    return values + 0.0  # no -0
