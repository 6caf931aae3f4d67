"""Taking a run up again: with its own settings, and only if what it depends on is the same."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pyneuronautofit._options import Resumed, options_of
from pyneuronautofit._text import quoted
from pyneuronautofit._types import Json
from pyneuronautofit.errors import RecordingError, RunError, UsageError
from pyneuronautofit.fitting.budget import Budget, lasting, plan_of
from pyneuronautofit.fitting.build import build_problems, open_inputs
from pyneuronautofit.fitting.config import FitConfig
from pyneuronautofit.fitting.engine import Progress, beginning
from pyneuronautofit.fitting.gains import Gains, with_leader
from pyneuronautofit.fitting.options import FitOptions, WorkerOptions
from pyneuronautofit.fitting.problem import Problem
from pyneuronautofit.fitting.resumed.identity import run_identity
from pyneuronautofit.fitting.resumed.plugged import missing_plug_ins, plug_ins_of
from pyneuronautofit.fitting.resumed.settings import options_from
from pyneuronautofit.fitting.several import recording_options, recording_word, split_word
from pyneuronautofit.models import Model
from pyneuronautofit.objectives import mask_text, used_mask
from pyneuronautofit.optimisers import (
    ParetoArchive,
    Population,
    Strategy,
    algorithm_letter,
    algorithm_plans,
    stored_algorithm,
)
from pyneuronautofit.runs import History, RunReader

_log = logging.getLogger(__name__)
# Options that are lists in a store.
_SEVERAL = ("beside", "plugins", "cells", "shared", "private")
_ANEW = "Start a new run from its population with -I {}"


@dataclass(frozen=True)
class OpenedFit:
    """Everything that a run's results depend on.

    Attributes
    ----------
    config
        The options.
    problem
        What is solved.
    model
        The neuron model in it.
    recording
        The recording's file.
    identity
        Digests and versions; see `run_identity`.
    """

    config: FitConfig
    problem: Problem
    model: Model
    recording: Path
    identity: Mapping[str, Json]


def open_fit(config: FitConfig, working_directory: Path) -> OpenedFit:
    """Open a problem as `open_problem` does, and know by which files it is that problem."""
    recordings, model = open_inputs(config, working_directory)
    problem = build_problems(config, recordings, model)
    path, *beside = (Path(each.recording).absolute() for each in recording_options(config))
    plug_ins = plug_ins_of(config, [path, *beside])
    identity = run_identity(path, model.cell_source, beside, plug_ins)
    return OpenedFit(config, problem, model, path, identity)


def stored_settings(config: FitOptions, problem: Problem) -> dict[str, Json]:
    """Return the value of every option, as a store holds it."""
    # Where a run is evaluated is said anew where it goes on.
    names = options_of(config).keys() - options_of(WorkerOptions).keys()
    settings = {name: getattr(config, name) for name in options_of(config) if name in names}
    # A mask's file may be changed or moved while the run is not finished.
    mask = problem.suite.settings.mask.literal
    if problem.beside or problem.elsewhere:
        mask = None if config.mask is None else mask_text(config.mask)
    # A file that has moved is named anew; nothing is executed because a store names it.
    several = {name: list(getattr(config, name)) for name in _SEVERAL}
    settings["algorithm"] = stored_algorithm(config.algorithm)
    # That of a job is gone with it, and nothing depends on it.
    settings["scratch"] = None
    return {**settings, **several, "mask": mask}


def config_of(run: RunReader) -> FitOptions:
    """Return the options of a run, as its last session had them.

    Raises
    ------
    RunError
        If it has options that this version does not know, or does not say what it had.
    """
    known = options_of(FitOptions)
    unknown = [name for name in run.info.settings if name not in known]
    if unknown:
        raise RunError(
            f"{run.path} was written by another version of pyneuronautofit: it has the options "
            f"{quoted(unknown)}. Use {run.header.program} for it"
        )
    settings = dict(run.info.settings)
    for session in run.sessions[-1:]:
        latest = session.content.get("settings")
        if latest is None:
            raise RunError(
                f"{run.path} does not say with what it was made: its last session has no settings. "
                "It can be neither continued nor simulated again; its models can be used with "
                f"'collect', or in a new run with -I {run.path}"
            )
        changing = _options_that_are(Resumed.EXTENDED, Resumed.LONGER)
        settings |= {name: latest[name] for name in changing & latest.keys()}
    if isinstance(settings.get("mask"), str):
        settings["mask"] = used_mask(settings["mask"], settings.get("modes", FitOptions.modes))
    return options_from(settings, run.path)


def resumed_config(
    run: RunReader, given: Mapping[str, Any], *, searching: bool = True
) -> FitOptions:
    """Return a run's options with those that were given now.

    Parameters
    ----------
    given
        Field -> value, of the flags that stand on the command line.
    searching
        Whether its search goes on; else its models are simulated again, and nothing else.

    Raises
    ------
    UsageError
        If one of them is another than the run's, and decides its results.
    RunError
        If a plug-in is not there that it was made with.
    """
    config = config_of(run)
    if missing := missing_plug_ins(run.info.identity, searching=searching):
        raise RunError(f"{run.path.stem}: {missing}")
    extend = bool(given.get("extend", False))
    _refuse_others(config, given, run)
    changed = {n: v for n, v in given.items() if not _is_same(n, getattr(config, n), v)}
    needing = [name for name in changed if name in _options_that_are(Resumed.EXTENDED)]
    if config.refine or config.polish or algorithm_plans(config.algorithm):
        needing += [name for name in ("generations", "evaluations") if name in changed]
    if needing and not extend:
        raise UsageError(
            f"--resume {run.path.stem}: {_said(config, given, needing)}. That makes it another run "
            "than it would have been: add --extend if that is what you want, or leave it out"
        )
    _refuse_less(run, config, given)
    _refuse_generations(run, config, given)
    where = {
        "recording": _recording_of(config, run, given),
        "beside": _beside_of(config, run, given),
        "project": _project_of(run, given),
    }
    return replace(config, **{**given, **where, "extend": extend})


def working_directory_of(run: RunReader) -> Path:
    """Return the directory that the run was started in, or the present one if it is gone."""
    directory = Path(str(run.info.places["directory"]))
    return directory if directory.is_dir() else Path.cwd()


def resumed_progress(
    run: RunReader,
    strategy: Strategy[Any],
    budget: Budget,
    *,
    gains: Gains | None = None,
    keep_all: bool = True,
) -> Progress:
    """Return the search as the run's last generation left it, to the last bit.

    Parameters
    ----------
    gains
        What is so before the first generation; None: nobody asks for gains.
    keep_all
        Whether its history has all evaluations, or only those in the archive.

    Raises
    ------
    RunError
        If the stored state is not one of this strategy.
    """
    if run.last is None:
        return beginning(strategy, budget, keep_all=keep_all)
    strategy = lasting(strategy, plan_of(budget, strategy))
    state = run.restored_state(run.last.number, type(strategy.init(budget.seed)))
    population = _population_of(run, strategy, state)
    history, rows = History(whole=keep_all), run.archive()
    for _generation, block in run.blocks():
        history.append(block.parameters, block.scores)
        gains = None if gains is None else gains.after(block.scores)
        history.keep(with_leader(rows, gains))
    archive = ParetoArchive(rows, run.evaluations(rows).scores, budget.archive_size)
    return Progress(
        run.last.number,
        state,
        population,
        archive,
        history,
        seconds=run.last.seconds,
        gains=gains,
        phase=strategy.phase(state),
    )


def _population_of(run: RunReader, strategy: Strategy[Any], state: Any) -> Population:
    """Return the population of a stored state, having made sure that a search goes on from it.

    Raises
    ------
    RunError
        If it does not: its parts are of other sizes, for instance.
    """
    try:
        population = strategy.population(state)
        strategy.ask(state)
    except (ValueError, TypeError, LookupError, ArithmeticError, AttributeError) as error:
        raise RunError(
            f"{run.path}: its search cannot go on from the state that is stored ({error!r:.200}). "
            f"{_ANEW.format(run.path)}"
        ) from error
    return population


def refuse_others(config: FitOptions, given: Mapping[str, Any], who: str, remedy: str) -> None:
    """Raise UsageError if one of the options that are given is another than the run's.

    Parameters
    ----------
    config
        The run's.
    given
        Field -> value.
    who, remedy
        The beginning and the end of the message.
    """
    others = [
        name for name, value in given.items() if not _is_same(name, getattr(config, name), value)
    ]
    if others:
        raise UsageError(f"{who}: {_said(config, given, others)}. {remedy}")


def _refuse_others(config: FitOptions, given: Mapping[str, Any], run: RunReader) -> None:
    """Raise UsageError if an option that decides the results is another than the run's."""
    fixed = _options_that_are(Resumed.SAME)
    refuse_others(
        config,
        {name: value for name, value in given.items() if name in fixed},
        f"--resume {run.path.stem}",
        "A run is continued with its own settings: leave that out, or start a new run from its "
        f"population with -I {run.path}",
    )


