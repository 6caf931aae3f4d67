"""From the user's options to a problem and a strategy."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from pyneuronautofit._native import isa
from pyneuronautofit._options import taken
from pyneuronautofit._types import FloatArray
from pyneuronautofit.errors import MaskError, UsageError
from pyneuronautofit.fitting.cells import CellPlan, Pull, joint_space, plan_cells, refuse_cells
from pyneuronautofit.fitting.config import FitConfig
from pyneuronautofit.fitting.problem import Problem, ReferenceSimulator
from pyneuronautofit.fitting.readers import (
    note_unread_by_algorithm,
    note_unread_by_modes,
    note_unread_weights,
)
from pyneuronautofit.fitting.reduction import Downsampler, reduce_recording, stimulus_on
from pyneuronautofit.fitting.several import recording_options, shares_of, split_word
from pyneuronautofit.models import CellSource, Model, load_model
from pyneuronautofit.objectives import (
    EvaluationOptions,
    EvaluationSettings,
    Suite,
    bind_suite,
    note_threshold,
    read_settings,
)
from pyneuronautofit.objectives.residuals import read_weights
from pyneuronautofit.optimisers import (
    Merits,
    ResidualRows,
    Strategy,
    algorithm_letter,
    build_strategy,
)
from pyneuronautofit.recordings import (
    ChannelChoice,
    ChosenSweeps,
    Recording,
    RecordingOptions,
    StimulusWindow,
    SweepChoice,
    corrected,
    detect_stimulus,
    in_a_line,
    read_sweeps,
    stimulus_from_times,
)
from pyneuronautofit.simulators import (
    Experiment,
    NeuronSimulator,
    Precision,
    PreferredSimulator,
    SimulationOptions,
    Simulator,
    plan_experiment,
)
from pyneuronautofit.space import ParameterSpace, cell_columns

_log = logging.getLogger(__name__)


def open_sweeps(options: RecordingOptions, path: Path | None = None) -> ChosenSweeps:
    """Read the recording, or another one with the same options; its reader logs what it took."""
    channels = ChannelChoice(options.voltage_channel, options.current_channel)
    file, own = split_word(str(path or options.recording))
    asked = options.sweeps if own is None else own
    found = read_sweeps(file, channels, None if asked is None else SweepChoice(asked))
    right = corrected(found.recording, options.voltage_offset_mV, options.added_current_pA)
    return replace(found, recording=right)


def open_recording(options: RecordingOptions, path: Path | None = None) -> Recording:
    """Read the recording as `open_sweeps` does, without what is left out."""
    return open_sweeps(options, path).recording


def stimulus_window(
    options: RecordingOptions, recording: Recording, *, shown: bool = False
) -> StimulusWindow:
    """Return the stimulus that the user gave, or else the one that is detected, and log it.

    Parameters
    ----------
    shown
        Whether it is to be shown to the user, who is told it by nobody else.
    """
    if options.stimulus is None:
        command_pA = recording.command_pA
        window = detect_stimulus(
            recording.current_pA if command_pA is None else command_pA,
            recording.step_ms,
            recording.name,
            is_command=recording.current_is_command or command_pA is not None,
        )
    else:
        window = stimulus_from_times(*options.stimulus, recording.step_ms, recording.n_sample)
    reason = window.reason and f", {window.reason}"
    threshold_mV = getattr(options, "spike_threshold_mV", None)
    _log.info(
        "%s: stimulus %s%s; %s",
        recording.name,
        window.spelt(recording.step_ms),
        reason,
        in_a_line(recording, window, threshold_mV),
        extra={"notice": True} if shown else None,
    )
    return window


def evaluation_settings(
    options: EvaluationOptions, modes: str | None = None, downsampler: str | None = None
) -> EvaluationSettings:
    """Return the settings of the evaluation, with the mask read; `modes` before the options'."""
    chosen = modes or options.modes
    note_unread_by_modes(options, chosen)
    return read_settings(options, modes=chosen, downsampler=downsampler)


def build_simulator(
    source: CellSource, experiment: Experiment, options: SimulationOptions
) -> Simulator:
    """Build the simulator that was asked for; its processes start when they are needed.

    Raises
    ------
    UsageError
        If options contradict each other; AnotherLevelError if this process cannot compute with
        the level that they name.
    """
    isa.require(options.isa)
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
    """Read the recordings, load the model and build everything that decides a candidate's scores.

    Parameters
    ----------
    working_directory
        Where a project file or compiled channels may be; see `load_model`.

    Raises
    ------
    PyNeuronAutofitError
        Whatever is wrong with the recordings, the model or the options.
    """
    recordings, model = open_inputs(config, working_directory)
    return build_problems(config, recordings, model)


