"""`evaluate MODELS [RECORDING]`: simulates and scores stored models."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import NamedTuple

import numpy as np

from pyneuronautofit._native import isa
from pyneuronautofit._options import MODEL, RUN, option, same_option
from pyneuronautofit._types import FloatArray, Json
from pyneuronautofit._words import READ
from pyneuronautofit.cli.parser import parse_config
from pyneuronautofit.cli.screen import Screen
from pyneuronautofit.cli.stored_model import model_of
from pyneuronautofit.cli.traces.given import GivenRecordings
from pyneuronautofit.cli.traces.stored import (
    DEFAULT_MODES,
    StoredEvaluationOptions,
    StoredModelsOptions,
    evaluations_beside,
)
from pyneuronautofit.database import (
    ScoredGroup,
    ScoredModel,
    StoredModels,
    find_target,
    score_models,
)
from pyneuronautofit.errors import DatabaseError
from pyneuronautofit.fitting import (
    ELSEWHERE,
    Evaluation,
    build_simulator,
    evaluate_models,
    evaluation_settings,
    open_recording,
    stimulus_window,
)
from pyneuronautofit.fitting.reduction import reduce_recording, stimulus_on
from pyneuronautofit.fitting.several import merged
from pyneuronautofit.models import Model
from pyneuronautofit.objectives import (
    EvaluationSettings,
    Mask,
    Suite,
    bind_suite,
    held_out_places,
    joint_suite,
)
from pyneuronautofit.objectives.floor import (
    Floor,
    Measured,
    in_floors,
    joint_floor,
    measure_floors,
    said_floor,
)
from pyneuronautofit.recordings import Recording
from pyneuronautofit.runs import numbers
from pyneuronautofit.sessions.logs import logging_to_screen
from pyneuronautofit.sessions.model_table import print_models
from pyneuronautofit.simulators import DEFAULT_DT_MS, RunStatus, plan_experiment

_log = logging.getLogger(__name__)

DESCRIPTION = """Simulates and scores stored models: a table, or JSON with --json.

Without RECORDING each model is compared with the recording it was fitted to, which is sought in
--recordings, beside MODELS, here and in ../experimentaldata. Of several recordings each model is
compared with its own; with others than any model was fitted to, all are compared. Without -m it is
scored as its file says it was; with -m all evaluation flags are taken from the command line."""


@dataclass(frozen=True, kw_only=True)
class EvaluateConfig(StoredModelsOptions, StoredEvaluationOptions):
    """An evaluation of stored models."""

    recording: str | None = same_option(  # type: ignore[assignment]
        StoredModelsOptions, "recording", default=None
    )
    beside: tuple[str, ...] = option(
        (),
        group="",
        metavar="RECORDING",
        parse=READ,
        place=1,
        help="further recordings that the models were fitted to (default: sought like the first)",
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
    isa.require(config.isa)
    with logging_to_screen():
        stored = config.read_models()
        given = _given(config, stored)
        if given is not None:
            stored = given.chosen(stored)
        model = model_of(config, stored, config.models)
        score = partial(_score, config=config, given=given, model=model)
        scored = score_models(stored, partial(_recording_of, config, given), score)
        _note_steps(config)
    if config.as_json:
        print(json.dumps([_as_json(each) for each in scored], allow_nan=False))
    else:
        _print_table(Screen(), scored)
    return 0


def _note_steps(config: EvaluateConfig) -> None:
    """Say that steps are others than a fit's, by which scores may differ, if nobody chose them."""
    chosen = config.integrator or config.dt or config.simulator == "neuron"
    if not chosen and not config.as_json:
        _log.info(
            "scored with NEURON's fixed steps of %g ms; fits search with adaptive steps unless "
            "told otherwise: --integrator adaptive scores so",
            DEFAULT_DT_MS, extra={"notice": True},
        )  # fmt: skip


