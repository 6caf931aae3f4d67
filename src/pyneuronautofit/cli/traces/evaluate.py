"""`evaluate MODELS [RECORDING]`: simulates and scores stored models."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from pyneuronautofit._options import MODEL, RUN, option, same_option
from pyneuronautofit._types import Json
from pyneuronautofit._words import READ
from pyneuronautofit.cli.logs import logging_to_screen
from pyneuronautofit.cli.model_table import print_models
from pyneuronautofit.cli.parser import parse_config
from pyneuronautofit.cli.screen import Screen
from pyneuronautofit.cli.traces.stored import (
    DEFAULT_MODES,
    StoredEvaluationOptions,
    StoredModelsOptions,
)
from pyneuronautofit.database import ScoredModel, StoredModels, find_target, score_models
from pyneuronautofit.fit import (
    Evaluation,
    build_simulator,
    evaluate_models,
    evaluation_settings,
    open_recording,
    stimulus_window,
)
from pyneuronautofit.fit.reduction import reduce_recording, stimulus_on
from pyneuronautofit.models import Model, load_model
from pyneuronautofit.objectives import EvaluationSettings, Suite, bind_suite
from pyneuronautofit.runs import numbers
from pyneuronautofit.simulators import RunStatus, plan_experiment

DESCRIPTION = """Simulates and scores stored models: a table, or JSON with --json.

Without RECORDING each model is compared with the recording it was fitted to, which is sought in
--recordings, beside MODELS, here and in ../experimentaldata. Without -m it is scored as its file
says it was; with -m all evaluation flags are taken from the command line."""


@dataclass(frozen=True, kw_only=True)
class EvaluateConfig(StoredModelsOptions, StoredEvaluationOptions):
    """An evaluation of stored models."""

    recording: str | None = same_option(  # type: ignore[assignment]
        StoredModelsOptions, "recording", default=None
    )
    recordings: str | None = option(
        None,
        "--recordings",
        group=MODEL,
        metavar="DIR",
        parse=READ,
        help="folder of the recordings that the models name",
    )
    as_json: bool = option(False, "--json", group=RUN, help="print JSON instead of a table")


def run(argv: Sequence[str], prog: str) -> int:
    """Evaluate, print, and return the exit code."""
    config = parse_config(EvaluateConfig, argv, prog, DESCRIPTION)
    with logging_to_screen():
        stored = config.read_models()
        model = load_model(config.project_path(), Path.cwd())
        scored = score_models(
            stored, partial(_recording_of, config), partial(_score, config, model)
        )
    if config.as_json:
        print(json.dumps([_as_json(each) for each in scored], allow_nan=False))
    else:
        _print_table(Screen(), scored)
    return 0


def _recording_of(config: EvaluateConfig, target: str | None) -> Path:
    if config.recording is not None:
        return Path(config.recording)
    folders = [Path(config.models).parent, Path(), Path("..") / "experimentaldata"]
    if config.recordings is not None:
        folders.insert(0, Path(config.recordings))
    return find_target(target, folders)


def _score(
    config: EvaluateConfig,
    model: Model,
    path: Path,
    evaluation: Mapping[str, Json] | None,
    stored: StoredModels,
) -> tuple[Suite, Evaluation]:
    config = config.taking_as(evaluation)
    recording = open_recording(config, path)
    target = reduce_recording(recording, model.downsampler)
    window = stimulus_window(config, target)
    suite = bind_suite(target, window, _settings(config, evaluation, stored))
    experiment = plan_experiment(
        recording,
        stimulus_on(window, target, recording),
        suite.sweeps,
        config.step_ms,
        config.temperature_of(stored),
    )
    with build_simulator(model.cell_source, experiment, config) as simulator:
        table = stored.table()
        simulator.check(table)
        return suite, evaluate_models(simulator, suite, table, model.downsampler)


def _settings(
    config: EvaluateConfig, evaluation: Mapping[str, Json] | None, stored: StoredModels
) -> EvaluationSettings:
    given = config.stored_settings(evaluation, stored, config.models)
    return given or evaluation_settings(config, modes=config.modes or DEFAULT_MODES)


def _as_json(scored: ScoredModel) -> Json:
    return {
        "id": scored.model.number,
        "recording": scored.recording,
        "status": scored.status.name,
        "message": scored.message,
        "marks": "".join(scored.markers),
        "vector": numbers(scored.vector),
    }


def _print_table(screen: Screen, scored: Sequence[ScoredModel]) -> None:
    screen.print("sums of the components of each mode:")
    rows = [((str(each.model.number), each.recording), each.mode_sums) for each in scored]
    print_models(screen, ("model", "recording"), rows)
    for each in scored:
        if each.status is not RunStatus.OK:
            screen.print(
                f"model {each.model.number}: {each.status.value}: {each.message}", soft_wrap=True
            )
