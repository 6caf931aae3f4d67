"""`compare RECORDING RESPONSES`: scores voltages that are already there."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pyneuronautofit._types import FloatArray, Json
from pyneuronautofit._words import READ
from pyneuronautofit.cli.parser import parse_config
from pyneuronautofit.cli.traces.responses import read_responses
from pyneuronautofit.fitting import (
    EvaluationOptions,
    RecordingOptions,
    evaluation_settings,
    open_recording,
    option,
    stimulus_window,
)
from pyneuronautofit.objectives import Suite, bind_suite
from pyneuronautofit.sessions.logs import logging_to_screen

DESCRIPTION = """Scores given voltages against a recording and prints JSON.

RESPONSES is an .npz or .json file with the key voltage [sweep, sample] in mV, or an .abf file. A
voltage [model, sweep, sample] gives a list of vectors, one per model."""


@dataclass(frozen=True, kw_only=True)
class CompareConfig(RecordingOptions, EvaluationOptions):
    """A comparison."""

    responses: str = option(
        "",
        group="",
        metavar="RESPONSES",
        parse=READ,
        place=1,
        help="the voltages: .npz, .json or .abf",
    )


def run(argv: Sequence[str], prog: str) -> int:
    """Compare, print, and return the exit code."""
    config = parse_config(CompareConfig, argv, prog, DESCRIPTION)
    with logging_to_screen("INFO"):
        recording = open_recording(config)
        window = stimulus_window(config, recording, shown=True)
        suite = bind_suite(recording, window, evaluation_settings(config))
        responses_mV = read_responses(config.responses, recording)
    models = responses_mV if responses_mV.ndim == 3 else responses_mV[None]
    vectors = [_vector(suite, model) for model in models]
    answer = {
        "marks": "".join(suite.markers),
        "vector": vectors if responses_mV.ndim == 3 else vectors[0],
    }
    print(json.dumps(answer, allow_nan=False))
    return 0


def _vector(suite: Suite, voltage_mV: FloatArray) -> Json:
    scores = suite.score(voltage_mV[None, list(suite.sweeps)])[0]
    return [value if np.isfinite(value) else None for value in scores.tolist()]
