"""Trials, problem by problem."""

from __future__ import annotations

from benchmarking.made import trial
from pyneuronautofit.cli.benchmarks.summing import draw_results, results_of

TRIALS = [
    trial(name, seed, (10, 5.0), (50 + seed, total), problem=problem)
    for problem in ("hh", "passive")
    for name, total in (("Auto", 0.1), ("random", 2.0))
    for seed in (1, 2)
]


def test_results_are_in_the_order_of_the_trials():
    results, grouped = results_of(TRIALS)
    assert [result.problem.name for result in results] == ["hh", "passive"]
    assert [each.algorithm for each in results[0].algorithms] == ["Auto", "random"]
    assert grouped["passive"]["random"] == TRIALS[6:]


def test_a_panel_per_problem(tmp_path):
    results, grouped = results_of(TRIALS)
    draw_results(tmp_path / "a.svg", results, grouped)
    text = (tmp_path / "a.svg").read_text()
    assert ">Hodgkin-Huxley cell (3 parameters)<" in text
    assert ">passive cell (3 parameters)<" in text
    assert ">medians and quartiles, seeds: 2<" in text
