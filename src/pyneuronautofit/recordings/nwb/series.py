"""One series of an NWB file, or a part of it: its samples, and when they were taken."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from pyneuronautofit._types import FloatArray
from pyneuronautofit.units import MS_PER_S

VOLTAGE, STIMULUS = "CurrentClampSeries", "CurrentClampStimulusSeries"
#: Responses of other kinds, and why they are of no use.
OTHER_RESPONSES = {
    "VoltageClampSeries": "voltage clamp",
    "IZeroClampSeries": "recorded without current (I=0)",
}

_DOUBLE_BYTES = 8
_UNEVEN = 0.01
# What writers put where a text is required and nothing is known.
_SAYS_NOTHING = {"", "n/a", "na", "none", "unknown", "no description", "not available"}


class UnusableSeriesError(Exception):
    """A series that cannot be used; its text says why."""


@dataclass(frozen=True)
class Piece:
    """A part of a series, or all of it (`count` None).

    Attributes
    ----------
    series
        pynwb's, which has no types.
    start, count
        Its first sample, and how many there are.
    """

    series: Any
    start: int = 0
    count: int | None = None

    @property
    def name(self) -> str:
        """The series' name."""
        return str(self.series.name)

    @property
    def kind(self) -> str:
        """Its very class: an IZeroClampSeries is a CurrentClampSeries, but has no current."""
        return type(self.series).__name__

    @property
    def electrode(self) -> str:
        """The name of its electrode."""
        return str(self.series.electrode.name)

    @property
    def sweep_number(self) -> int | None:
        """Its number, where the file has one."""
        number = getattr(self.series, "sweep_number", None)
        return None if number is None else int(number)

    @property
    def number_in_name(self) -> int | None:
        """The last number in its name."""
        numbers = re.findall(r"\d+", self.name)
        return int(numbers[-1]) if numbers else None

    @property
    def n_sample(self) -> int:
        """How many samples it has."""
        n_all = int(np.shape(self.series.data)[0])
        left = max(n_all - self.start, 0)
        return left if self.count is None else min(max(self.count, 0), left)

    @property
    def n_bytes(self) -> int:
        """What the samples take in memory."""
        _n_all, *others = np.shape(self.series.data)
        return int(_DOUBLE_BYTES * self.n_sample * math.prod(others))

    @property
    def stimulus(self) -> str:
        """What it says of the stimulus; empty: nothing."""
        said = str(getattr(self.series, "stimulus_description", None) or "").strip()
        return "" if said.casefold() in _SAYS_NOTHING else said

    def data(self, factor: float) -> FloatArray:
        """Return the samples in the series' SI unit times `factor`, shape (n_sample,).

        Raises
        ------
        UnusableSeriesError
            If they are not one channel's.
        """
        raw = np.asarray(self.series.data[self.start : self.start + self.n_sample], np.float64)
        if raw.ndim != 1:
            raise UnusableSeriesError(f"'{self.name}' has samples of shape {raw.shape}")
        return raw * (factor * float(self.series.conversion)) + factor * float(self.series.offset)

    def step_ms(self) -> float:
        """Return the time between two samples, ms.

        Raises
        ------
        UnusableSeriesError
            If that is no positive number, or they are not evenly spaced.
        """
        series = self.series
        if series.rate is not None:
            step = MS_PER_S / float(series.rate) if series.rate else 0.0
        else:
            gaps = np.diff(self._timestamps())
            mean = float(gaps.mean()) if len(gaps) else 0.0
            if len(gaps) and np.abs(gaps - mean).max() > _UNEVEN * abs(mean):
                raise UnusableSeriesError(
                    f"the time stamps of '{self.name}' are {gaps.min() * MS_PER_S:g} to "
                    f"{gaps.max() * MS_PER_S:g} ms apart, so its samples are not evenly spaced"
                )
            step = mean * MS_PER_S
        if not 0.0 < step < math.inf:
            raise UnusableSeriesError(f"the time between the samples of '{self.name}' is {step:g}")
        return step

    def start_s(self) -> float:
        """Return the time of its first sample, s; 0 where the file does not say."""
        if self.series.rate is None:
            stamps = self._timestamps()
            return float(stamps[0]) if len(stamps) else 0.0
        start = float(getattr(self.series, "starting_time", None) or 0.0)
        return start + self.start * self.step_ms() / MS_PER_S

    def _timestamps(self) -> FloatArray:
        stamps = self.series.timestamps[self.start : self.start + self.n_sample]
        return np.asarray(stamps, dtype=np.float64)


def pieces_of(series: Iterable[Any], kinds: Iterable[str]) -> list[Piece]:
    """Return the series of these classes, by their names: `sweep_2` before `sweep_10`."""
    wanted = set(kinds)
    found = [Piece(each) for each in series if type(each).__name__ in wanted]
    return sorted(found, key=lambda piece: _natural(piece.name))


def _natural(name: str) -> list[tuple[int, str]]:
    return [
        (int(part), "") if part.isdecimal() else (-1, part) for part in re.split(r"(\d+)", name)
    ]
