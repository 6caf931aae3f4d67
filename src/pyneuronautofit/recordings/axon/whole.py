"""Which sweeps of an Axon file are whole: a recording may be stopped within one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from pyneuronautofit._types import FloatArray
from pyneuronautofit.errors import RecordingError


@dataclass(frozen=True)
class WholeSweeps:
    """The sweeps of the usual length.

    Attributes
    ----------
    numbers
        Which they are.
    starts
        Where each begins, in samples of one channel.
    n_sample
        How long they are.
    unequal
        The numbers of the others, and what is wrong with them.
    """

    numbers: Sequence[int]
    starts: Sequence[int]
    n_sample: int
    unequal: Mapping[int, str]

    def rows(self, flat: Any) -> FloatArray:
        """Return their samples of a channel, shape (n_sweep, n_sample), out of all of it."""
        found = np.empty((len(self.starts), self.n_sample))
        for row, start in zip(found, self.starts):
            row[:] = flat[start : start + self.n_sample]
        return found


def whole_sweeps(abf: Any, step_ms: float, name: str) -> WholeSweeps:
    """Find the whole sweeps of an opened file.

    Parameters
    ----------
    abf
        pyABF's, which has no types.
    name
        The file's, for messages.

    Raises
    ------
    RecordingError
        If there is none, or the lengths that the file tells do not go together.
    """
    n_value = abf.dataPointCount // abf.channelCount
    lengths = _lengths(abf, n_value, name)
    usual = Counter(length for length in lengths if length).most_common(1)[0][0]
    ends = np.cumsum(lengths).tolist()
    whole = [k for k, length in enumerate(lengths) if length == usual and ends[k] <= n_value]
    unequal = {}
    for number, length in enumerate(lengths):
        there = min(length, max(n_value - ends[number] + length, 0))
        if there < length:
            unequal[number] = f"it was stopped after {there} of {length} samples"
        elif length != usual:
            unequal[number] = f"it lasts {length * step_ms:.6g} ms, not {usual * step_ms:.6g}"
    if not whole:
        raise RecordingError(
            f"{name}: no sweep is whole: the first was stopped after {n_value} of {usual} samples. "
            "Write what is wanted of it to a .npz file."
        )
    return WholeSweeps(whole, [ends[k] - usual for k in whole], usual, unequal)


def _lengths(abf: Any, n_value: int, name: str) -> list[int]:
    """Return how many samples of a channel each sweep has, or was to have."""
    count = max(abf.sweepCount, 1)
    if abf.abfVersion["major"] == 1:
        told: list[int] = []
        episode = abf._headerV1.lNumSamplesPerEpisode // abf.channelCount
    else:
        told = [length // abf.channelCount for length in abf._synchArraySection.lLength]
        episode = abf._protocolSection.lNumSamplesPerEpisode // abf.channelCount
    if len(told) == count and len(set(told)) > 1:
        # The last one may have been stopped, and nothing comes behind it.
        if not sum(told[:-1]) < n_value <= sum(told):
            raise RecordingError(
                f"{name}: its sweeps should have {sum(told)} samples, but the file has {n_value}. "
                "It is damaged; open it in Clampfit and save it again."
            )
        return told
    if n_value * abf.channelCount == abf.dataPointCount and n_value % count == 0:
        return [n_value // count] * count
    if episode * (count - 1) < n_value < episode * count:
        return [episode] * count
    raise RecordingError(
        f"{name}: {abf.dataPointCount} values do not divide into {count} equal sweeps of "
        f"{abf.channelCount} channels. It is damaged; open it in Clampfit and save it again."
    )
