"""One run: a new one, or one that is taken up again."""

from __future__ import annotations

import logging
import platform
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np

from pyneuronautofit._options import taken
from pyneuronautofit._text import quoted
from pyneuronautofit._types import FloatArray, Json
from pyneuronautofit.database import StoredModels, read_models, read_run_models
from pyneuronautofit.database.interrupted import salvage
from pyneuronautofit.database.joint import put_together
from pyneuronautofit.database.models import models_of
from pyneuronautofit.errors import DatabaseError, UsageError
from pyneuronautofit.fitting import (
    Budget,
    FitOptions,
    OpenedFit,
    Plan,
    Problem,
    Progress,
    build_search,
    check_same,
    evaluation_as_json,
    open_fit,
    plan_of,
    recording_word,
    split_word,
    stored_settings,
    working_directory_of,
)
from pyneuronautofit.fitting.evaluators import on_workers
from pyneuronautofit.fitting.floors.stopping import floor_to_reach
from pyneuronautofit.fitting.notes.stuck import about_unused, closing_notes
from pyneuronautofit.fitting.outcome.counted import floor_of
from pyneuronautofit.optimisers import Strategy, algorithm_letter
from pyneuronautofit.runs import Header, RunFiles, RunInfo, RunReader, make_stamp
from pyneuronautofit.simulators import RunStatus

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class FitSession:
    """What belongs to one run.

    Attributes
    ----------
    config
        The options.
    command
        The command line.
    opened
        Recording, model and problem.
    strategy
        The search.
    files
        Where it writes.
    header
        The head of its files.
    initial : FloatArray, shape (n_given, n_param), model values, or None
        The candidates that the run began with.
    directory
        The working directory that the model may depend on.
    stored
        The run that is taken up again; None: it is a new one.
    """

    config: FitOptions
    command: str
    opened: OpenedFit
    strategy: Strategy[Any]
    files: RunFiles
    header: Header
    initial: FloatArray | None
    directory: Path
    stored: RunReader | None

    @property
    def problem(self) -> Problem:
        """What is solved."""
        return self.opened.problem

    @property
    def budget(self) -> Budget:
        """How long the search goes on."""
        return taken(Budget, self.config, seed=self.config.seed or 0)

    @property
    def n_evaluation(self) -> int:
        """How many candidates there will be, at most."""
        return self.plan.evaluations

    @property
    def plan(self) -> Plan:
        """How long the search goes on, for its strategy."""
        return plan_of(self.budget, self.strategy)

    def notes_on(self, progress: Progress) -> tuple[str, ...]:
        """Return what a person should know about a search that has ended."""
        unused = about_unused(progress, self.budget.evaluations)
        return (*closing_notes(progress, self.strategy), *([unused] if unused else []))

    def run_info(self) -> RunInfo:
        """Return what the store of a new run begins with."""
        problem, suite = self.problem, self.problem.whole
        project = self.opened.model.cell_source.project
        return RunInfo(
            header=self.header,
            settings=stored_settings(self.config, problem),
            identity=self.opened.identity,
            places={
                "recording": str(self.opened.recording),
                "project": None if project is None else str(project),
                "directory": str(self.directory),
            },
            mode_sizes=tuple(
                (member.code, n) for member, n in zip(suite.members, suite.n_scores, strict=True)
            ),
            log_search=problem.space.log_search,
            statuses={status.name: status.value for status in RunStatus},
            initial=self.initial,
            floor=problem.floor.as_json(),
        )

    def content(self) -> Mapping[str, Json]:
        """Return what the store says about this sitting."""
        return {
            "command": self.command,
            "generations": self.plan.generations,
            "evaluations": self.plan.evaluations,
            "settings": stored_settings(self.config, self.problem),
            "versions": self.opened.identity["versions"],
            "simulator": self.problem.simulator.description,
            "n_worker": self.config.n_worker,
            "host": platform.node(),
        }


def new_session(
    config: FitOptions,
    command: str,
    *,
    directory: Path | None = None,
    choose: Callable[[OpenedFit], FloatArray | None] | None = None,
) -> FitSession:
    """Open everything that a new run needs.

    Parameters
    ----------
    directory
        Where a project file or compiled channels may be; None: the present one.
    choose
        Returns the candidates to begin with (model values); None: those of the flag -I.
    """
    config = _settled(_with_seed(config))
    directory = directory or Path.cwd()
    opened = on_workers(open_fit(config, directory), config, directory)
    problem = opened.problem
    initial = _initial(config, problem) if choose is None else choose(opened)
    floor_to_reach(problem, config.stop_after)
    strategy = build_search(config, problem, initial)
    files = _new_files(config, problem.version)
    # Before the model is built, which may take a while.
    files.refuse_taken()
    header = _header(opened, command)
    return FitSession(config, command, opened, strategy, files, header, initial, directory, None)


