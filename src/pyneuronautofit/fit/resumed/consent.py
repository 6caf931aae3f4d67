"""Before a run's model is loaded again: it is what it was, and whoever loads it has agreed.

A store names files, and loading a model executes them. The store may come from somebody else. So
nothing is imported, compiled or loaded before every file has the digest that it had, and unless
each lies where the user works: in the folder of the store, in the working directory, or where he
has said himself.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from pyneuronautofit.errors import NotAgreedError, RunError
from pyneuronautofit.fit.config import FitConfig
from pyneuronautofit.fit.resumed.identity import file_digest, model_digests
from pyneuronautofit.fit.resumed.resume import (
    OpenedFit,
    open_fit,
    resumed_config,
    working_directory_of,
)
from pyneuronautofit.fit.resumed.same_run import RESTORE, changed_inputs, check_files, start_anew
from pyneuronautofit.models.finding import FoundModel, find_model
from pyneuronautofit.runs import RunReader


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
    try:
        config = resumed_config(run, {} if project is None else {"project": project})
        folder = working_directory_of(run)
    except (KeyError, TypeError, ValueError) as error:
        # Every version writes all of them, but a store may be from somebody else.
        raise RunError(f"{run.path.name} does not say with what it was made: {error!r}") from error
    _check(run, config, f"{run.path.stem} cannot be simulated again", RESTORE, project)
    opened = open_fit(config, folder)
    check_files(run, opened)
    return opened


def check_before_resuming(run: RunReader, config: FitConfig, project: str | None) -> None:
    """Make sure that what a run would be continued with may be loaded.

    Parameters
    ----------
    config
        The options, see `resumed_config`.
    project
        As of `open_again`.

    Raises
    ------
    RunError
        If the recording or a file of the model is not what it was; NotAgreedError as `open_again`.
    """
    _check(run, config, f"{run.path.stem} cannot be continued", start_anew(run), project)


def _check(
    run: RunReader, config: FitConfig, refusal: str, remedy: str, project: str | None
) -> None:
    folder = working_directory_of(run)
    found = find_model(config.project_path(), folder)
    recording = Path(config.recording).absolute()
    digest = file_digest(recording)
    # What the model is, its library says when it is loaded; then it is compared once more.
    changed = [
        changed_inputs(
            run.info.identity, {"recording": digest, "model": model_digests(source)}, recording
        )
        for source in found.sources
    ]
    if all(changed):
        raise RunError(f"{refusal}: {'; '.join(changed[0])}. {remedy}")
    for path in _foreign(run, found, agreed=project is not None):
        beside = found.project is not None and path.is_relative_to(found.project.parent)
        consent = f"say so with --project {found.project}" if beside else f"start in {folder}"
        raise NotAgreedError(
            f"{run.path.stem} was made with {path}, which lies neither in the folder of the run "
            "nor in the working directory, and whose content would be executed. Look at it; if "
            f"you trust it, {consent}"
        )


def _foreign(run: RunReader, found: FoundModel, *, agreed: bool) -> Iterator[Path]:
    """Yield what would be executed and lies outside the folders that the user works in."""
    folders = [folder.resolve() for folder in (run.path.absolute().parent, Path.cwd())]
    named = found.project.parent if agreed and found.project is not None else None
    for path in found.executed:
        if named is not None and path.is_relative_to(named):
            continue
        # A link does not move a file into the folder that it lies in.
        real = path.resolve()
        if not any(real.is_relative_to(folder) for folder in folders):
            yield path
