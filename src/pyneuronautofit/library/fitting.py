"""`fit`: a run of its own, with the files, seeds and results of the command's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Unpack

from pyneuronautofit.errors import UsageError
from pyneuronautofit.library.inputs import (
    RecordingLike,
    project_of,
    recordings_of,
    texts_of,
)
from pyneuronautofit.library.keywords import (
    FitKeywords,
    as_options,
    fit_options,
    refuse_otherwise,
)
from pyneuronautofit.library.own_modes import plugin_of
from pyneuronautofit.library.paths import path_of, paths_of
from pyneuronautofit.library.results.fit_result import Fit
from pyneuronautofit.library.running import run_session
from pyneuronautofit.plugins import active_plugins
from pyneuronautofit.sessions.command import command_of
from pyneuronautofit.sessions.session import new_session


def fit(
    recording: RecordingLike | Sequence[RecordingLike] | None = None,
    model: Any = None,
    parameters: Sequence[Any] | None = None,
    *,
    modes: str = "OV",
    objectives: Sequence[Any] = (),
    hold_out: Sequence[int] | str | None = None,
    cells: Mapping[str, RecordingLike | Sequence[RecordingLike]] | None = None,
    shared: str | Sequence[str] = (),
    private: str | Sequence[str] = (),
    pull: float | None = None,
    algorithm: str = "Auto",
    generations: int | None = None,
    evaluations: int | None = None,
    minutes: float | None = None,
    population_size: int | None = None,
    initial_population: Path | str | None = None,
    plugins: Sequence[Path | str] = (),
    seed: int | None = None,
    output: Path | str | None = None,
    progress: bool = True,
    **options: Unpack[FitKeywords],
) -> Fit:
    """Fit a model to a recording.

    What it leaves in `output` is a run like that of the command, which `--resume`, `report`,
    `status` and `collect` take, and with the same seed the same models to the last bit. Ctrl-C (or
    a notebook's stop button) ends it as it does there: all that was found is kept.

    Parameters
    ----------
    recording : Recording or path, or a list of them
        What is fitted; of several recordings of one cell all are. One that was made from arrays is
        written into `output`. None: `cells` has them.
    model : class, CellModel, path or None
        A cell class, with `parameters`; a `CellModel`; a project file or its folder; None: the
        `project.py` of the working directory, or the built-in thalamocortical cell.
    parameters : sequence of (name, scale, low, high)
        What is searched, where the model is a class; see `CellModel`.
    modes : str
        Evaluation modes, a letter each: what is compared; those of plug-ins by their names in
        braces.
    objectives : sequence of functions
        Further modes, of your own: `my_error(model_mV, recording_mV)` returns what is to become 0,
        `my_feature(voltage_mV)` what is to be equal; docs/plugins.md has all that they may ask for.
    hold_out : sequence of int, or str
        Sweeps that are not fitted, but simulated and scored beside the others.
    cells : mapping of str to a recording, or a list of them
        Several cells that are fitted together, by names of your choice.
    shared, private : str, or sequence of str
        Names of parameters (or names with a * in them) that all cells share, or that each has for
        itself; one of both, the others are the other.
    pull : float
        Pull private parameters towards the cells' mean: how far they are expected to be from it,
        as a part of their range.
    algorithm : str
        What searches.
    generations, evaluations, minutes
        How long it goes on, at most.
    population_size : int
        None: what the algorithm usually has.
    initial_population : path
        Models to begin with: a run, one of its files, or a model database.
    plugins : sequence of paths
        Python files with modes, searches or readers, as of `--plugin`.
    seed : int
        Of the only random generator; None: one is drawn, and kept in the run.
    output : path
        The folder of all files; None: the recording's, or the working directory for arrays.
    progress : bool
        Whether to show how it goes.
    **options
        Any other option of the command, by its name in `FitKeywords`.

    Returns
    -------
    Fit
        What was found.

    Raises
    ------
    PyNeuronAutofitError
        Whatever is wrong with the recordings, the model or the options: a `UsageError`,
        `RecordingError`, `ModelError` or `OutputError`.
    """
    refuse_otherwise(options, "fit")
    given: dict[str, Any] = {
        "modes": modes,
        "hold_out": hold_out,
        "shared": texts_of(shared, "shared"),
        "private": texts_of(private, "private"),
        "pull": pull,
        "algorithm": algorithm,
        "generations": generations,
        "evaluations": evaluations,
        "minutes": minutes,
        "population_size": population_size,
        "initial_population": initial_population,
        "seed": seed,
        "output": output,
        **options,
    }
    # Before anything is written.
    if not isinstance(modes, str):
        raise UsageError(f"fit(modes={modes!r:.60}): expected the letters of modes, such as 'OV'")
    files = paths_of(plugins, "plugins")
    as_options(given, "fit")
    folder = Path() if output is None else path_of(output, "output")
    own, file = plugin_of(objectives, folder)
    files = (*files, *([] if file is None else [str(file)]))
    given |= {"modes": modes + own, "plugins": files}
    project = project_of(model, parameters, folder)
    given |= recordings_of(recording, cells, folder)
    config = fit_options({**given, "project": project})
    opening = partial(new_session, config, command_of(config))
    with active_plugins(files=files):
        store = run_session(config, opening, progress=progress)
    return Fit(store, project=project, plugins=files)
