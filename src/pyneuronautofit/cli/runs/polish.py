"""`polish RUN|MODELS [RECORDING]`: a fit that makes models better which are there already."""

from __future__ import annotations

import logging
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from pyneuronautofit._options import field_names, options_of, same_option
from pyneuronautofit._types import FloatArray, Json
from pyneuronautofit._words import RUN_NAME
from pyneuronautofit.cli.parser import given_options, parse_config, with_run_file
from pyneuronautofit.cli.runs.fit import run_session
from pyneuronautofit.cli.runs.written import writing_run_file
from pyneuronautofit.cli.stored_run import warn_of_losses
from pyneuronautofit.cli.traces.stored import (
    DEFAULT_MODES,
    StoredEvaluationOptions,
    StoredModelsOptions,
)
from pyneuronautofit.database import StoredModels
from pyneuronautofit.database.starts import best_models
from pyneuronautofit.errors import RunError, UsageError
from pyneuronautofit.fitting import (
    Budget,
    CellOptions,
    EvaluationOptions,
    FitConfig,
    FitOptions,
    OpenedFit,
    RecordingOptions,
    RunOptions,
    SimulationOptions,
    check_files,
    known_config,
    refuse_others,
    working_directory_of,
)
from pyneuronautofit.runs import RunReader, belonging_to, find_store, is_store, open_run
from pyneuronautofit.sessions.logs import logging_to_screen
from pyneuronautofit.sessions.session import FitSession, new_session, searched_values

_log = logging.getLogger(__name__)

_ALGORITHM = "Local"
_N_EVALUATION = 2000

DESCRIPTION = """Makes models better that are there already: Gauss-Newton steps, and jumps between.

MODELS is a run (its stamp, or its .sqlite file), of which the best models are taken, with its own
recording, model and settings; or a model database or a run's result file, of which all models are,
and RECORDING has to be given. Without -m models are scored as their file says; with -m all
evaluation flags are taken from the command line. What is found is a run of its own, which
--resume, report, status, export and collect take as any other. Nothing of MODELS is changed."""


@dataclass(frozen=True, kw_only=True)
class PolishConfig(RunOptions, StoredModelsOptions, StoredEvaluationOptions):
    """Which models are polished, under what, and for how long."""

    models: str = same_option(
        StoredModelsOptions,
        "models",
        parse=RUN_NAME,
        help="a run's stamp, or its .sqlite file; or a model database or a run's result file",
    )
    recording: str | None = same_option(  # type: ignore[assignment]
        StoredModelsOptions, "recording", default=None
    )
    selection: str | None = same_option(
        StoredModelsOptions,
        "selection",
        help="ids or half-open ranges of ids such as 0,3,10:20 (default: all); positions where "
        "models have no ids; of a run the numbers of evaluations (default: the best ones that are "
        "distinct)",
    )
    off_log_scale: bool = same_option(FitConfig, "off_log_scale")
    weights: str | None = same_option(FitConfig, "weights")
    evaluations: int = same_option(
        Budget, "evaluations", default=_N_EVALUATION, help="evaluations in all, at most"
    )
    minutes: float | None = same_option(Budget, "minutes")
    stop_after: int | str | None = same_option(Budget, "stop_after")
    seed: int | None = same_option(FitOptions, "seed")
    archive_size: int = same_option(Budget, "archive_size")
    output: str | None = same_option(
        RunOptions, "output", help="folder of the results (default: the run's, or the recording's)"
    )


def run(argv: Sequence[str], prog: str) -> int:
    """Polish models and return the exit code."""
    typed, argv = argv, with_run_file(PolishConfig, argv, prog)
    command = shlex.join(["pyneuronautofit", "polish", *argv])
    config = parse_config(PolishConfig, argv, prog, DESCRIPTION)
    store = _store_of(config.models)
    if store is None:
        return writing_run_file(config, typed, prog, lambda: _polish_file(config, command))
    return writing_run_file(
        config, typed, prog, lambda: _polish_run(config, store, argv, prog), own_model=False
    )


def _polish_run(config: PolishConfig, store: Path, argv: Sequence[str], prog: str) -> int:
    command = shlex.join(["pyneuronautofit", "polish", *argv])
    given = given_options(PolishConfig, argv, prog, DESCRIPTION)
    with open_run(store) as stored:
        with logging_to_screen():
            warn_of_losses(stored.path, stored.losses)
            options = _options_of_run(config, given, stored)
        directory = working_directory_of(stored)
        choose = partial(_models_of_run, stored, config.selection)
        opened = partial(new_session, options, command, directory=directory, choose=choose)
        return run_session(options, opened)