def open_inputs(config: FitConfig, working_directory: Path) -> tuple[list[Recording], Model]:
    """Read the recordings and load the model; raises as `open_problem`."""
    # The recordings first: a wrong file name should not wait for channels to be compiled.
    recordings = [open_recording(each) for each in recording_options(config)]
    model = load_model(config.project_path(), working_directory)
    _log.info("model: %s, version %s", model.description, model.version)
    return recordings, model


def build_problems(config: FitConfig, recordings: Sequence[Recording], model: Model) -> Problem:
    """Build everything that decides a candidate's scores on one recording or several.

    Raises
    ------
    PyNeuronAutofitError
        Whatever is wrong with a stimulus, the mask, the modes, the weights or the parameters.
    """
    problem = _on_all(config, recordings, model)
    if config.weights is not None and not problem.weights.all():
        _log.info("%d components count 0", int((problem.weights == 0).sum()))
    return problem


def _on_all(config: FitConfig, recordings: Sequence[Recording], model: Model) -> Problem:
    options = recording_options(config)
    names = [each.name for each in recordings]
    plan = plan_cells(config, names)
    if len(recordings) == 1:
        return build_problem(options[0], recordings[0], model)
    fitted: list[Problem] = []
    elsewhere: list[Problem] = []
    shares = shares_of(config.mask, config.hold_out, names)
    for own, recording, share in zip(options, recordings, shares, strict=True):
        # What is held out as a whole is looked at as it would be fitted.
        of_it = replace(own, mask=share.mask, hold_out=share.hold_out)
        try:
            part = build_problem(of_it, recording, model)
        except (UsageError, MaskError) as error:
            raise type(error)(f"{recording.name}: {error}") from error
        (fitted if share.fitted else elsewhere).append(part)
    if plan is not None:
        fitted, elsewhere = of_cells(config, plan, fitted), of_cells(config, plan, elsewhere)
        plan.check_fitted([part.recording.name for part in fitted])
    return replace(fitted[0], beside=tuple(fitted[1:]), elsewhere=tuple(elsewhere))


def of_cells(config: FitConfig, plan: CellPlan, parts: Sequence[Problem]) -> list[Problem]:
    """Return problems on recordings of several cells, each with the parameters of its own."""
    if not parts:
        return []
    space = joint_space(config, plan.cells, parts[0].space)
    columns = {cell: cell_columns(space, cell) for cell in plan.cells}
    pull = None if config.pull is None else Pull.on(space, config.pull)
    return [
        replace(
            part, space=space, columns=columns[plan.of_recording[part.recording.name]], pull=pull
        )
        for part in parts
    ]


def build_problem(
    config: FitConfig,
    recording: Recording,
    model: Model,
    *,
    window: StimulusWindow | None = None,
) -> Problem:
    """Build everything that decides a candidate's scores on one recording.

    Parameters
    ----------
    window
        The stimulus, in samples of what is compared; None: it is looked for, or was given.

    Raises
    ------
    PyNeuronAutofitError
        Whatever is wrong with the stimulus, the mask, the modes or the parameters.
    """
    target = reduce_recording(recording, model.downsampler)
    window = window or stimulus_window(config, target)
    settings = evaluation_settings(config, downsampler=_name_of(model.downsampler))
    suite: Suite = bind_suite(target, window, settings)
    note_threshold(suite, target)
    experiment = plan_experiment(
        recording,
        stimulus_on(window, target, recording),
        suite.sweeps,
        config.step_ms,
        config.temperature_degC,
    )
    space = ParameterSpace.from_rows(model.parameters, log_search=not config.off_log_scale)
    refuse_cells(space)
    simulator = build_simulator(model.cell_source, experiment, config)

    def make() -> NeuronSimulator:
        return NeuronSimulator(model.cell_source, experiment, config.n_worker, config.time_limit_s)

    def largest() -> int:
        return getattr(simulator, "largest_cell", 0)

    reference = ReferenceSimulator(experiment.clock.dt_ms, make, largest)
    return Problem(
        recording,
        target,
        window,
        space,
        suite,
        simulator,
        model.downsampler,
        model.version,
        None if config.adaptive is None else reference,
        read_weights(config.weights, [member.code for member in suite.members]),
    )


def _name_of(downsampler: Downsampler | None) -> str | None:
    """Return what result files call a downsampler, which need not be a function."""
    return None if downsampler is None else getattr(downsampler, "__name__", "downsampler")


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
    note_unread_by_algorithm(config, letter)
    asked: list[Merits] = []

    def make_merits() -> Merits:
        asked.append(Merits(problem.weights, taken(ResidualRows, problem.residuals)))
        return asked[-1]

    strategy = build_strategy(
        letter,
        problem.space,
        config,
        n_score=len(problem.whole.markers),
        initial=initial,
        make_merits=make_merits,
    )
    if config.weights is not None and not asked:
        note_unread_weights(letter)
    return strategy