def resumed_session(config: FitOptions, command: str, stored: RunReader) -> FitSession:
    """Open everything that a run needs to go on.

    Raises
    ------
    RunError
        If something of it is not what it was.
    """
    directory = working_directory_of(stored)
    opened = open_fit(config, directory)
    floor = floor_of(stored)
    if floor is not None:
        # What it was begun with: the same bits, also where another machine computes.
        opened = replace(opened, problem=replace(opened.problem, known_floor=floor))
    floor_to_reach(opened.problem, config.stop_after)
    opened = on_workers(opened, config, directory)
    initial = stored.info.initial
    strategy = build_search(config, opened.problem, initial)
    check_same(stored, opened, _header(opened, command), extend=config.extend)
    header = stored.header
    return FitSession(
        config, command, opened, strategy, stored.files, header, initial, directory, stored
    )


def _initial(config: FitOptions, problem: Problem) -> FloatArray | None:
    """Read the candidates to begin with (the flag -I)."""
    if config.initial_population is None:
        return None
    path = Path(config.initial_population)
    stored = read_run_models(config.initial_population, Path.cwd()) or _read_file(path)
    return searched_values(stored, path, problem, "-I")


def searched_values(stored: StoredModels, path: Path, problem: Problem, flag: str) -> FloatArray:
    """Return what models have of the searched parameters, as candidates to begin with.

    Parameters
    ----------
    path, flag
        Where they are, and what named it, for messages.

    Returns
    -------
    FloatArray, shape (n_model, n_param), model values
        nan where a model does not have a parameter.
    """
    given = _of_all_cells(stored, problem)
    if given is None:
        given = stored.values_for(problem.space)
    unknown = [n for n, v in zip(problem.space.names, given.T, strict=True) if np.isnan(v).all()]
    if len(unknown) == len(problem.space):
        raise UsageError(
            f"{flag} {path}: none of its parameters is searched; the searched ones are "
            f"{quoted(unknown)}"
        )
    _log.info("initial population: %d models of %s", len(given), path)
    if unknown:
        _log.info("drawn at random, since %s does not have them: %s", path, quoted(unknown))
    return given


def _of_all_cells(stored: StoredModels, problem: Problem) -> FloatArray | None:
    """Return models of each of several cells put together; None where they are not that."""
    if problem.columns is None:
        return None
    parts = (*problem.parts, *problem.elsewhere)
    found = put_together(stored, problem.space, {part.recording.name: part.cell for part in parts})
    if found is not None:
        _log.info("models of each cell by itself are put together")
    return found


def _read_file(path: Path) -> StoredModels:
    """Read a file of models; of one that was cut off, what is there."""
    try:
        return read_models(path)
    except DatabaseError as error:
        try:
            salvaged = salvage(path)
        except DatabaseError:
            raise error from None
    stored = models_of(salvaged.content, path)
    _log.warning("%s", salvaged.loss)
    return stored


def files_by_name(config: FitOptions) -> RunFiles:
    """Return where a run with the stamp of -a writes."""
    return _new_files(_settled(config), "")


def _new_files(config: FitOptions, version: str) -> RunFiles:
    recording, _sweeps = split_word(config.recording)
    folder = recording.parent if config.output is None else Path(config.output)
    stamp = make_stamp(
        recording,
        version,
        config.modes,
        algorithm_letter(config.algorithm),
        log_search=not config.off_log_scale,
        now=datetime.now(),
        slurm_id=config.slurm_id,
        given=config.run_stamp,
        iteration=config.iteration,
    )
    return RunFiles(folder, stamp)


def _header(opened: OpenedFit, command: str) -> Header:
    problem = opened.problem
    suite = problem.whole
    return Header(
        suite.markers,
        suite.bvalues,
        problem.space.as_rows(),
        problem.version,
        problem.recording.name,
        evaluation_as_json(opened.config, problem),
        command,
        opened.config.temperature_degC,
    )


def _settled(config: FitOptions) -> FitOptions:
    """Return the config with further recordings by names that are good from anywhere."""
    words = [split_word(word) for word in (config.recording, *config.beside)]
    held_out = {word.strip() for word in (config.hold_out or "").split(",")}
    # A run is called after the first recording that is fitted.
    if len(words) > 1:
        words.sort(key=lambda each: each[0].name in held_out)
    first, *beside = words
    return replace(
        config,
        recording=recording_word(*first),
        beside=tuple(recording_word(path.absolute(), own) for path, own in beside),
    )


def _with_seed(config: FitOptions) -> FitOptions:
    """Return the config with a seed, drawn where none was given."""
    return config if config.seed is not None else replace(config, seed=secrets.randbits(32))
