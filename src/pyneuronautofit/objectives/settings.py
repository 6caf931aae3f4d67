"""What is compared: the evaluation's settings, one record."""

from __future__ import annotations

from dataclasses import dataclass, field

from pyneuronautofit._types import Json
from pyneuronautofit.objectives.mask import Mask


@dataclass(frozen=True)
class EvaluationSettings:
    """Settings of all evaluation modes.

    Attributes
    ----------
    modes
        Letters, in the order of the objective vector.
    mask
        Which sweeps each mode looks at.
    spike_count
        Spikes that are compared one by one.
    spike_threshold_mV
        Above it the neuron spikes.
    before_spike, after_spike
        Samples of a spike's shape before and from its threshold crossing.
    spike_zoom
        Weight of the voltage within spikes (mode Z): positive, the weight itself; negative, abs()
        times samples per spike; None, samples per spike.
    histogram_bins
        Bins per axis of the (v, dv/dt) histogram.
    collapse
        One number per mode.
    smoothing_kernel_ms
        Width of the moving average of mode X.
    """

    modes: str = "RAMN"
    mask: Mask = field(default_factory=Mask)
    spike_count: int = 2
    spike_threshold_mV: float = 0.0
    before_spike: int = 70
    after_spike: int = 140
    spike_zoom: float | None = None
    histogram_bins: int = 12
    collapse: bool = False
    smoothing_kernel_ms: float = 20.0

    def as_json(self, downsampler: str | None = None) -> Json:
        """Return the key `evaluation` of result files."""
        return {
            "mode": self.modes,
            "mask": self.mask.as_json(),
            "prespike": self.before_spike,
            "postspike": self.after_spike,
            "spikethreshold": self.spike_threshold_mV,
            "spikecount": self.spike_count,
            "collapse_tests": self.collapse,
            "spikeweight": self.spike_zoom,
            "downsampler": downsampler,
            "vpvsize": self.histogram_bins,
        }
