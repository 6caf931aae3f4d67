"""What the user decides about a fit: a frozen record of the command line's options."""

from __future__ import annotations

from dataclasses import dataclass

from pyneuronautofit._options import at_least, between, file_name, not_zero, one_of, option
from pyneuronautofit.fit.common import (
    FITTING,
    RUN,
    EvaluationOptions,
    RecordingOptions,
    SimulationOptions,
)


@dataclass(frozen=True, kw_only=True)
class FitConfig(RecordingOptions, EvaluationOptions, SimulationOptions):
    """A whole fit."""

    adaptive_by_default = True

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
    refine: float = option(
        0.0,
        "--refine",
        group=FITTING,
        metavar="SHARE",
        parse=float,
        check=between(0, 1),
        help="share of the generations, the last ones, in which the mutation rate does not adapt: "
        "the population refines what it has found",
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
        help="go on with a run, given by its stamp or its .sqlite file, up to its -G or a larger "
        "one; everything else is as it was, and need not be given again",
    )
    extend: bool = option(
        False,
        "--extend",
        group=RUN,
        help="with --resume: allow what changes the result from there on: another --archive-size, "
        "--time-limit or --refine, other versions of the libraries",
    )
