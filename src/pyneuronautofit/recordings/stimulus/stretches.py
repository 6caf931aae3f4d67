"""Where sweeps differ from each other, and where a current leaves its level."""

from __future__ import annotations

import numpy as np

from pyneuronautofit._types import FloatArray
from pyneuronautofit.recordings.stimulus.edges import Stretch, find_stretch
from pyneuronautofit.recordings.stimulus.noise import moving_mean, noise_of

# A recorded current is looked at in means over this, and where sweeps differ over the longer one.
_SMOOTHED_MS, _COARSE_MS = 1.0, 5.0
# Noise of the standard deviation between sweeps: what it has in the quietest part of them. So many
# times that much is no noise; of two sweeps it scatters more than of ten.
_QUIETEST, _ABOVE_NOISE, _OF_FEW = 0.02, 2.5, 6.0
# So many standard deviations of a current are no noise.
_STRONG = 6.0
# Less than this part of the largest current is round-off.
_ROUND_OFF = 1e-6
# Samples that are looked at together: what is computed on the way takes as much memory.
_TOGETHER = 1 << 16
# A sweep's level before its stimulus is that of this much before it.
_BEFORE_MS, _MARGIN_MS = 20.0, 2.0


class Currents:
    """The currents of sweeps, smoothed as far as they are noisy.

    Parameters
    ----------
    current_pA : FloatArray, shape (n_sweep, n_sample), pA
    step_ms
        Time between two samples, ms.
    is_command
        They are command waveforms, without noise.
    """

    def __init__(self, current_pA: FloatArray, step_ms: float, *, is_command: bool) -> None:
        self._step_ms = step_ms
        self._least_pA = _ROUND_OFF * float(max(current_pA.max(), -current_pA.min()))
        self.is_noisy = not is_command and any(
            noise_of(row, 1) > self._least_pA for row in current_pA
        )
        width = self._samples(_SMOOTHED_MS) if self.is_noisy else 1
        # Means so far apart have no sample in common.
        self._apart = width + 1
        self._smooth_pA = moving_mean(current_pA, width)

    def where_they_differ(self) -> Stretch | None:
        """Return the stretch in which sweeps differ from each other by more than the noise."""
        n_sweep = len(self._smooth_pA)
        if n_sweep == 1:
            return None
        n_sample = self._smooth_pA.shape[1]
        blocks = (slice(k, k + _TOGETHER) for k in range(0, n_sample, _TOGETHER))
        scatter = np.concatenate([self._smooth_pA[:, block].std(axis=0) for block in blocks])
        coarse = moving_mean(scatter, self._samples(_COARSE_MS)) if self.is_noisy else scatter
        noise = float(np.quantile(coarse, _QUIETEST)) if self.is_noisy else 0.0
        exact = noise <= self._least_pA
        threshold = max((_ABOVE_NOISE + _OF_FEW / n_sweep) * noise, self._least_pA)
        # Variances add up.
        signal = np.sqrt(np.maximum(scatter**2 - noise**2, 0.0))
        return find_stretch(coarse, signal, threshold, self._step_ms, exact=exact)

    def where_they_leave_their_level(self) -> Stretch | None:
        """Return the stretch in which the mean of all sweeps is not at its first level."""
        mean = self._smooth_pA.mean(axis=0)
        n_first = max(round(_QUIETEST * len(mean)), 1) if self.is_noisy else 1
        return self._left(mean, float(np.median(mean[:n_first])))

    def of_every_sweep(self, common: Stretch) -> list[Stretch | None]:
        """Return of every sweep by itself where it leaves its level, within a common stretch."""
        margin = self._samples(_MARGIN_MS) if self.is_noisy else 0
        begin = max(common.first - margin, 0)
        end = common.last + 1 + margin
        level_begin = max(begin - self._samples(_BEFORE_MS), 0)
        found = []
        for row in self._smooth_pA:
            level = float(np.median(row[level_begin : max(begin, 1)]))
            own = self._left(row[begin:end], level, noise_of(row, self._apart))
            found.append(
                own and Stretch(begin + own.first, begin + own.last, own.jumps_up, own.jumps_down)
            )
        return found

    def _left(self, values: FloatArray, level: float, noise: float | None = None) -> Stretch | None:
        if not self.is_noisy:
            noise = 0.0
        elif noise is None:
            noise = noise_of(values, self._apart)
        away, exact = np.abs(values - level), noise <= self._least_pA
        threshold = max(_STRONG * noise, self._least_pA)
        return find_stretch(away, away, threshold, self._step_ms, exact=exact)

    def _samples(self, ms: float) -> int:
        return max(round(ms / self._step_ms), 1)