def _store_of(models: str) -> Path | None:
    """Return the store of a run; None where the models are those of another file."""
    path = Path(models)
    if path.is_file():
        return path if is_store(path) else None
    if path.exists():  # a pipe, for instance
        return None
    try:
        return find_store(models, Path.cwd())
    except RunError as error:
        raise RunError(f"there is no file {models}, and {error}") from error


# --- a run


#: What the run itself says about its models.
_OF_RUN = {
    "off_log_scale",
    "weights",
    "beside",
    *field_names(CellOptions),
    *field_names(RecordingOptions),
    *field_names(EvaluationOptions),
    *field_names(SimulationOptions),
} & {*field_names(FitOptions)}
# Of these the user may say something else.
_WHERE = {"recording", "project", "plugins"}
_FREE = {"n_worker"}
_ELSE = {"weights", "time_limit_s"}


def _options_of_run(
    config: PolishConfig, given: Mapping[str, Any], stored: RunReader
) -> FitOptions:
    was = known_config(stored, {n: v for n, v in given.items() if n in _WHERE})
    fixed = _OF_RUN - _WHERE - _FREE - _ELSE
    refuse_others(
        was,
        {name: value for name, value in given.items() if name in fixed},
        f"polish {stored.path.stem}",
        "The models of a run are polished with its own settings: leave that out; or do it with "
        f"other ones by -A {_ALGORITHM} -I {stored.path}, a fit",
    )
    own = _OF_RUN - _FREE - {name for name in _ELSE if name in given}
    values = {name: getattr(was, name) for name in own}
    return _options(config, **{"output": config.output or str(stored.path.parent), **values})


def _models_of_run(stored: RunReader, selection: str | None, opened: OpenedFit) -> FloatArray:
    check_files(stored, opened)
    problem = opened.problem
    found = best_models(stored, problem.space, problem.weights, selection)
    _log.info("polished: %d models of %s", len(found), stored.path)
    # Everything that is needed of it is read.
    stored.close()
    return found


# --- a file of models


def _polish_file(config: PolishConfig, command: str) -> int:
    if config.recording is None:
        owner = belonging_to(Path(config.models))
        remedy = "" if owner is None else f"; or polish the run itself: polish {owner}.sqlite"
        raise UsageError(
            f"polish {config.models}: expected a RECORDING behind it, which its models are "
            f"compared with; only a run says so itself{remedy}"
        )
    with logging_to_screen():
        stored = config.read_models()
        options = _options_of_file(config, stored)
    return run_session(options, partial(_session_of_file, options, command, stored))


def _options_of_file(config: PolishConfig, stored: StoredModels) -> FitOptions:
    evaluation = None if config.modes is not None else _evaluation_of(config, stored)
    settings = config.stored_settings(evaluation, stored, config.models)
    values: dict[str, Any] = {"temperature_degC": config.temperature_of(stored)}
    if settings is None:
        values["modes"] = config.modes or DEFAULT_MODES
    else:
        values |= {name: getattr(settings, name) for name in options_of(EvaluationOptions)}
        values["mask"] = settings.mask.literal
    return _options(config, **values)


def _evaluation_of(config: PolishConfig, stored: StoredModels) -> Mapping[str, Json] | None:
    """Return how the models were scored; None where the file does not say."""
    first = stored.models[0].evaluation
    if any(model.evaluation != first for model in stored.models):
        raise UsageError(
            f"polish {config.models}: its models were not all scored in the same way; say with -m "
            "and the other evaluation flags how they are compared here, or choose models that were "
            "(--models)"
        )
    return first


def _session_of_file(options: FitOptions, command: str, stored: StoredModels) -> FitSession:
    def choose(opened: OpenedFit) -> FloatArray:
        path = Path(options.initial_population or "")
        return searched_values(stored, path, opened.problem, "polish")

    return new_session(options, command, choose=choose)


def _options(config: PolishConfig, **others: Any) -> FitOptions:
    """Return the options of the fit that polishes: the command's own, but for some."""
    names = {*field_names(PolishConfig)} & {*field_names(FitOptions)} - others.keys()
    values = {name: getattr(config, name) for name in names}
    return FitOptions(**values, **others, algorithm=_ALGORITHM, initial_population=config.models)
