"""From the user's options to a problem and a strategy."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

from pyneuronautofit._options import options_of
from pyneuronautofit._types import FloatArray
from pyneuronautofit.errors import UsageError
from pyneuronautofit.fit.common import EvaluationOptions, RecordingOptions, SimulationOptions
from pyneuronautofit.fit.config import FitConfig
from pyneuronautofit.fit.problem import Problem, ReferenceSimulator
from pyneuronautofit.fit.reduction import reduce_recording, stimulus_on
from pyneuronautofit.models import CellSource, Model, load_model
from pyneuronautofit.objectives import (
    ALL_MODES,
    EvaluationSettings,
    Mask,
    Suite,
    bind_suite,
    read_mask,
)
from pyneuronautofit.optimisers import (
    ALGORITHMS,
    SearchSettings,
    Strategy,
    algorithm_letter,
    build_strategy,
)
from pyneuronautofit.recordings import (
    ChannelChoice,
    Recording,
    StimulusWindow,
    detect_stimulus,
    read_recording,
    stimulus_from_times,
)
from pyneuronautofit.simulators import (
    Experiment,
    NeuronSimulator,
    Precision,
    PreferredSimulator,
    Simulator,
    plan_experiment,
)
from pyneuronautofit.space import ParameterSpace

_log = logging.getLogger(__name__)

# Which modes read an evaluation option, for a note where none of them was chosen.
_READERS = {
    "spike_count": "TSW",
    "spike_threshold_mV": "ONTSAWFUZ",
    "before_spike": "SAU",
    "after_spike": "SAU",
    "spike_zoom": "Z",
    "histogram_bins": "PQ",
    "smoothing_kernel_ms": "X",
}


# Which algorithms read a search option, for a note where another was chosen.
_ALGORITHMS_THAT_READ = {
    "elites": "KMP",
    "update": "KMP",
    "inject_elites": "KMP",
    "krayzman_threshold": "K",
    "norm_space": "KP",
    "hold_normalization": "KP",
    "weight_bound": "KP",
    "krayzman_debug": "KP",
}


def open_recording(options: RecordingOptions, path: Path | None = None) -> Recording:
    """Read the recording, or another one with the same options; its reader logs what it took."""
    choice = ChannelChoice(options.voltage_channel, options.current_channel)
    return read_recording(path or Path(options.recording), choice)


def stimulus_window(options: RecordingOptions, recording: Recording) -> StimulusWindow:
    """Return the stimulus that the user gave, or else the one that is detected."""
    if options.stimulus is None:
        window = detect_stimulus(recording.current_pA, recording.name, recording.step_ms)
    else:
        window = stimulus_from_times(*options.stimulus, recording.step_ms, recording.n_sample)
    _log.info(
        "stimulus: samples %d to %d (%g to %g ms)",
        window.first, window.last,
        window.first * recording.step_ms, (window.last + 1) * recording.step_ms,
    )  # fmt: skip
    return window


def evaluation_settings(options: EvaluationOptions, modes: str | None = None) -> EvaluationSettings:
    """Return the settings of the evaluation, with the mask read; `modes` before the options'."""
    _note_unread_options(options, modes or options.modes)
    return EvaluationSettings(
        modes=modes or options.modes,
        mask=Mask() if options.mask is None else read_mask(options.mask, ALL_MODES),
        spike_count=options.spike_count,
        spike_threshold_mV=options.spike_threshold_mV,
        before_spike=options.before_spike,
        after_spike=options.after_spike,
        spike_zoom=options.spike_zoom,
        histogram_bins=options.histogram_bins,
        collapse=options.collapse,
        smoothing_kernel_ms=options.smoothing_kernel_ms,
    )


def build_simulator(
    source: CellSource, experiment: Experiment, options: SimulationOptions
) -> Simulator:
    """Build the simulator that was asked for; its processes start when they are needed.

    Raises
    ------
    UsageError
        If options contradict each other.
    """
    if options.simulator == "neuron":
        if options.precision != "double":
            raise UsageError(
                f"--precision {options.precision} is for the batch simulator; NEURON computes in "
                "double precision. Leave out one of --precision and --simulator neuron."
            )
        return NeuronSimulator(source, experiment, options.n_worker, options.time_limit_s)
    precision: Precision = "single" if options.precision == "single" else "double"
    return PreferredSimulator(
        source,
        experiment,
        precision,
        options.n_worker,
        options.time_limit_s,
        adaptive=options.adaptive,
        insist=options.simulator == "batch",
    )


