"""`evaluation`: simulating and scoring a population as a fit does, on several cores."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import numpy as np
from _workload import Workload, alternate, available, print_table, spread, timed

from pyneuronautofit.errors import PyNeuronAutofitError
from pyneuronautofit.fitting import Evaluation, FitConfig, Problem, check_options, open_problem

MODES = "OV"
# Two scores of V that differ by less are the same (relative).
SAME_V = 1e-4


def measure_evaluation(workload: Workload, words: argparse.Namespace, folder: Path) -> None:
    """Print a table for the given models and one for random candidates, which hardly spike."""
    names = available(words.simulators)
    with ExitStack() as stack:
        problems = {}
        for name in names:
            try:
                problems[name] = _problem(name, workload, words.cores, folder)
            except PyNeuronAutofitError as error:
                print(f"({name} is left out: {error})\n", flush=True)
                continue
            stack.enter_context(problems[name].simulator)
        random = workload.space.sample(np.random.default_rng(1), words.candidates)
        populations = {
            "the models, repeated and perturbed": workload.candidates(words.candidates),
            "random": random,
        }
        for label, x in populations.items():
            for problem in problems.values():
                # Starts processes, compiles kernels and scores once: a fit does this once.
                problem.evaluate(x[:2])
            actions = {n: _evaluating(problem, x) for n, problem in problems.items()}
            found = alternate(actions, words.repeats)
            print(f"{len(x)} candidates ({label}), -m {MODES}, -n {words.cores}:")
            _print(found, problems)


def _problem(name: str, workload: Workload, n_core: int, folder: Path) -> Problem:
    window, step_ms = workload.window, workload.recording.step_ms
    simulator, _, precision = name.partition("-")
    config = FitConfig(
        recording=str(workload.path),
        modes=MODES,
        simulator=simulator,
        precision=precision or "double",
        stimulus=(window.first * step_ms, (window.last + 1) * step_ms),
        temperature_degC=workload.experiment.temperature_degC,
        dt=workload.experiment.clock.dt_ms,
        n_worker=n_core,
    )
    check_options(config)
    return open_problem(config, folder)


def _evaluating(problem: Problem, x: np.ndarray) -> Callable[[], tuple[float, Evaluation]]:
    def evaluate() -> tuple[float, Evaluation]:
        wall_s, _, evaluation = timed(lambda: problem.evaluate(x))
        return wall_s, evaluation

    return evaluate


def _print(found: dict[str, list[tuple[float, Evaluation]]], problems: dict[str, Problem]) -> None:
    reference = next(iter(found))
    wall = {name: [seconds for seconds, _ in runs] for name, runs in found.items()}
    expected = found[reference][0][1].scores
    rows = []
    for name, runs in found.items():
        evaluation = runs[0][1]
        n_failed = sum(status.name != "OK" for status in evaluation.status)
        markers = np.array(problems[name].suite.markers)
        rows.append(
            (
                name,
                spread(wall[name]),
                f"{np.median(wall[reference]) / np.median(wall[name]):.2f}",
                _share(expected, evaluation.scores, markers == "O", 0.0),
                _share(expected, evaluation.scores, markers == "V", SAME_V),
                str(n_failed),
            )
        )
    head = ("simulator", "wall s: median (range)", f"times {reference}'s speed")
    print_table((*head, "the same O", f"V within {SAME_V:g}", "failed"), rows)


def _share(expected: np.ndarray, found: np.ndarray, columns: np.ndarray, relative: float) -> str:
    """Return how many of the finite scores agree."""
    one, other = expected[:, columns], found[:, columns]
    finite = np.isfinite(one)
    agree = np.abs(one - other)[finite] <= relative * np.abs(one[finite])
    return f"{100.0 * float(agree.mean()):.2f} %" if agree.size else "none"
