"""Sweeps under the same current: what a cell does when it is asked the same again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pyneuronautofit._types import FloatArray
from pyneuronautofit.recordings import Recording
from pyneuronautofit.recordings.stimulus.noise import moving_mean, noise_of

# Currents are compared in means over this.
_SMOOTHED_MS = 5.0
# Two are one where their means are nowhere further apart than so many standard deviations of their
# noise, or the first part of the span of all currents; but never than the second.
_STRONG, _SAME_PART, _MOST_PART = 6.0, 0.005, 0.02
_SAME_STEP = 1e-6
# A repeat that is so many times as far from the others as these are from each other is none.
_FAR = 3.0
_LEAST_FOR_ODD = 4


@dataclass(frozen=True, order=True)
class Place:
    """A sweep of one of several recordings: the places of both."""

    recording: int
    sweep: int


def repeats(recordings: Sequence[Recording]) -> list[tuple[Place, ...]]:
    """Return groups of two or more sweeps with the same current, also of different recordings.

    Parameters
    ----------
    recordings
        Of one cell; sweeps of other lengths or rates are no repeats of each other.
    """
    smooth = [_smoothed(recording) for recording in recordings]
    span = max(float(np.ptp(each)) for each in smooth)
    groups: list[list[Place]] = []
    for number, recording in enumerate(recordings):
        for sweep in range(recording.n_sweep):
            place = Place(number, sweep)
            for group in groups:
                if _alike(recordings, group[0], place) and _same(smooth, group[0], place, span):
                    group.append(place)
                    break
            else:
                groups.append([place])
    return [tuple(group) for group in groups if len(group) > 1]


def without_odd(
    group: Sequence[Place], recordings: Sequence[Recording]
) -> tuple[tuple[Place, ...], tuple[Place, ...]]:
    """Divide repeats into those that are alike and those that are far from all others.

    Of fewer than four nobody can say which one is odd.
    """
    if len(group) < _LEAST_FOR_ODD:
        return tuple(group), ()
    traces = np.stack([recordings[p.recording].voltage_mV[p.sweep] for p in group])
    apart = np.array([[np.sqrt(np.mean((a - b) ** 2)) for a in traces] for b in traces])
    typical = np.array([np.median(np.delete(row, k)) for k, row in enumerate(apart)])
    odd = typical > _FAR * np.median(typical)
    kept = tuple(p for p, is_odd in zip(group, odd.tolist(), strict=True) if not is_odd)
    return kept, tuple(p for p, is_odd in zip(group, odd.tolist(), strict=True) if is_odd)


def _smoothed(recording: Recording) -> FloatArray:
    """Return the currents' means, the command's where there is one: it has no noise."""
    current = recording.current_pA if recording.command_pA is None else recording.command_pA
    return moving_mean(current, round(_SMOOTHED_MS / recording.step_ms))


def _alike(recordings: Sequence[Recording], first: Place, second: Place) -> bool:
    one, other = recordings[first.recording], recordings[second.recording]
    same_step = abs(one.step_ms - other.step_ms) <= _SAME_STEP * one.step_ms
    return same_step and one.n_sample == other.n_sample


def _same(smooth: Sequence[FloatArray], first: Place, second: Place, span: float) -> bool:
    apart = smooth[first.recording][first.sweep] - smooth[second.recording][second.sweep]
    # Far enough from each other for means that share no sample.
    noise = noise_of(apart, max(len(apart) // 20, 1))
    limit = min(max(_STRONG * noise, _SAME_PART * span), _MOST_PART * span)
    return float(np.abs(apart).max()) <= limit
