"""Options that several commands share: the recording, what is compared, how it is simulated."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from pyneuronautofit._options import above, at_least, between, one_of, option
from pyneuronautofit.errors import UsageError
from pyneuronautofit.simulators import DEFAULT_DT_MS, Adaptive

FITTING = "Fitting"
MODEL = "Model"
RUN = "Run"


def channel(text: str) -> int | str:
    """Read a channel: its number, or its name."""
    return int(text) if text.isdigit() else text


@dataclass(frozen=True, kw_only=True)
class RecordingOptions:
    """Which recording, and what of it."""

    recording: str = option(
        "",
        group="",
        metavar="RECORDING",
        parse=str,
        help="the recording: .abf, .npz, .json or .nwb",
    )
    stimulus: tuple[float, float] | None = option(
        None,
        "--stimulus",
        group=MODEL,
        metavar="MS",
        parse=float,
        count=2,
        help="start and end of the stimulus in ms (default: detected)",
    )
    voltage_channel: int | str | None = option(
        None,
        "--voltage-channel",
        group=MODEL,
        metavar="CHANNEL",
        parse=channel,
        help="number (from 0) or name of the voltage channel (default: the first in a voltage "
        "unit)",
    )
    current_channel: int | str | None = option(
        None,
        "--current-channel",
        group=MODEL,
        metavar="CHANNEL",
        parse=channel,
        help="number (from 0) or name of the current channel (default: the first in a current "
        "unit, else the protocol's command waveform)",
    )


@dataclass(frozen=True, kw_only=True)
class EvaluationOptions:
    """What is compared."""

    modes: str = option(
        "RAMN",
        "-m",
        "--eval-mode",
        group=MODEL,
        metavar="EMODE",
        parse=str,
        help="mode for evaluation, any string of: O - total number of spikes, N - numbers of "
        "spikes, T - spike time, S - spike shape, A - average spike shape, W - spike width, R - "
        "resting potential, L - post-stimulus tail, M - voltage stimulus statistics, U - "
        "subthreshold voltage dynamics, C and D - voltage within and after the stimulus, V - whole "
        "voltage, Z - the same with spikes weighted, P and Q - v dv/dt histogram of all and of the "
        "stimulus, F - firing rate, X - smoothed voltage",
    )
    mask: str | None = option(
        None,
        "-k",
        "--eval-mask",
        group=MODEL,
        metavar="EMASK",
        parse=str,
        help="mask to limit analysis to some sweeps: k (0..k), (a, b) (a..b), a list, a dict of "
        "these by mode, or the name of a file that holds one",
    )
    spike_count: int = option(
        2,
        "-c",
        "--spike-count",
        group=MODEL,
        metavar="ESPC",
        parse=int,
        check=at_least(1),
        help="number of spikes for evaluation",
    )
    spike_threshold_mV: float = option(
        0.0,
        "-t",
        "--spike-threshold",
        group=MODEL,
        metavar="ETHSH",
        parse=float,
        check=between(-200, 200),
        help="spike threshold, mV",
    )
    before_spike: int = option(
        70,
        "-l",
        "--left-spike-samples",
        group=MODEL,
        metavar="ELEFT",
        parse=int,
        check=at_least(0),
        help="left window of a spike, samples",
    )
    after_spike: int = option(
        140,
        "-r",
        "--right-spike-samples",
        group=MODEL,
        metavar="ERGHT",
        parse=int,
        check=at_least(1),
        help="right window of a spike, samples",
    )
    spike_zoom: float | None = option(
        None,
        "-z",
        "--spike-Zoom",
        group=MODEL,
        metavar="SPWTGH",
        parse=float,
        check=between(-1e9, 1e9),
        help="if positive - the absolute weight of voltage diff during spike; if negative - "
        "related scaler",
    )
    collapse: bool = option(
        False,
        "-e",
        "--collapse-diff",
        group=MODEL,
        help="collapse difference between a model and data into a vector with one number per mode",
    )
    smoothing_kernel_ms: float = option(
        20.0,
        "--smoothing-kernel",
        group=MODEL,
        metavar="MS",
        parse=float,
        check=above(0),
        help="width of the moving average of mode X, ms",
    )
    histogram_bins: int = option(
        12,
        "-Q",
        "--v-dvdt-hist-size",
        group=FITTING,
        metavar="VPVSIZE",
        parse=int,
        check=at_least(1),
        help="v dv/dt histogram size",
    )


@dataclass(frozen=True, kw_only=True)
class ProjectOptions:
    """Which model."""

    project: str | None = option(
        None,
        "--project",
        group=MODEL,
        metavar="PATH",
        parse=str,
        help="a project.py or its folder (default: project.py of the working directory; without "
        "one the built-in thalamocortical cell)",
    )


@dataclass(frozen=True, kw_only=True)
class SimulationOptions(ProjectOptions):
    """How models are simulated."""

    temperature_degC: float = option(
        35.0,
        "-q",
        "--temperature",
        group=MODEL,
        metavar="TEMP",
        parse=float,
        check=between(-20, 100),
        help="temperature, degC",
    )
    simulator: str | None = option(
        None,
        "--simulator",
        group=RUN,
        metavar="NAME",
        parse=str,
        check=one_of("batch", "neuron"),
        help="batch: generated code, many candidates at a time; neuron: the reference (default: "
        "batch, and neuron for a model that it cannot simulate)",
    )
    integrator: str | None = option(
        None,
        "--integrator",
        group=RUN,
        metavar="NAME",
        parse=str,
        check=one_of("fixed", "adaptive"),
        help="adaptive: steps as long as the voltage allows, each cell its own; fixed: NEURON's "
        "steps, of --dt (default: adaptive for a fit with the batch simulator, unless --dt is "
        "given; fixed for everything else)",
    )
    tolerance_mV: float | None = option(
        None,
        "--tolerance",
        group=RUN,
        metavar="MV",
        parse=float,
        check=between(1e-5, 1.0),
        help="error bound of an adaptive step, mV (default 0.003)",
    )
    precision: str = option(
        "double",
        "--precision",
        group=RUN,
        metavar="NAME",
        parse=str,
        check=one_of("double", "single"),
        help="number format of the batch simulator: double, or single, which is faster",
    )
    n_worker: int | None = option(
        None,
        "-n",
        "--number-threads",
        group=RUN,
        metavar="NTH",
        parse=int,
        check=at_least(1),
        help="number of threads, and of NEURON processes (default: all cores)",
    )
    dt: float | None = option(
        None,
        "--dt",
        group=RUN,
        metavar="SIMDT",
        parse=float,
        help="if positive absolute simulation dt in ms; if negative scaler for recorded dt "
        "(default 0.025, where steps are fixed)",
    )
    time_limit_s: float | None = option(
        None,
        "--time-limit",
        group=RUN,
        metavar="S",
        parse=float,
        check=above(0),
        help="a candidate whose simulation takes longer is given up (default: a minute and a "
        "hundred times what is usual)",
    )

    #: Whether a simulation has adaptive steps where nothing else is asked for.
    adaptive_by_default: ClassVar[bool] = False

    @property
    def adaptive(self) -> Adaptive | None:
        """The adaptive integrator, or None: the fixed step.

        Raises
        ------
        UsageError
            If options contradict each other.
        """
        if self.integrator == "adaptive":
            self._refuse_adaptive()
        by_default = self.adaptive_by_default and self.dt is None and self.simulator != "neuron"
        chosen = self.integrator or ("adaptive" if by_default else "fixed")
        if chosen == "fixed":
            if self.tolerance_mV is not None:
                raise UsageError(
                    f"--tolerance {self.tolerance_mV:g} is for the adaptive integrator, but steps "
                    "are fixed here: leave it out, or ask for --integrator adaptive"
                )
            return None
        return Adaptive() if self.tolerance_mV is None else Adaptive(self.tolerance_mV)

    @property
    def step_ms(self) -> float | None:
        """The time step as `plan_experiment` takes it; None: as adaptive steps want it."""
        if self.adaptive is not None:
            return None
        return DEFAULT_DT_MS if self.dt is None else self.dt

    def _refuse_adaptive(self) -> None:
        if self.dt is not None:
            raise UsageError(
                f"--dt {self.dt:g} is the length of fixed steps, and --integrator adaptive chooses "
                "the length of its own: leave out one of them"
            )
        if self.simulator == "neuron":
            raise UsageError(
                "--integrator adaptive is the batch simulator's; NEURON takes fixed steps here: "
                "leave out --simulator neuron, or --integrator adaptive"
            )
