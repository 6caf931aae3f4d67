"""What is compared: the evaluation's settings, each with its flag and its key in result files."""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass, field
from typing import Generic, TypeVar

from pyneuronautofit._options import (
    FITTING,
    MODEL,
    Resumed,
    above,
    between,
    json_keys_of,
    option,
    same_option,
    stored,
    taken,
)
from pyneuronautofit._types import Json
from pyneuronautofit._words import READ_OR_LITERAL, real, text, whole
from pyneuronautofit.objectives.sweeps.mask import Mask, read_mask
from pyneuronautofit.objectives.table import ALL_MODES

MaskT = TypeVar("MaskT")

# What is more than anybody compares, and would fill the memory: a component is kept for every
# spike, a voltage for every sample of its window, a count for every pair of bins.
_MOST_SPIKES = 1000
_MOST_SAMPLES = 10_000
_MOST_BINS = 1000


def _about_modes() -> str:
    listed = "; ".join(f"{code} - {title}" for code, title in ALL_MODES.items())
    return (
        f"mode for evaluation, any string of: {listed}; {{efel:NAME}}, a feature of eFEL; or a "
        "name in braces, such as {latency}: a mode of a plug-in"
    )


@dataclass(frozen=True, kw_only=True)
class _Evaluation(Generic[MaskT]):
    """The fields, in their order in result files; `EvaluationSettings` says what they are."""

    modes: str = option(
        "RAMN",
        "-m",
        "--eval-mode",
        group=MODEL,
        metavar="EMODE",
        parse=text,
        help=_about_modes,
        json_key="mode",
    )
    mask: MaskT = option(
        None,
        "-k",
        "--eval-mask",
        group=MODEL,
        metavar="EMASK",
        parse=READ_OR_LITERAL,
        resumed=Resumed.CONTENT,
        help="mask to limit analysis to some sweeps: k (0..k), (a, b) (a..b), a list, a dict of "
        "these by mode, or the name of a file that holds one",
        json_key="mask",
    )
    hold_out: str | None = option(
        None,
        "--hold-out",
        group=MODEL,
        metavar="SWEEPS",
        parse=text,
        help="sweeps that are not fitted but simulated, scored and shown beside the others: "
        "numbers and half-open ranges such as 1,3,5:8, 1/3 for every third, or the name of a "
        "recording: all of it",
        json_key="hold_out",
    )
    before_spike: int = option(
        70,
        "-l",
        "--left-spike-samples",
        group=MODEL,
        metavar="ELEFT",
        parse=whole,
        check=between(0, _MOST_SAMPLES),
        help="left window of a spike, samples",
        json_key="prespike",
    )
    after_spike: int = option(
        140,
        "-r",
        "--right-spike-samples",
        group=MODEL,
        metavar="ERGHT",
        parse=whole,
        check=between(1, _MOST_SAMPLES),
        help="right window of a spike, samples",
        json_key="postspike",
    )
    spike_threshold_mV: float = option(
        0.0,
        "-t",
        "--spike-threshold",
        group=MODEL,
        metavar="ETHSH",
        parse=real,
        check=between(-200, 200),
        help="spike threshold, mV",
        json_key="spikethreshold",
    )
    spike_count: int = option(
        2,
        "-c",
        "--spike-count",
        group=MODEL,
        metavar="ESPC",
        parse=whole,
        check=between(1, _MOST_SPIKES),
        help="number of spikes for evaluation",
        json_key="spikecount",
    )
    collapse: bool = option(
        False,
        "-e",
        "--collapse-diff",
        group=MODEL,
        help="collapse difference between a model and data into a vector with one number per mode",
        json_key="collapse_tests",
    )
    spike_zoom: float | None = option(
        None,
        "-z",
        "--spike-Zoom",
        group=MODEL,
        metavar="SPWTGH",
        parse=real,
        check=between(-1e9, 1e9),
        help="if positive - the absolute weight of voltage diff during spike; if negative - "
        "related scaler",
        json_key="spikeweight",
    )
    # No option, but here is its place.
    downsampler: str | None = field(default=None, init=False)
    histogram_bins: int = option(
        12,
        "-Q",
        "--v-dvdt-hist-size",
        group=FITTING,
        metavar="VPVSIZE",
        parse=whole,
        check=between(1, _MOST_BINS),
        help="v dv/dt histogram size",
        json_key="vpvsize",
    )
    smoothing_kernel_ms: float = option(
        20.0,
        "--smoothing-kernel",
        group=MODEL,
        metavar="MS",
        parse=real,
        check=above(0, 1e9),
        help="width of the moving average of the smoothed voltage, ms",
        json_key="smoothingkernel",
    )


@dataclass(frozen=True, kw_only=True)
class EvaluationOptions(_Evaluation[str | None]):
    """What is compared, as the command line has it: the mask is text, or the name of a file."""


@dataclass(frozen=True)
class EvaluationSettings(_Evaluation[Mask]):
    """Settings of all evaluation modes.

    Each is in the key `evaluation` of result files, so that stored models can be scored again as
    they were.

    Attributes
    ----------
    modes
        Letters and names in braces, in the order of the objective vector.
    mask
        Which sweeps each mode looks at.
    hold_out
        Which sweeps no mode looks at, as `held_out_places` reads it; None: the mask alone says it.
    before_spike, after_spike
        Samples of a spike's shape before and from its threshold crossing.
    spike_threshold_mV
        Above it the neuron spikes.
    spike_count
        Spikes that are compared one by one.
    collapse
        One number per mode.
    spike_zoom
        Weight of the voltage within spikes (mode Z): positive, the weight itself; negative, abs()
        times samples per spike; None, samples per spike.
    downsampler
        The name of what reduces samples before they are compared; None: nothing does. That is the
        model's affair, so there is no flag.
    histogram_bins
        Bins per axis of the (v, dv/dt) histogram.
    smoothing_kernel_ms
        Width of the moving average of mode X.
    """

    modes: str = same_option(_Evaluation, "modes")
    mask: Mask = same_option(_Evaluation, "mask", default=Mask())
    _: KW_ONLY
    downsampler: str | None = stored(None, "downsampler")

    def as_json(self) -> dict[str, Json]:
        """Return the key `evaluation` of result files."""
        values = {key: getattr(self, name) for name, key in json_keys_of(self).items()}
        if self.hold_out is None:
            # Who reads files of models by other programs knows nothing of it.
            del values["hold_out"]
        return {k: v.as_json() if isinstance(v, Mask) else v for k, v in values.items()}


def read_settings(options: EvaluationOptions, **others: object) -> EvaluationSettings:
    """Return the settings that options ask for, with the mask read.

    Parameters
    ----------
    others
        Settings that are not the options', by the names of their fields.

    Raises
    ------
    MaskError
        If the mask is none, or has rules of modes that are not evaluated.
    """
    modes = str(others.get("modes", options.modes))
    mask = Mask() if options.mask is None else read_mask(options.mask, modes)
    return taken(EvaluationSettings, options, **{"mask": mask, **others})
