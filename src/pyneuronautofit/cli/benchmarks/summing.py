"""From trials to what is shown of them: results by problem, and curves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from pyneuronautofit.benchmarking import (
    BenchmarkTrial,
    ProblemResult,
    compare,
    median_curve,
    problem_of,
)
from pyneuronautofit.plots.benchmark import CurvePanel, save_benchmark

#: Problem -> the trials of each algorithm.
Grouped = Mapping[str, Mapping[str, Sequence[BenchmarkTrial]]]


def results_of(trials: Sequence[BenchmarkTrial]) -> tuple[list[ProblemResult], Grouped]:
    """Return what trials say of algorithms, problem by problem, and the trials by both."""
    grouped: dict[str, dict[str, list[BenchmarkTrial]]] = {}
    for trial in trials:
        grouped.setdefault(trial.problem, {}).setdefault(trial.algorithm, []).append(trial)
    results = [
        compare(problem_of(name), [trial for group in own.values() for trial in group])
        for name, own in grouped.items()
    ]
    return results, grouped


def draw_results(path: Path, results: Sequence[ProblemResult], grouped: Grouped) -> None:
    """Draw how soon algorithms become how good, a panel per problem."""
    panels = []
    for result in results:
        own = grouped[result.problem.name]
        title = f"{result.problem.title} ({len(result.problem.truth)} parameters)"
        curves = {algorithm: median_curve(group) for algorithm, group in own.items()}
        panels.append(CurvePanel(title, curves, result.problem.solved))
    numbers = {each.n_seed for result in results for each in result.algorithms}
    seeds = " to ".join(str(n) for n in sorted({min(numbers), max(numbers)}))
    save_benchmark(path, panels, f"medians and quartiles, seeds: {seeds}")