def _refuse_less(run: RunReader, config: FitOptions, given: Mapping[str, Any]) -> None:
    """Raise UsageError if the run is longer already than it is to be."""
    evaluations = given.get("evaluations", config.evaluations)
    if evaluations is not None:
        if evaluations < run.n_evaluation:
            raise UsageError(
                f"--resume {run.path.stem}: the run has {run.n_evaluation} evaluations already, "
                f"but --evaluations {evaluations} is asked for; give as many or more"
            )
        return
    asked = given.get("generations", config.generations)
    done = run.last.number if run.last else -1
    if asked < done and not algorithm_plans(config.algorithm):
        raise UsageError(
            f"--resume {run.path.stem}: the run has {done} generations already, but -G {asked} "
            f"is asked for; give -G {done} or more"
        )


def _refuse_generations(run: RunReader, config: FitOptions, given: Mapping[str, Any]) -> None:
    """Raise UsageError if another number of generations is asked for, which would do nothing."""
    asked = given.get("generations", config.generations)
    evaluations = given.get("evaluations", config.evaluations)
    if asked != config.generations and evaluations is not None:
        raise UsageError(
            f"--resume {run.path.stem}: -G {asked} does nothing, as --evaluations {evaluations} "
            "limits the run: it goes on with more --evaluations"
        )


