"""Stored models, simulated and scored anew."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TypeAlias

from pyneuronautofit._types import FloatArray, Json
from pyneuronautofit.database.models import StoredModel, StoredModels
from pyneuronautofit.errors import DatabaseError
from pyneuronautofit.fitting import Evaluation
from pyneuronautofit.objectives import Suite
from pyneuronautofit.objectives.floor import Floor
from pyneuronautofit.simulators import RunStatus


@dataclass(frozen=True)
class ScoredModel:
    """What became of a stored model.

    Attributes
    ----------
    model
        The model.
    recording
        The file name of the recording that it was compared with.
    status, message
        How its simulation ended.
    markers
        The mode letter of every component.
    vector : FloatArray, shape (n_score,)
        The objective vector; nan where it failed.
    mode_sums
        The sum of the components of every mode.
    held_out
        The same of the sweeps that were held out; empty where none were.
    floor
        The noise floor of the vector; None: it was not measured.
    """

    model: StoredModel
    recording: str
    status: RunStatus
    message: str
    markers: tuple[str, ...]
    vector: FloatArray
    mode_sums: Mapping[str, float]
    held_out: Mapping[str, float] = field(default_factory=dict)
    floor: Floor | None = None


@dataclass(frozen=True)
class ScoredGroup:
    """What became of models that were scored alike.

    Attributes
    ----------
    suite
        What they were scored by.
    found
        Their scores.
    held_out : Mapping of FloatArray, shape (n_model,)
        Mode letter -> the sums of its components on the sweeps that were held out; empty where
        none were.
    floor
        The noise floor of the recording, as far as `suite` looks at it.
    """

    suite: Suite
    found: Evaluation
    held_out: Mapping[str, FloatArray] = field(default_factory=dict)
    floor: Floor | None = None


#: Simulates and scores a group: (recording, stored evaluation, models) -> what became of it.
Scorer: TypeAlias = Callable[[Path, Mapping[str, Json] | None, StoredModels], ScoredGroup]


def score_models(
    stored: StoredModels, find_recording: Callable[[str | None], Path], score: Scorer
) -> list[ScoredModel]:
    """Score models, those that share a recording and an evaluation together.

    Parameters
    ----------
    find_recording
        The name of a model's target, or None -> the file; raises where there is none.

    Returns
    -------
    list of ScoredModel
        In the order of the models.
    """
    groups: dict[tuple[Path, str], list[int]] = {}
    for place, model in enumerate(stored.models):
        key = find_recording(model.target), json.dumps(model.evaluation, sort_keys=True)
        groups.setdefault(key, []).append(place)
    results: dict[int, ScoredModel] = {}
    for (path, _evaluation), places in groups.items():
        members = tuple(stored.models[place] for place in places)
        group = score(path, members[0].evaluation, replace(stored, models=members))
        for row, place in enumerate(places):
            results[place] = _scored(stored.models[place], path.name, group, row)
    return [results[place] for place in range(len(stored.models))]


def _scored(model: StoredModel, recording: str, group: ScoredGroup, row: int) -> ScoredModel:
    suite, found = group.suite, group.found
    sums = suite.mode_sums(found.scores[row : row + 1])
    return ScoredModel(
        model,
        recording,
        found.status[row],
        found.messages[row],
        suite.markers,
        found.scores[row],
        {code: float(values[0]) for code, values in sums.items()},
        {code: float(values[row]) for code, values in group.held_out.items()},
        group.floor,
    )


def find_target(name: str | None, folders: list[Path]) -> Path:
    """Return the file of a recording that a model names.

    Raises
    ------
    DatabaseError
        If the model names none, or it is in none of the folders.
    """
    if name is None:
        raise DatabaseError(
            "the models do not say which recording they were fitted to: name the recording after "
            "the file of the models"
        )
    for folder in folders:
        if (folder / name).is_file():
            return folder / name
    # One folder may be meant twice: that of the models is often the working directory.
    once: dict[Path, Path] = {}
    for folder in folders:
        once.setdefault(folder.resolve(), folder)
    looked = ", ".join(map(str, once.values()))
    raise DatabaseError(
        f"the recording {name} of the models is in none of the folders {looked}; name the "
        "recording, or its folder with --recordings"
    )