def _given(config: EvaluateConfig, stored: StoredModels) -> GivenRecordings | None:
    if config.recording is None:
        return None
    return GivenRecordings.of((config.recording, *config.beside), stored, config.models)


def _recording_of(
    config: EvaluateConfig, given: GivenRecordings | None, target: str | None
) -> Path:
    return find_target(target, _folders(config)) if given is None else given.first_for(target)


def _folders(config: EvaluateConfig) -> list[Path]:
    """Return where recordings are sought."""
    folders = [Path(config.models).parent, Path(), Path("..") / "experimentaldata"]
    if config.recordings is not None:
        folders.insert(0, Path(config.recordings))
    return folders


def _score(
    path: Path,
    evaluation: Mapping[str, Json] | None,
    stored: StoredModels,
    *,
    config: EvaluateConfig,
    given: GivenRecordings | None,
    model: Model,
) -> ScoredGroup:
    """Score models on the recordings that are given, or else on all that they were fitted to."""
    others = evaluations_beside(evaluation, config.models)
    if given is None:
        on_each = [(path, evaluation)]
        on_each += [(_sought(config, path, other), other) for other in others]
    else:
        on_each = given.on_each(stored.models[0].target, evaluation, others)
    models = _Scored(config, model, stored)
    scored = [models.on(each, how) for each, how in on_each]
    groups = [group for group, _measured in scored]
    held_out: list[Mapping[str, FloatArray]] = [group.held_out for group in groups]
    apart: list[Recording] = []
    if given is None or config.beside:
        for group, measured in models.elsewhere(path, evaluation):
            held_out.append(group.suite.mode_sums(group.found.scores))
            apart.append(measured.recording)
    floor = joint_floor(measure_floors([measured for _group, measured in scored], apart))
    found = groups[0].found
    if len(groups) > 1:
        names = [each.name for each, _how in on_each]
        found = merged([group.found for group in groups], names, [0] * len(groups))
    sums: dict[str, FloatArray] = {}
    for each in held_out:
        for code, values in each.items():
            sums[code] = sums.get(code, 0.0) + values
    return ScoredGroup(joint_suite([group.suite for group in groups]), found, sums, floor)


def _sought(config: EvaluateConfig, path: Path, evaluation: Mapping[str, Json]) -> Path:
    """Return where another recording is: beside the first, or where recordings are sought."""
    return find_target(str(evaluation["target"]), [path.parent, *_folders(config)])


class _Scored(NamedTuple):
    """Models that are scored alike, and with what.

    Attributes
    ----------
    config
        The options.
    model
        The cell class that they are models of.
    stored
        The models.
    """

    config: EvaluateConfig
    model: Model
    stored: StoredModels

    def on(self, path: Path, evaluation: Mapping[str, Json] | None) -> tuple[ScoredGroup, Measured]:
        """Score models on one recording, and on those of its sweeps that were held out.

        Beside it stands what the noise floor is measured of.
        """
        config, model, stored = self.config.taking_as(evaluation), self.model, self.stored
        recording = open_recording(config, path)
        target = reduce_recording(recording, model.downsampler)
        settings = _settings(config, evaluation, stored)
        # What is said of the recording is said with the threshold that is scored with.
        shown = replace(config, spike_threshold_mV=settings.spike_threshold_mV)
        window = stimulus_window(shown, target, shown=True)
        table = stored.table()

        def scored(suite: Suite) -> Evaluation:
            experiment = plan_experiment(
                recording,
                stimulus_on(window, target, recording),
                suite.sweeps,
                config.step_ms,
                config.temperature_of(stored),
            )
            with build_simulator(model.cell_source, experiment, config) as simulator:
                simulator.check(table)
                return evaluate_models(simulator, suite, table, model.downsampler)

        suite = bind_suite(target, window, settings)
        found, measured = scored(suite), Measured(target, window, suite)
        places = held_out_places(settings.hold_out, target.numbers)
        if not places:
            return ScoredGroup(suite, found), measured
        mask = Mask(rule=[target.numbers[place] for place in places])
        other = bind_suite(target, window, replace(settings, mask=mask, hold_out=None))
        held_out = other.mode_sums(scored(other).scores)
        return ScoredGroup(suite, found, held_out), measured

    def elsewhere(
        self, path: Path, evaluation: Mapping[str, Json] | None
    ) -> list[tuple[ScoredGroup, Measured]]:
        """Score models on recordings that were held out as a whole, as far as they are there."""
        found = []
        for other in evaluations_beside(evaluation, self.config.models, ELSEWHERE):
            try:
                where = _sought(self.config, path, other)
            except DatabaseError as error:
                _log.warning("held out, but not scored: %s", error)
                continue
            found.append(self.on(where, other))
        return found