def _options_that_are(*kinds: Resumed) -> set[str]:
    """Return which options of a fit may be given like that where it is taken up again."""
    options = options_of(FitOptions).items()
    return {name for name, (described, _default) in options if described.resumed in kinds}


def _is_same(name: str, one: Any, other: Any) -> bool:
    if name == "algorithm":
        return algorithm_letter(one) == algorithm_letter(other)
    return bool(one == other)


def _said(config: FitOptions, given: Mapping[str, Any], names: list[str]) -> str:
    """Say what the run has and what is asked for."""
    options = options_of(config)
    flags = [options[name][0].name for name in names]
    return "; ".join(
        f"the run has {flag} {_shown(getattr(config, name))}, but {flag} {_shown(given[name])} is "
        "asked for"
        for flag, name in zip(flags, names, strict=True)
    )


def _shown(value: Any) -> str:
    return "at its default" if value is None else str(value)


def _recording_of(config: FitOptions, run: RunReader, given: Mapping[str, Any]) -> str:
    """Return where the recording is, with the sweeps that are its own."""
    _path, sweeps = split_word(config.recording)
    if given.get("recording"):
        path, other = split_word(given["recording"])
        return recording_word(path, sweeps if other is None else other)
    return recording_word(_found(Path(str(run.info.places["recording"])), run), sweeps)


def _beside_of(config: FitOptions, run: RunReader, given: Mapping[str, Any]) -> tuple[str, ...]:
    """Return where the further recordings are, with the sweeps that are their own."""
    if given.get("beside"):
        return tuple(given["beside"])
    was = [split_word(word) for word in config.beside]
    return tuple(recording_word(_found(path, run), sweeps) for path, sweeps in was)


def _found(was: Path, run: RunReader) -> Path:
    """Return where a recording is: where it was, or beside the store, or here."""
    beside, here = run.path.absolute().parent, Path.cwd()
    for path in (was, beside / was.name, here / was.name):
        if path.is_file():
            return path
    folders = " or ".join(dict.fromkeys(str(folder.resolve()) for folder in (beside, here)))
    # Other commands that read a run take no recording.
    raise RecordingError(
        f"the recording of {run.path.stem} is not there any more: it was {was}. Put it there "
        f"again, or put it, or a link to it, as {was.name} into {folders}. To go on from it, "
        "give it on the command line, behind --resume RUN or polish RUN"
    )


def _project_of(run: RunReader, given: Mapping[str, Any]) -> str | None:
    if given.get("project"):
        # Where the user is, not where the run was started.
        return str(Path(given["project"]).absolute())
    project = run.info.places["project"]
    return None if project is None else str(project)
