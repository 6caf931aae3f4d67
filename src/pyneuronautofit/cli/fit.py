"""`pyneuronautofit [fit] RECORDING`: the fit itself."""

from __future__ import annotations

import logging
import secrets
import shlex
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np

from pyneuronautofit._text import quoted
from pyneuronautofit._types import FloatArray
from pyneuronautofit._version import __version__
from pyneuronautofit.cli.interrupt import Interruption
from pyneuronautofit.cli.logs import Logs, logging_to_screen
from pyneuronautofit.cli.parser import parse_config
from pyneuronautofit.cli.progress import make_progress
from pyneuronautofit.cli.screen import Screen
from pyneuronautofit.cli.summary import draw_best, print_checkpoint, print_plan, print_summary
from pyneuronautofit.database import read_models
from pyneuronautofit.errors import UsageError
from pyneuronautofit.fit import (
    Budget,
    FitConfig,
    Observer,
    Problem,
    Progress,
    Recorder,
    best_models,
    build_search,
    open_problem,
    search,
)
from pyneuronautofit.optimisers import Strategy, algorithm_letter
from pyneuronautofit.plots import check_figure_path
from pyneuronautofit.runs import GzipLogHandler, Header, RunFiles, make_stamp

_log = logging.getLogger(__name__)

INTERRUPTED = 130
DESCRIPTION = "Fits the parameters of a neuron model to a current-clamp recording."


@dataclass(frozen=True)
class _Session:
    """What belongs to one run of the command."""

    config: FitConfig
    command: str
    problem: Problem
    strategy: Strategy[Any]
    screen: Screen


def run(argv: Sequence[str], prog: str, epilog: str = "") -> int:
    """Run a fit and return the exit code."""
    config = parse_config(FitConfig, argv, prog, DESCRIPTION, epilog)
    algorithm_letter(config.algorithm)
    if config.figure is not None:
        check_figure_path(Path(config.figure))
    with logging_to_screen(config.log_level, to_screen=config.log_to_screen) as logs:
        _log.info("pyneuronautofit %s", __version__)
        problem = open_problem(config, Path.cwd())
        session = _Session(
            _with_seed(config),
            shlex.join(["pyneuronautofit", *argv]),
            problem,
            build_search(config, problem, _initial(config, problem)),
            Screen(),
        )
        with problem.simulator:
            return _run(session, logs)


def _run(session: _Session, logs: Logs) -> int:
    config, problem = session.config, session.problem
    files = _files(config, problem.version)
    # Before the model is built, which may take a while.
    files.refuse_taken()
    problem.check()
    print_plan(session.screen, config, problem, _n_evaluation(session), files)
    if config.dry_run:
        session.screen.print("dry run: nothing was simulated and nothing was written")
        return 0
    files.prepare()
    if not config.log_to_screen:
        logs.open_file(GzipLogHandler(files.log))
    _log.info("command: %s", session.command)
    _log.info("seed %d", config.seed)
    recorder = Recorder(
        files,
        _header(session),
        problem,
        session.strategy,
        config.dump_every,
        config.log_population,
        config.log_archive,
        [] if config.krayzman_debug and algorithm_letter(config.algorithm) in "KP" else None,
    )
    # Before the figure is simulated everything is on disk.
    with Interruption() as interruption:
        progress = _search(session, recorder, interruption)
        recorder.finish(progress)
        _log.info("%d evaluations in %.1f s", len(progress.history), progress.seconds)
    return _close(session, progress, files)


def _search(session: _Session, recorder: Recorder, interruption: Interruption) -> Progress:
    config, problem, strategy = session.config, session.problem, session.strategy
    budget = Budget(config.generations, config.seed or 0, config.archive_size)
    observers: list[Observer] = [recorder]
    if config.print_every > 0:
        observers.append(_PrintedCheckpoints(config.print_every, problem, session.screen))
    with make_progress(
        session.screen, problem.suite, config.generations, _n_evaluation(session)
    ) as display:
        observers.append(display)
        return search(problem, strategy, budget, _All(observers), interruption.allowed)


def _n_evaluation(session: _Session) -> int:
    generations = range(session.config.generations + 1)
    return sum(session.strategy.batch_size(generation) for generation in generations)


def _initial(config: FitConfig, problem: Problem) -> FloatArray | None:
    """Read the candidates to begin with (the flag -I)."""
    if config.initial_population is None:
        return None
    path = Path(config.initial_population)
    given = read_models(path).values_for(problem.space)
    unknown = [n for n, v in zip(problem.space.names, given.T, strict=True) if np.isnan(v).all()]
    if len(unknown) == len(problem.space):
        raise UsageError(
            f"-I {path}: none of its parameters is searched; the searched ones are "
            f"{quoted(unknown)}"
        )
    _log.info("initial population: %d models of %s", len(given), path)
    if unknown:
        _log.info("drawn at random, since %s does not have them: %s", path, quoted(unknown))
    return given


def _close(session: _Session, progress: Progress, files: RunFiles) -> int:
    figure, problem = session.config.figure, session.problem
    best = best_models(progress, problem.suite)
    if figure is not None and best and not progress.interrupted:
        draw_best(Path(figure), problem, best[0])
    print_summary(session.screen, problem, progress, best=best, files=files, figure=figure)
    return INTERRUPTED if progress.interrupted else 0


def _files(config: FitConfig, version: str) -> RunFiles:
    recording = Path(config.recording)
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


def _header(session: _Session) -> Header:
    suite, downsampler = session.problem.suite, session.problem.downsampler
    name = None if downsampler is None else getattr(downsampler, "__name__", "downsampler")
    return Header(
        suite.markers,
        suite.bvalues,
        session.problem.space.as_rows(),
        session.problem.version,
        session.problem.recording.name,
        suite.settings.as_json(name),
        session.command,
        session.config.temperature_degC,
    )


def _with_seed(config: FitConfig) -> FitConfig:
    """Return the config with a seed, drawn where none was given."""
    return config if config.seed is not None else replace(config, seed=secrets.randbits(32))


class _All:
    """Several observers as one."""

    def __init__(self, observers: Sequence[Observer]) -> None:
        self._observers = observers

    def evaluated(self, generation: int, n_done: int, n_all: int) -> None:
        """Tell all of them."""
        for observer in self._observers:
            observer.evaluated(generation, n_done, n_all)

    def generation(self, progress: Progress) -> None:
        """Tell all of them."""
        for observer in self._observers:
            observer.generation(progress)


class _PrintedCheckpoints:
    """Prints the population every so many generations (the flag -p)."""

    def __init__(self, every: int, problem: Problem, screen: Screen) -> None:
        self._every = every
        self._problem = problem
        self._screen = screen

    def evaluated(self, generation: int, n_done: int, n_all: int) -> None:
        """Nothing is printed within a generation."""

    def generation(self, progress: Progress) -> None:
        """Print the population if its turn has come."""
        if progress.generation % self._every == 0:
            print_checkpoint(self._screen, self._problem, progress)
