"""One trial: an algorithm on a problem from a seed, and what it found."""

from __future__ import annotations

import json
import math
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np

from pyneuronautofit._atomic import write_text
from pyneuronautofit._bounded import allowance_of, parse_json, read_bytes
from pyneuronautofit._types import FloatArray, Json
from pyneuronautofit.benchmarking.contestants import run_contestant
from pyneuronautofit.benchmarking.counting import CountedProblem
from pyneuronautofit.benchmarking.problem import BenchmarkProblem, problem_of
from pyneuronautofit.benchmarking.targets import fit_config, truth_of
from pyneuronautofit.errors import PyNeuronAutofitError, RunError
from pyneuronautofit.fitting import FitConfig, Problem, open_problem


@dataclass(frozen=True)
class TrialTask:
    """What a trial is to be.

    Attributes
    ----------
    problem, algorithm
        Their names.
    seed
    evaluations
        How many it has.
    """

    problem: str
    algorithm: str
    seed: int
    evaluations: int

    @property
    def file_name(self) -> str:
        """What its file is called."""
        return f"{self.problem}-{self.algorithm}-{self.seed}.json"


@dataclass(frozen=True)
class BenchmarkTrial:
    """What a trial found.

    Attributes
    ----------
    problem, algorithm, seed, evaluations
        As they were asked for.
    used
        Evaluations that it has made: some algorithms leave what is no whole generation.
    failed
        Candidates that could not be scored.
    curve
        (evaluations, least sum so far) wherever it became less.
    best
        Parameter -> value of the best model, in the unit of the model.
    distance
        How far it is from the true model: rms over the parameters, of their ranges; None where
        nothing could be scored.
    held_out
        Its mean squared voltage difference on the sweeps that were held out, mV2; None: there are
        none.
    seconds
        What the search took.
    """

    problem: str
    algorithm: str
    seed: int
    evaluations: int
    used: int
    failed: int
    curve: tuple[tuple[int, float], ...]
    best: Mapping[str, float]
    distance: float | None
    held_out: float | None
    seconds: float

    def at(self, evaluations: int) -> float:
        """Return the least sum after so many evaluations; inf where there was none yet."""
        found = [total for n, total in self.curve if n <= evaluations]
        return found[-1] if found else math.inf

    def until(self, level: float) -> float:
        """Return after how many evaluations the sum was at most a level; inf: it never was."""
        return next((n for n, total in self.curve if total <= level), math.inf)


@dataclass(frozen=True)
class OpenedProblem:
    """A problem that is prepared in a folder, as searches need it.

    Attributes
    ----------
    about
        What it is.
    config
        The options of a fit to it.
    fitted
        What is searched.
    held_out
        The same on the sweeps that are held out; None: there are none.
    """

    about: BenchmarkProblem
    config: FitConfig
    fitted: Problem
    held_out: Problem | None

    def close(self) -> None:
        """End what simulates."""
        for each in (self.fitted, self.held_out):
            if each is not None:
                each.simulator.close()


def open_benchmark_problem(name: str, folder: Path) -> OpenedProblem:
    """Open a problem that is prepared in a folder."""
    about = problem_of(name)
    config, others = fit_config(about, folder), about.fit.held_out
    held_out = None
    if others:
        held_out = open_problem(fit_config(about, folder, others, modes="V"), folder)
    return OpenedProblem(about, config, open_problem(config, folder), held_out)


class BenchmarkRunner:
    """Runs trials of the problems that are prepared in a folder, one after the other.

    The problem of the last trial is kept open: simulators have no memory, so a trial is the same
    whatever came before it.

    Parameters
    ----------
    folder
        Where the problems are.
    """

    def __init__(self, folder: str) -> None:
        self._folder = Path(folder)
        self._opened: OpenedProblem | None = None

    def __call__(self, task: TrialTask) -> BenchmarkTrial:
        """Run a trial."""
        if self._opened is None or self._opened.about.name != task.problem:
            self.close()
            self._opened = open_benchmark_problem(task.problem, self._folder / task.problem)
        return run_trial(task, self._opened)

    def close(self) -> None:
        """End what simulates."""
        if self._opened is not None:
            self._opened.close()
        self._opened = None


def run_trial(task: TrialTask, opened: OpenedProblem) -> BenchmarkTrial:
    """Run a trial of a problem that is open."""
    counted = CountedProblem(opened.fitted, task.evaluations)
    began = time.monotonic()
    run_contestant(task.algorithm, counted, opened.config, task.seed)
    seconds = time.monotonic() - began
    space, x = opened.fitted.space, counted.best
    best: dict[str, float] = {}
    distance = None
    if x is not None:
        values = space.to_model(x[np.newaxis]).values[0].tolist()
        best = dict(zip(space.names, values, strict=True))
        both = space.to_unit(np.stack([x, truth_of(opened.about, space)]))
        distance = float(np.sqrt(np.mean((both[0] - both[1])[~space.fixed] ** 2)))
    return BenchmarkTrial(
        task.problem,
        task.algorithm,
        task.seed,
        task.evaluations,
        counted.n_done,
        counted.n_failed,
        tuple(counted.curve),
        best,
        distance,
        _on_held_out(opened, x),
        seconds,
    )


def _on_held_out(opened: OpenedProblem, x: FloatArray | None) -> float | None:
    if opened.held_out is None or x is None:
        return None
    found = float(opened.held_out.evaluate(x[np.newaxis]).scores[0].mean())
    return found if math.isfinite(found) else None


def write_trial(path: Path, trial: BenchmarkTrial) -> None:
    """Write a trial, atomically."""
    write_text(path, json.dumps(asdict(trial), allow_nan=False) + "\n")


def read_trial(path: Path) -> BenchmarkTrial:
    """Read a trial.

    Raises
    ------
    RunError
        If it is none.
    """
    try:
        text = read_bytes(path, RunError)
        return _trial_from(parse_json(text, allowance_of(path, len(text), RunError)))
    except (OSError, KeyError, TypeError, ValueError, PyNeuronAutofitError) as error:
        raise RunError(
            f"{path}: expected a trial of a benchmark, found something else ({error}). Delete the "
            "file: the same command runs the trial again"
        ) from error


def _trial_from(content: Json) -> BenchmarkTrial:
    if not isinstance(content, dict):
        raise TypeError(f"a {type(content).__name__}")
    kept: dict[str, Any] = {each.name: content[each.name] for each in fields(BenchmarkTrial)}
    kept["curve"] = tuple((int(n), float(total)) for n, total in kept["curve"])
    for name in ("seed", "evaluations", "used", "failed"):
        kept[name] = int(kept[name])
    kept["best"] = {str(name): float(value) for name, value in kept["best"].items()}
    for name in ("distance", "held_out"):
        kept[name] = None if kept[name] is None else float(kept[name])
    kept["seconds"] = float(kept["seconds"])
    return BenchmarkTrial(**kept)
