"""How models were scored on recordings, as result files hold it, and as it is read again."""

from __future__ import annotations

from collections.abc import Mapping

from pyneuronautofit._types import Json
from pyneuronautofit.fit.config import FitConfig
from pyneuronautofit.fit.problem import Problem
from pyneuronautofit.fit.several.words import recording_options
from pyneuronautofit.recordings import taking_as_json

#: Under this key of an evaluation are those on further recordings, each with its `target`.
BESIDE = "beside"


def evaluation_as_json(config: FitConfig, problem: Problem) -> dict[str, Json]:
    """Return the key `evaluation` of result files.

    It goes into every database, so that models are scored again as they were: with how each
    recording was taken.
    """
    taken = {}
    for options in recording_options(config):
        name = options.recording.rpartition("/")[2]
        taken[name] = taking_as_json(options)
    first, *others = (_of_part(part, taken) for part in problem.parts)
    if others:
        targets = (part.recording.name for part in problem.beside)
        first[BESIDE] = [{"target": t, **each} for t, each in zip(targets, others, strict=True)]
    return first


def _of_part(part: Problem, taken: Mapping[str, dict[str, Json]]) -> dict[str, Json]:
    how = taken.get(part.recording.name)
    return {**part.suite.settings.as_json(), **({"recording": how} if how else {})}
