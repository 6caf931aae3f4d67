"""The noise of a recording: its spectrum, from stretches in which nothing happens, and its drift.

Noise that is slower than a sweep shows in the levels from which sweeps begin: where these differ by
more than faster noise lets expect, every sweep has a level of its own.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

from pyneuronautofit._types import FloatArray
from pyneuronautofit.objectives.floor.spectra import power_densities, smooth_length
from pyneuronautofit.recordings import Recording, StimulusWindow
from pyneuronautofit.units import MS_PER_S

# Stretches are so long where there is room. Noise that is slower than a stretch is taken to be as
# strong as that of a stretch's length.
_STRETCH_MS = 200.0
#: In less nothing is seen of noise.
LEAST_MS = 10.0
# Frequencies of which a stretch says nothing.
_SLOWEST = 3
# Levels vary if they do so many times as much as noise lets expect (their variance), and there are
# more than two; sweeps are held alike within this part of the span of all currents.
_SURE, _LEAST_FREE, _SAME_HOLDING = 3.0, 2, 0.02
# A level that is so many times as far from the median as half of them is none that drifts.
_FAR, _LEAST_FOR_FAR = 10.0, 4
_NOTHING_MV = 1e-9
# What varies so many times as much as the quiet quarter of all stretches is no noise: a test pulse,
# a spike, the end of an afterhyperpolarisation. Of the variance.
_QUIET = 3.0


@dataclass(frozen=True)
class NoiseModel:
    """Normal noise of a known spectrum, and a level for every sweep.

    Attributes
    ----------
    density : FloatArray, shape (n_frequency,), mV^2/Hz
        One-sided, at equal distances from 0 to half the sampling rate.
    rate_hz
        The sampling rate, Hz.
    drift_mV
        The standard deviation of the levels.
    """

    density: FloatArray = field(repr=False)
    rate_hz: float
    drift_mV: float = 0.0

    @property
    def deviation_mV(self) -> float:
        """The standard deviation within a sweep, mV."""
        step_hz = self.rate_hz / 2 / (len(self.density) - 1)
        return float(np.sqrt(np.trapezoid(self.density, dx=step_hz)))

    def draw(self, rng: np.random.Generator, n_sweep: int, n_sample: int) -> FloatArray:
        """Return noise, shape (n_sweep, n_sample), mV."""
        n = smooth_length(n_sample)
        frequencies = np.fft.rfftfreq(n, 1 / self.rate_hz)
        known = np.linspace(0, self.rate_hz / 2, len(self.density))
        # A coefficient of a discrete transform has the mean square density * rate * n / 2.
        scale = np.sqrt(np.interp(frequencies, known, self.density) * self.rate_hz * n / 4)
        parts = rng.standard_normal((2, n_sweep, len(frequencies)))
        drawn = np.fft.irfft(scale * (parts[0] + 1j * parts[1]), n)
        levels = self.drift_mV * rng.standard_normal((n_sweep, 1))
        return np.ascontiguousarray(drawn[:, :n_sample] + levels)


def noise_of_recording(recording: Recording, window: StimulusWindow) -> NoiseModel | None:
    """Find the noise of a recording where no current is injected.

    It is looked for before the stimulus; where that is too short, in the last half of what is
    behind it.

    Returns
    -------
    NoiseModel or None
        None where there is no stretch that is long enough.
    """
    voltage, step_ms = recording.voltage_mV, recording.step_ms
    least = round(LEAST_MS / step_ms)
    quiet = voltage[:, : window.first]
    if quiet.shape[1] < least:
        behind = voltage.shape[1] - window.last - 1
        quiet = voltage[:, voltage.shape[1] - behind // 2 :] if behind > 1 else voltage[:, :0]
    length = min(quiet.shape[1], round(_STRETCH_MS / step_ms))
    if length < max(least, 8):
        return None
    n_each = quiet.shape[1] // length
    # The last ones: a sweep may begin with what is left of the one before it.
    stretches = quiet[:, quiet.shape[1] - n_each * length :].reshape(-1, length)
    rate_hz = MS_PER_S / step_ms
    densities = power_densities(stretches, rate_hz)
    powers = densities.sum(axis=1)
    kept = powers <= _QUIET * np.quantile(powers, 0.25)
    density = np.asarray(densities[kept].mean(axis=0))
    # The straight line has taken the slowest parts with it; of a few stretches one frequency alone
    # says little.
    density[:_SLOWEST] = density[_SLOWEST - 1 : _SLOWEST + 2].mean()
    found = NoiseModel(density, rate_hz, _drift(recording, window, float(density[0])))
    # What a straight line leaves of a constant is rounding.
    if found.deviation_mV < _NOTHING_MV:
        return replace(found, density=np.zeros(len(density)))
    return found


def _drift(recording: Recording, window: StimulusWindow, slow: float) -> float:
    """Return the standard deviation of the levels before the stimulus, mV, beyond that of noise.

    Sweeps that are held at other currents have other levels: each is compared with those of its
    own.

    Parameters
    ----------
    slow
        The density of the slowest noise, mV^2/Hz.
    """
    first = window.first
    if first * recording.step_ms < LEAST_MS:
        return 0.0
    levels = recording.voltage_mV[:, :first].mean(axis=1)
    current = recording.current_pA if recording.command_pA is None else recording.command_pA
    held = current[:, :first].mean(axis=1)
    span = float(np.ptp(current))
    squares, n_free = 0.0, 0
    for holding in _distinct(held, _SAME_HOLDING * span):
        own = levels[np.abs(held - holding) <= _SAME_HOLDING * span]
        own = own[np.abs(own - np.median(own)) <= _limit(own)]
        squares += float(((own - own.mean()) ** 2).sum())
        n_free += len(own) - 1
    if n_free < _LEAST_FREE:
        return 0.0
    # The variance of a mean over t seconds is half of the density at 0, over t.
    expected = slow / 2 / (first * recording.step_ms / MS_PER_S)
    found = squares / n_free
    return float(np.sqrt(found - expected)) if found > _SURE * expected else 0.0


def _limit(levels: FloatArray) -> float:
    """Return how far from their median levels may be; of a few nobody can say."""
    if len(levels) < _LEAST_FOR_FAR:
        return np.inf
    return _FAR * float(np.median(np.abs(levels - np.median(levels))))


def _distinct(values: FloatArray, apart: float) -> list[float]:
    """Return values of which all others are within some distance of one, the first ones."""
    found: list[float] = []
    for value in values.tolist():
        if all(abs(value - other) > apart for other in found):
            found.append(value)
    return found
