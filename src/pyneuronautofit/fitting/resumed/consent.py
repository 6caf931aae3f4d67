"""Before a run's model is loaded again: it is what it was, and whoever loads it has agreed.

A store names files, and loading a model executes them. The store may come from somebody else. So
nothing is imported, compiled or loaded before every file has the digest that it had, and unless
each lies where the user works: in the folder of the store, in the working directory, or where he
has said himself.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from pyneuronautofit._native import isa
from pyneuronautofit._text import quoted
from pyneuronautofit._types import Json
from pyneuronautofit.errors import NotAgreedError, RunError
from pyneuronautofit.fitting.config import FitConfig
from pyneuronautofit.fitting.options import FitOptions
from pyneuronautofit.fitting.resumed.identity import (
    model_digests,
    recording_digests,
    unknown_files,
)
from pyneuronautofit.fitting.resumed.plugged import PLUGINS, plug_ins_of
from pyneuronautofit.fitting.resumed.resume import (
    OpenedFit,
    open_fit,
    resumed_config,
    working_directory_of,
)
from pyneuronautofit.fitting.resumed.same_run import (
    FILES_CHANGED,
    RESTORE,
    changed_inputs,
    check_files,
    start_anew,
)
from pyneuronautofit.fitting.several import recording_options
from pyneuronautofit.models.finding import FoundModel, find_model
from pyneuronautofit.runs import RunReader

_log = logging.getLogger(__name__)

_RUNS_OWN = "Leave --project out, or name a project of the files that the run was begun with"


def open_again(run: RunReader, project: str | None = None) -> OpenedFit:
    """Open everything that is needed to simulate a run's models again.

    Parameters
    ----------
    project
        The project file, or its folder, where the user has named it himself.

    Raises
    ------
    NotAgreedError
        If what would be executed lies where the user has not said that he works.
    PyNeuronAutofitError
        If the recording or the model is gone, or another one than it was.
    """
    config = known_config(run, {} if project is None else {"project": project})
    # What is shown need not have the run's last digits, so any computer will do.
    config = replace(config, isa=isa.level_of_process())
    opened = open_fit(config, working_directory_of(run))
    check_files(run, opened)
    return opened


def known_config(run: RunReader, given: Mapping[str, Any]) -> FitOptions:
    """Return the options that a run's models are simulated again with, if they may be.

    Parameters
    ----------
    given
        Field -> value, of where the user has said that the recording and the project are.

    Raises
    ------
    PyNeuronAutofitError
        As `open_again`; what the files are has to be looked at again when they are opened.
    """
    try:
        config = resumed_config(run, given, searching=False)
        working_directory_of(run)
    except (KeyError, TypeError, ValueError) as error:
        # Every version writes all of them, but a store may be from somebody else.
        raise RunError(f"{run.path.name} does not say with what it was made: {error!r}") from error
    refusal = f"{run.path.stem} cannot be simulated again"
    _check(run, config, refusal, RESTORE, given.get("project"), searching=False)
    return config


def agreed_config(run: RunReader, given: Mapping[str, Any]) -> FitOptions:
    """Return the options that a run is continued with, having made sure that that may be done.

    Parameters
    ----------
    given
        Field -> value, of the flags that stand on the command line: what the user has said himself.

    Raises
    ------
    UsageError
        As of `resumed_config`.
    RunError
        If the recording or a file of the model is not what it was; NotAgreedError as `open_again`.
    """
    config = resumed_config(run, given)
    refusal = f"{run.path.stem} cannot be continued"
    _check(run, config, refusal, start_anew(run), given.get("project"))
    if config.figure is None or "figure" in given or _is_inside(Path(config.figure), _places(run)):
        return config
    _log.warning(
        "the figure %s, which the run drew, is neither in its folder nor in the working directory, "
        "and is not drawn again: name it with --figure if it is to be written over",
        config.figure,
    )
    return replace(config, figure=None)


def _check(
    run: RunReader,
    config: FitConfig,
    refusal: str,
    remedy: str,
    project: str | None,
    *,
    searching: bool = True,
) -> None:
    folder = working_directory_of(run)
    found = find_model(config.project_path(), folder)
    recording, *beside = (Path(each.recording).absolute() for each in recording_options(config))
    digests = recording_digests(recording, beside)
    plugged: dict[str, Json] = {PLUGINS: plug_ins_of(config, [recording, *beside])}
    # What the model is, its library says when it is loaded; then it is compared once more.
    models = [model_digests(source) for source in found.sources]
    other = _other_project(run, found) if project is not None else ""
    changed = [
        changed_inputs(
            run.info.identity,
            {**digests, **plugged, "model": model},
            recording,
            searching=searching,
            other_model=other or FILES_CHANGED,
        )
        for model in models
    ]
    if all(changed):
        if other and any(each.startswith(other) for each in changed[0]):
            remedy = _RUNS_OWN
        raise RunError(f"{refusal}: {'; '.join(changed[0])}. {remedy}")
    if unknown := unknown_files(run.info.identity, models[changed.index([])]):
        _log.warning(
            "%s is of an earlier version, which has not kept what was in %s: whether that has "
            "changed since is not known",
            run.path.stem,
            quoted(unknown),
        )
    for path in _foreign(run, found, agreed=project is not None):
        inside = found.project is not None and path.is_relative_to(found.project.parent)
        consent = f"say so with --project {found.project}" if inside else f"start in {folder}"
        raise NotAgreedError(
            f"{run.path.stem} was made with {path}, which lies neither in the folder of the run "
            "nor in the working directory, and whose content would be executed. Look at it; if "
            f"you trust it, {consent}"
        )


def _other_project(run: RunReader, found: FoundModel) -> str:
    """Say which project is named, and which is the run's; empty: it is the same."""
    was, now = run.info.places.get("project"), found.project
    if was is not None and now is not None:
        before = Path(str(was))
        if now.resolve() in {before.resolve(), (before / now.name).resolve()}:
            return ""
    built_in = "the built-in cell"
    return (
        f"--project names {now or built_in}, and the run was begun with {was or built_in}; files "
        "that are others there"
    )


def _foreign(run: RunReader, found: FoundModel, *, agreed: bool) -> Iterator[Path]:
    """Yield what would be executed and lies outside the folders that the user works in."""
    folders = _places(run)
    named = found.project.parent if agreed and found.project is not None else None
    for path in found.executed:
        if named is not None and path.is_relative_to(named):
            continue
        if not _is_inside(path, folders):
            yield path


def _places(run: RunReader) -> list[Path]:
    """Return the folders that the user works in."""
    return [run.path.absolute().parent, Path.cwd()]


def _is_inside(path: Path, folders: list[Path]) -> bool:
    # A link does not move a file into the folder that it lies in.
    real = path.resolve()
    return any(real.is_relative_to(folder.resolve()) for folder in folders)