def open_problem(config: FitConfig, working_directory: Path) -> Problem:
    """Read the recording, load the model and build everything that decides a candidate's scores.

    Parameters
    ----------
    working_directory
        Where a project file or compiled channels may be; see `load_model`.

    Raises
    ------
    PyNeuronAutofitError
        Whatever is wrong with the recording, the model or the options.
    """
    return build_problem(config, *open_inputs(config, working_directory))


def open_inputs(config: FitConfig, working_directory: Path) -> tuple[Recording, Model]:
    """Read the recording and load the model; raises as `open_problem`."""
    # The recording first: a wrong file name should not wait for channels to be compiled.
    recording = open_recording(config)
    model = load_model(None if config.project is None else Path(config.project), working_directory)
    _log.info("model: %s, version %s", model.description, model.version)
    return recording, model


def build_problem(config: FitConfig, recording: Recording, model: Model) -> Problem:
    """Build everything that decides a candidate's scores.

    Raises
    ------
    PyNeuronAutofitError
        Whatever is wrong with the stimulus, the mask, the modes or the parameters.
    """
    target = reduce_recording(recording, model.downsampler)
    window = stimulus_window(config, target)
    suite: Suite = bind_suite(target, window, evaluation_settings(config))
    experiment = plan_experiment(
        recording,
        stimulus_on(window, target, recording),
        suite.sweeps,
        config.step_ms,
        config.temperature_degC,
    )
    space = ParameterSpace.from_rows(model.parameters, log_search=not config.off_log_scale)
    simulator = build_simulator(model.cell_source, experiment, config)

    def make() -> Simulator:
        return NeuronSimulator(model.cell_source, experiment, config.n_worker, config.time_limit_s)

    return Problem(
        recording,
        target,
        window,
        space,
        suite,
        simulator,
        model.downsampler,
        model.version,
        None if config.adaptive is None else ReferenceSimulator(experiment.clock.dt_ms, make),
    )


def build_search(
    config: FitConfig, problem: Problem, initial: FloatArray | None = None
) -> Strategy[Any]:
    """Build the strategy that was asked for.

    Parameters
    ----------
    initial : FloatArray, shape (n_given, n_param), model values, or None
        Candidates to begin with; nan where a value is to be drawn.
    """
    letter = algorithm_letter(config.algorithm)
    _note_unread(config, letter, ALGORITHMS[letter])
    settings = SearchSettings(
        population_size=_population_size(config.population_size, len(problem.suite.markers)),
        mutation_rate=config.mutation_rate,
        mutation_slope=config.mutation_slope,
        refined_after=_refined_after(config),
        elites=config.elites,
        update=config.update,
        krayzman_threshold=config.krayzman_threshold,
        normalise_sum=config.norm_space,
        hold_normalisation=config.hold_normalization,
        weight_bound=config.weight_bound,
        dynamic_elites=config.inject_elites,
        initial=initial,
    )
    return build_strategy(letter, problem.space, settings)


def _refined_after(config: FitConfig) -> int | None:
    """Return the last generation whose mutation adapts."""
    return None if not config.refine else round(config.generations * (1.0 - config.refine))


def _population_size(asked: int, n_score: int) -> int:
    """Return the population size of -P: below 1 it counts lengths of the objective vector."""
    size = asked if asked > 0 else max(-asked, 1) * n_score
    if size < 2:
        raise UsageError(
            f"-P {asked}: the population would have {size} member(s), but a search needs at least "
            f"2 (the objective vector has {n_score} component(s))"
        )
    return size


def _note_unread_options(options: EvaluationOptions, chosen: str) -> None:
    for name, (described, default) in options_of(options).items():
        modes = _READERS.get(name, "")
        if modes and getattr(options, name) != default and not set(modes) & set(chosen):
            _log.info(
                "%s is used by the modes %s only; none of them is in -m %s",
                described.flags[0], modes, chosen,
            )  # fmt: skip


def _note_unread(config: FitConfig, letter: str, name: str) -> None:
    for field, (described, default) in options_of(config).items():
        letters = _ALGORITHMS_THAT_READ.get(field, letter)
        if letter not in letters and getattr(config, field) != default:
            _log.info("%s is ignored: %s does not use it", described.flags[0], name)
