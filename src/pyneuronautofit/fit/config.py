"""What the user decides: frozen records whose fields are the command line's options."""

from __future__ import annotations

from dataclasses import dataclass

from pyneuronautofit.fit.options import (
    above,
    at_least,
    between,
    file_name,
    not_zero,
    one_of,
    option,
)

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
class SimulationOptions:
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
    project: str | None = option(
        None,
        "--project",
        group=MODEL,
        metavar="PATH",
        parse=str,
        help="a project.py or its folder (default: project.py of the working directory; without "
        "one the built-in thalamocortical cell)",
    )
    simulator: str = option(
        "neuron",
        "--simulator",
        group=RUN,
        metavar="NAME",
        parse=str,
        check=one_of("neuron", "batch"),
        later=("batch",),
        help="neuron, the reference (batch is not available yet)",
    )
    integrator: str = option(
        "fixed",
        "--integrator",
        group=RUN,
        metavar="NAME",
        parse=str,
        check=one_of("fixed", "adaptive"),
        later=("adaptive",),
        help="fixed: steps of --dt (adaptive is not available yet)",
    )
    tolerance_mV: float | None = option(
        None,
        "--tolerance",
        group=RUN,
        metavar="MV",
        parse=float,
        later=True,
        help="error bound of the adaptive integrator (not available yet)",
    )
    precision: str = option(
        "double",
        "--precision",
        group=RUN,
        metavar="NAME",
        parse=str,
        check=one_of("double", "single"),
        later=("single",),
        help="double (single is not available yet)",
    )
    n_worker: int | None = option(
        None,
        "-n",
        "--number-threads",
        group=RUN,
        metavar="NTH",
        parse=int,
        check=at_least(1),
        help="number of processes (default: all cores)",
    )
    dt: float = option(
        0.025,
        "--dt",
        group=RUN,
        metavar="SIMDT",
        parse=float,
        help="if positive absolute simulation dt in ms; if negative scaler for recorded dt",
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


@dataclass(frozen=True, kw_only=True)
class FitConfig(RecordingOptions, EvaluationOptions, SimulationOptions):
    """A whole fit."""

    algorithm: str = option(
        "Krayzman",
        "-A",
        "--algorithm",
        group=FITTING,
        metavar="ALGOR",
        parse=str,
        help="algorithm for multiobjective evaluation. It can be: Krayzman - for Krayzman's "
        "fitness weighting; NSGA2 - for Pareto nondominate selection; Max - for max scaled "
        "summation; PositiveCor - positive correlation (the same as Krayzman's procedure, but with "
        "the goal of making all correlations positive). An algorithm can be given by first letter "
        "K, N, M or P correspondingly",
    )
    population_size: int = option(
        256,
        "-P",
        "--population-size",
        group=FITTING,
        metavar="PSZ",
        parse=int,
        help="population size. If it is a negative number: the population size is the length of "
        "the fitness vector multiplied by the absolute value of this option; if 0: that length",
    )
    generations: int = option(
        256,
        "-G",
        "--number-generation",
        group=FITTING,
        metavar="NGN",
        parse=int,
        check=at_least(0),
        help="number of generations after the initial population",
    )
    elites: int | None = option(
        None,
        "-E",
        "--number-elites",
        group=FITTING,
        metavar="ELITES",
        parse=int,
        check=at_least(0),
        help="number of elites in the replacement (default 32, but not more than an eighth of the "
        "population; NSGA2 has none)",
    )
    off_log_scale: bool = option(
        False,
        "-L",
        "--off-log-scale",
        group=FITTING,
        help="turn logarithmic search of 'log' parameters off",
    )
    initial_population: str | None = option(
        None,
        "-I",
        "--init-population",
        group=FITTING,
        metavar="INITPOP",
        parse=str,
        help="file with a set of an initial population: a final, checkpoint or archive file of a "
        "run, plain or gzipped, or a model database",
    )
    krayzman_threshold: float = option(
        0.05,
        "-N",
        "--Krayzman-threshould",
        group=FITTING,
        metavar="KRTHR",
        parse=float,
        check=between(-1, 1),
        help="the threshold for Krayzman's iteration procedure of weights adaptation",
    )
    update: float = option(
        10.0,
        "-U",
        "--scales-update",
        group=FITTING,
        metavar="UPDATE",
        parse=float,
        check=between(0, 1e9),
        help="vector length * this scale is the number of fitness vectors before updating "
        "Krayzman's weights or max scalers; 0: every generation (NSGA2 has none)",
    )
    norm_space: bool = option(
        False,
        "-y",
        "--norm-space",
        group=FITTING,
        help="normalize space under the curve: weights sum up to 1 (default: the largest is 1)",
    )
    hold_normalization: bool = option(
        False,
        "-H",
        "--hold-weights-normalization",
        group=FITTING,
        help="hold weights without normalization in iteration procedure (default disable)",
    )
    weight_bound: float | None = option(
        None,
        "-b",
        "--bound-Krayzman-weights",
        group=FITTING,
        metavar="BOUNDKGA",
        parse=float,
        check=at_least(1),
        help="bound weights by [1/x,x] (default disable)",
    )
    mutation_rate: float = option(
        0.1,
        "-M",
        "--mutation-rate",
        group=FITTING,
        metavar="MRATE",
        parse=float,
        check=between(0, 1),
        help="basic mutation rate",
    )
    mutation_slope: float = option(
        0.06,
        "-S",
        "--adaptive-mutation-slope",
        group=FITTING,
        metavar="AMSLOPE",
        parse=float,
        check=between(-1e9, 1e9),
        help="adaptive mutation slope; negative: the rate does not adapt",
    )
    inject_elites: bool = option(
        False,
        "-J",
        "--inJect-elits",
        group=FITTING,
        help="enable dynamic elites: none is kept where the weights have just changed",
    )
    archive_size: int = option(
        5000,
        "--archive-size",
        group=FITTING,
        metavar="N",
        parse=int,
        check=at_least(1),
        help="non-dominated models that are kept",
    )
    seed: int | None = option(
        None,
        "--seed",
        group=FITTING,
        metavar="N",
        parse=int,
        check=at_least(0),
        help="same seed, same inputs: same result, whatever -n is (default: drawn, and logged)",
    )
    log_level: str = option(
        "INFO",
        "-v",
        "--log-level",
        group=RUN,
        metavar="LL",
        parse=str.upper,
        check=one_of("CRITICAL", "ERROR", "WARNING", "INFO", "DEBUG"),
        help="level of logging. [CRITICAL, ERROR, WARNING, INFO, or DEBUG]",
    )
    log_to_screen: bool = option(False, "-u", "--log-to-screen", group=RUN, help="log to screen")
    krayzman_debug: bool = option(
        False,
        "-Z",
        "--Krayzman-debug",
        group=RUN,
        help="enable debug dump for adaptation weight",
    )
    print_every: int = option(
        -1,
        "-p",
        "--printed-checkpoints",
        group=RUN,
        metavar="NCH",
        parse=int,
        check=not_zero,
        help="print out checkpoints every # generation (do not print out if negative)",
    )
    dump_every: int = option(
        8,
        "-d",
        "--dump-checkpoints",
        group=RUN,
        metavar="DCH",
        parse=int,
        check=not_zero,
        help="dump out checkpoints into checkpoint file every # generation (do not dump out if "
        "negative)",
    )
    iteration: int | None = option(
        None,
        "-i",
        "--iteration",
        group=RUN,
        metavar="RITER",
        parse=int,
        check=at_least(0),
        help="adds iteration number to the run's stamp",
    )
    run_stamp: str | None = option(
        None,
        "-a",
        "--run-stamp",
        group=RUN,
        metavar="RSTEMP",
        parse=str,
        check=file_name,
        help="use this run stamp instead of the generated one",
    )
    slurm_id: str | None = option(
        None,
        "--slurm-id",
        group=RUN,
        metavar="SLURMID",
        parse=str,
        check=file_name,
        help="add SLURM ID into the stamp",
    )
    log_population: bool = option(
        False, "--log-population", group=RUN, help="record population into log file"
    )
    log_archive: bool = option(
        False, "--log-archive", group=RUN, help="record archive into log file"
    )
    dry_run: bool = option(False, "--dry-run", group=RUN, help="exit after init everything")
    output: str | None = option(
        None,
        "--output",
        group=RUN,
        metavar="DIR",
        parse=str,
        help="folder of the results (default: the recording's)",
    )
    figure: str | None = option(
        None,
        "--figure",
        group=RUN,
        metavar="FILE",
        parse=str,
        help="draw the best model's voltage over the recording's into this file (.png, .pdf, .svg)",
    )
    resume: str | None = option(
        None,
        "--resume",
        group=RUN,
        metavar="RUN",
        parse=str,
        later=True,
        help="continue a run (not available yet)",
    )