def _settings(
    config: EvaluateConfig, evaluation: Mapping[str, Json] | None, stored: StoredModels
) -> EvaluationSettings:
    given = config.stored_settings(evaluation, stored, config.models)
    return given or evaluation_settings(config, modes=config.modes or DEFAULT_MODES)


def _as_json(scored: ScoredModel) -> Json:
    sums = np.array(list(scored.held_out.values()), dtype=np.float64)
    held_out = dict(zip(scored.held_out, numbers(sums), strict=True))
    return {
        **({"held_out": held_out} if held_out else {}),
        **_floor_as_json(scored),
        "id": scored.model.number,
        "recording": scored.recording,
        "status": scored.status.name,
        "message": scored.message,
        "marks": "".join(scored.markers),
        "vector": numbers(scored.vector),
    }


def _floor_as_json(scored: ScoredModel) -> dict[str, Json]:
    """Return the floor of every mode, and the sums in units of it; a number over 0 is null."""
    floor = scored.floor
    if floor is None or not floor.is_told:
        return {}
    ratios = in_floors(scored.mode_sums, floor)
    return {
        "floor": {
            "modes": floor.modes,
            "lower_bound": bool(floor.is_bound.any()),
            "in_floors": dict(zip(ratios, numbers(np.array(list(ratios.values()))), strict=True)),
        }
    }


def _ratios(sums: Mapping[str, float], floor: Floor) -> dict[str, float | str]:
    """Return sums in units of the floor, as a table has them."""
    ratios = in_floors(sums, floor)
    return {c: each if np.isfinite(each) else "floor is 0" for c, each in ratios.items()}


def _print_floors(screen: Screen, scored: Sequence[ScoredModel]) -> None:
    """Print the sums in units of the noise floor, a table for every floor that there is."""
    groups: dict[str, list[ScoredModel]] = {}
    for each in scored:
        if each.floor is not None and (each.floor.is_told or each.floor.notes):
            said = said_floor(each.floor) if each.floor.is_told else "not known"
            said = "; ".join((f"noise floor: {said}", *each.floor.notes))
            groups.setdefault(said, []).append(each)
    for said, members in groups.items():
        screen.print(said, soft_wrap=True)
        rows = [
            ((str(each.model.number), each.recording), _ratios(each.mode_sums, each.floor))
            for each in members
            if each.floor is not None and each.floor.is_told and each.status is RunStatus.OK
        ]
        if rows:
            screen.print("sums in units of the noise floor:")
            print_models(screen, ("model", "recording"), rows)


def _print_table(screen: Screen, scored: Sequence[ScoredModel]) -> None:
    screen.print("sums of the components of each mode:")
    rows = [((str(each.model.number), each.recording), each.mode_sums) for each in scored]
    print_models(screen, ("model", "recording"), rows)
    apart = [((str(m.model.number), m.recording), m.held_out) for m in scored if m.held_out]
    if apart:
        screen.print("the same of the sweeps that were held out:")
        print_models(screen, ("model", "recording"), apart)
    _print_floors(screen, scored)
    for each in scored:
        if each.status is not RunStatus.OK:
            screen.print(
                f"model {each.model.number}: {each.status.value}: {each.message}", soft_wrap=True
            )
