"""What to type after a fit: commands that work from where the user stands."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from pathlib import Path

from rich.console import Console

from pyneuronautofit._options import options_of
from pyneuronautofit._plugins import given_plug_ins
from pyneuronautofit._words import FileWord
from pyneuronautofit.cli.calling import from_here, program_words
from pyneuronautofit.fitting import FitOptions, Progress, WorkerOptions
from pyneuronautofit.optimisers import algorithm_plans

# Generations without a gain, where a search that has reached its floor goes on.
_PATIENCE = 30


def next_commands(
    store: Path, config: FitOptions, progress: Progress, project: Path | None
) -> Iterator[tuple[str, str]]:
    """Yield what may be done with a run, and the command line for it.

    Parameters
    ----------
    store
        The run's.
    config
        What it was done with.
    progress
        How it ended.
    project
        The project file of its model; None: the built-in cell.
    """
    run = from_here(store)
    loads = [*_consent(store, project), *_plugged()]
    if progress.interrupted:
        yield "go on with it", _line("--resume", run, *_workers(config), *loads)
    if len(progress.archive.rows):
        yield "look at it", _line("report", run, *loads)
        if not progress.interrupted:
            yield "how certain it is", _line("certainty", run, *loads)
    yield "what it has done", _line("status", run)
    going_on = [] if progress.interrupted else _going_on(config, progress)
    if going_on:
        yield "let it go on", _line("--resume", run, *going_on, *_workers(config), *loads)


def print_next(
    screen: Console, store: Path, config: FitOptions, progress: Progress, project: Path | None
) -> None:
    """Print what may be done with a run."""
    for what, command in next_commands(store, config, progress, project):
        screen.print(f"{what + ':':24s}{command}", soft_wrap=True)


def _line(*words: str) -> str:
    return shlex.join([*program_words(), *words])


def _consent(store: Path, project: Path | None) -> list[str]:
    """Return the flag without which a project file of another folder is not loaded again."""
    if project is None:
        return []
    real = project.resolve()
    folders = (store.absolute().parent.resolve(), Path.cwd().resolve())
    if any(real.is_relative_to(folder) for folder in folders):
        return []
    return ["--project", from_here(project)]


def _workers(config: FitOptions) -> list[str]:
    """Return the flags that say who evaluates."""
    words = []
    for name, (described, _default) in options_of(WorkerOptions).items():
        value = getattr(config, name)
        if value is not None:
            is_file = isinstance(described.parse, FileWord)
            words += [described.flags[0], from_here(Path(value)) if is_file else str(value)]
    return words


def _plugged() -> list[str]:
    """Return the flags without which plug-ins of files are not there again.

    No file is executed because a run names it. Of those that are here each path is whole: options
    that a run has kept may be from another folder.
    """
    files = dict.fromkeys(each.path for each in given_plug_ins() if each.path is not None)
    return [word for file in files for word in ("--plugin", from_here(file))]


def _going_on(config: FitOptions, progress: Progress) -> list[str]:
    """Return the flags with which a run goes on beyond its end; none where that is no use."""
    if progress.given_up:
        return []
    if progress.stopped and config.minutes is not None:
        return ["--time", f"{2 * config.minutes:g}"]
    if progress.stopped and config.stop_after is not None:
        # At the floor it has done enough: who wants more says for how long without a gain.
        waits = isinstance(config.stop_after, int)
        patience = 2 * int(config.stop_after) if waits else _PATIENCE
        return ["--stop-after", str(patience)]
    longer = (
        ["-G", str(max(2 * config.generations, 1))]
        if config.evaluations is None
        else ["--evaluations", str(2 * config.evaluations)]
    )
    # Of a search that plans ahead it is another one from there on.
    plans = algorithm_plans(config.algorithm) or config.polish or config.refine
    return [*longer, "--extend"] if plans else longer
