"""The problems of the benchmark: folders of data, each with a `problem.toml`.

Adding one: a folder in `problems/` with its `problem.toml`, its name in `NAMES`.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from pyneuronautofit._types import Json

#: Where the problems are.
FOLDER = Path(__file__).parent / "problems"
#: In the order in which they are run and shown: the easy ones first.
NAMES = ("passive", "hh", "simplified", "pyramidal", "example")
#: What a target can be made by: a formula, NEURON, the model as a search simulates it, or nobody,
#: where it is a recording.
MAKERS = ("formula", "neuron", "model", "recording")


@dataclass(frozen=True)
class TargetPlan:
    """What a problem's models are compared with.

    Attributes
    ----------
    made_by
        One of `MAKERS`.
    recording
        The file of a recording; empty where the target is made.
    currents_pA
        Of the steps, one for each sweep.
    step_ms
        Between two samples.
    n_sample
        Of a sweep.
    window
        First and last sample of the step.
    """

    made_by: str
    recording: str = ""
    currents_pA: tuple[float, ...] = ()
    step_ms: float = 0.0
    n_sample: int = 0
    window: tuple[int, int] = (0, 0)


@dataclass(frozen=True)
class FitPlan:
    """How a problem's models are compared with its target.

    Attributes
    ----------
    modes
        Evaluation modes.
    temperature_degC
        Of the model.
    sweeps
        That are compared; empty: all.
    held_out
        That are not compared, but looked at in the end.
    integrator
        As the flag of that name; None: its default.
    spike_count, spike_threshold_mV
        As the flags of these names.
    """

    modes: str
    temperature_degC: float
    sweeps: tuple[int, ...] = ()
    held_out: tuple[int, ...] = ()
    integrator: str | None = None
    spike_count: int = 2
    spike_threshold_mV: float = 0.0


@dataclass(frozen=True)
class BenchmarkProblem:
    """A problem with a known answer.

    Attributes
    ----------
    name
        What it is called on the command line.
    title, about, answer
        What it is, in words, and what is known of its answer.
    alike
        What published problem it is like, and in what it differs; empty: none.
    levels
        Sums that searches are asked to reach, the largest first.
    solved
        Below this a sum is as good as any other.
    evaluations, quick
        How many a search has, and how many with --quick.
    files
        Name in the problem's folder -> file in `FOLDER`.
    target, fit
    truth
        Path -> value, in the unit of the model.
    """

    name: str
    title: str
    about: str
    answer: str
    alike: str
    levels: tuple[float, ...]
    solved: float
    evaluations: int
    quick: int
    files: Mapping[str, str]
    target: TargetPlan
    fit: FitPlan
    truth: Mapping[str, float]


@cache
def problem_of(name: str) -> BenchmarkProblem:
    """Return a problem of `NAMES`."""
    text = (FOLDER / name / "problem.toml").read_text(encoding="utf-8")
    read: dict[str, Any] = tomllib.loads(text)
    evaluations = read.pop("evaluations")
    return BenchmarkProblem(
        name=name,
        alike=read.pop("alike", ""),
        levels=tuple(read.pop("levels")),
        evaluations=evaluations["full"],
        quick=evaluations["quick"],
        target=TargetPlan(**_tuples(read.pop("target"))),
        fit=FitPlan(**_tuples(read.pop("fit"))),
        **read,
    )


def _tuples(table: Mapping[str, Json]) -> dict[str, Any]:
    return {key: tuple(v) if isinstance(v, list) else v for key, v in table.items()}
