"""Finding the stimulus in the injected current."""

from __future__ import annotations

import logging
from collections import defaultdict
from dataclasses import replace

from pyneuronautofit._text import listed_numbers
from pyneuronautofit._types import FloatArray
from pyneuronautofit.errors import RecordingError
from pyneuronautofit.recordings.stimulus.edges import Stretch
from pyneuronautofit.recordings.stimulus.most_common import most_common_window
from pyneuronautofit.recordings.stimulus.stretches import Currents
from pyneuronautofit.recordings.stimulus.window import StimulusWindow

_log = logging.getLogger(__name__)

# Windows whose ends are not further apart are the same.
_SAME_MS = 2.0
_MOST_LISTED = 6
# This part of a sweep is near its ends.
_NEAR_END = 0.02


def detect_stimulus(
    current_pA: FloatArray,
    step_ms: float,
    name: str = "the recording",
    *,
    is_command: bool = False,
) -> StimulusWindow:
    """Find the stimulus in the injected current.

    Where sweeps differ from each other it is the stretch in which they do, by more than the noise:
    what is the same in all sweeps, such as a test pulse, is none. Where they do not, it is the
    stretch in which the current is not at its first level. Where the rule of the original program
    (`most_common_window`) says the same within 2 ms, its sample numbers are taken; else a warning
    gives both, unless the rule has taken noise for a stimulus, and the whole sweep for its window.

    Parameters
    ----------
    current_pA : FloatArray, shape (n_sweep, n_sample), pA
        Injected current, recorded or commanded.
    step_ms : float
        Time between two samples, ms.
    name : str
        The recording's name, for messages.
    is_command : bool
        It is a command waveform, without noise.

    Raises
    ------
    RecordingError
        If there is no stimulus, or begins and ends at other times in some sweeps than in others.
    """
    currents = Currents(current_pA, step_ms, is_command=is_command)
    found, reason = currents.where_they_differ(), "where the sweeps differ from each other"
    if found is not None:
        _refuse_varying(currents.of_every_sweep(found), step_ms, name)
    else:
        found, reason = (
            currents.where_they_leave_their_level(),
            "where the current leaves its level",
        )
    if found is None:
        what = "nothing but noise in" if currents.is_noisy else "constant in each of"
        raise RecordingError(
            f"{name}: a stimulus was expected, but the current is {what} the {len(current_pA)} "
            "sweeps. Take a recording with current steps, name the right channel with "
            "--current-channel, or say where it is with --stimulus START STOP (ms)."
        )
    window = StimulusWindow(found.first, found.last, reason)
    return _reconciled(window, most_common_window(current_pA), current_pA.shape[1], step_ms, name)


def _reconciled(
    window: StimulusWindow,
    other: StimulusWindow | None,
    n_sample: int,
    step_ms: float,
    name: str,
) -> StimulusWindow:
    """Return the window, or that of the original program's rule."""
    if other is None:
        return window
    if _same(window, other, step_ms):
        return replace(other, reason=window.reason)
    if _is_all(other, n_sample):
        return window
    if _is_all(window, n_sample):
        # Nothing is the same in all sweeps, not even what is held.
        _log.warning(
            "%s: the sweeps differ from each other all over; the stimulus is taken to be %s, by "
            "the rule of the original program. --stimulus START STOP (ms) chooses.",
            *(name, other.spelt(step_ms)),
        )
        return replace(other, reason="where the rule of the original program finds it")
    _log.warning(
        "%s: the stimulus is taken to be %s, %s; the rule of the original program would take "
        "%s. --stimulus START STOP (ms) chooses.",
        *(name, window.spelt(step_ms), window.reason, other.spelt(step_ms)),
    )
    return window


def _is_all(window: StimulusWindow, n_sample: int) -> bool:
    """Tell whether a window is nearly the whole sweep: the rule has taken noise for a stimulus."""
    margin = _NEAR_END * n_sample
    return window.first <= margin and n_sample - 1 - window.last <= margin


def _same(one: StimulusWindow, other: StimulusWindow, step_ms: float) -> bool:
    apart = max(abs(one.first - other.first), abs(one.last - other.last))
    return apart * step_ms <= _SAME_MS


def _refuse_varying(found: list[Stretch | None], step_ms: float, name: str) -> None:
    """Refuse sweeps whose stimuli begin or end at once, but not at the same time."""
    starts = [own.first for own in found if own is not None and own.jumps_up]
    ends = [own.last for own in found if own is not None and own.jumps_down]
    apart = max((max(each) - min(each) for each in (starts, ends) if each), default=0)
    if apart * step_ms <= _SAME_MS:
        return
    windows: dict[StimulusWindow, list[int]] = defaultdict(list)
    for sweep, own in enumerate(found):
        if own is not None:
            near = (w for w in windows if _same(w, StimulusWindow(own.first, own.last), step_ms))
            windows[next(near, StimulusWindow(own.first, own.last))].append(sweep)
    ranked = sorted(windows, key=lambda w: (-len(windows[w]), w))
    listed = [
        f"{window.spelt(step_ms)} in {_sweeps(windows[window])}" for window in ranked[:_MOST_LISTED]
    ]
    if len(ranked) > _MOST_LISTED:
        listed.append(f"{len(ranked) - _MOST_LISTED} more")
    raise RecordingError(
        f"{name}: one window has to describe the stimulus of all sweeps, but theirs differ: "
        f"{'; '.join(listed)}. Say what is to be compared with --stimulus START STOP (ms)."
    )


def _sweeps(numbers: list[int]) -> str:
    return f"sweep{'s' if len(numbers) > 1 else ''} {listed_numbers(numbers)}"
