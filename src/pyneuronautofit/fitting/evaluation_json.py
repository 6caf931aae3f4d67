"""How models were scored on recordings, as result files hold it, and as it is read again."""

from __future__ import annotations

from collections.abc import Mapping

from pyneuronautofit._types import Json
from pyneuronautofit.fitting.config import FitConfig
from pyneuronautofit.fitting.problem import Problem
from pyneuronautofit.fitting.resumed.plugged import PLUGINS, modes_of_plug_ins
from pyneuronautofit.fitting.several.words import recording_options
from pyneuronautofit.recordings import taking_as_json
from pyneuronautofit.runs import CELL, CELLS
from pyneuronautofit.space import cells_in

#: Under this key of an evaluation are those on further recordings, each with its `target`.
BESIDE = "beside"
#: The same of recordings that were held out as a whole.
ELSEWHERE = "held_out_recordings"
#: Under this key is what the user wanted to count, as text and for every component.
WEIGHTS = "weights"


def evaluation_as_json(config: FitConfig, problem: Problem) -> dict[str, Json]:
    """Return the key `evaluation` of result files.

    It goes into every database, so that models are scored again as they were: with how each
    recording was taken.
    """
    taken = {}
    for options in recording_options(config):
        name = options.recording.rpartition("/")[2]
        taken[name] = taking_as_json(options)
    first = _of_part(problem, taken)
    if plugged := modes_of_plug_ins(config.modes):
        first[PLUGINS] = plugged
    for key, parts in ((BESIDE, problem.beside), (ELSEWHERE, problem.elsewhere)):
        if parts:
            first[key] = [{"target": p.recording.name, **_of_part(p, taken)} for p in parts]
    if problem.columns is not None:
        first[CELLS] = {
            "names": list(cells_in(problem.space)),
            "shared": [p.name for p in problem.space.parameters if not p.targets[0].cell],
            "pull": config.pull,
        }
    if config.weights is not None:
        first[WEIGHTS] = {"given": config.weights, "components": problem.weights.tolist()}
    return first


def _of_part(part: Problem, taken: Mapping[str, dict[str, Json]]) -> dict[str, Json]:
    how = taken.get(part.recording.name)
    return {
        **part.suite.settings.as_json(),
        **({"recording": how} if how else {}),
        **({CELL: part.cell} if part.cell else {}),
    }
