"""Trials of the passive problem, whose answer is a formula."""

from __future__ import annotations

import json
import math
from dataclasses import replace

import pytest

from benchmarking.made import trial
from pyneuronautofit.benchmarking.problem import problem_of
from pyneuronautofit.benchmarking.trials import BenchmarkRunner, TrialTask, read_trial, write_trial
from pyneuronautofit.errors import RunError


@pytest.fixture(scope="module")
def runner(prepared):
    made = BenchmarkRunner(str(prepared))
    yield made
    made.close()


@pytest.fixture(scope="module")
def by_auto(runner):
    return runner(TrialTask("passive", "Auto", 1, 800))


def test_the_answer_is_found(by_auto):
    problem = problem_of("passive")
    assert by_auto.curve[-1][1] < problem.levels[0]
    assert by_auto.best == {
        name: pytest.approx(value, rel=0.01) for name, value in problem.truth.items()
    }
    assert by_auto.distance < 0.01
    assert by_auto.held_out is None
    assert (by_auto.failed, by_auto.evaluations) == (0, 800)
    assert by_auto.curve[-1][0] <= by_auto.used <= 800


def test_a_trial_is_the_same_whatever_came_before_it(by_auto, runner, prepared):
    runner(TrialTask("passive", "random", 5, 100))
    again = runner(TrialTask("passive", "Auto", 1, 800))
    assert replace(again, seconds=0.0) == replace(by_auto, seconds=0.0)


@pytest.mark.parametrize("name", ["DE", "CMA", "NSGA2", "Krayzman", "Max", "PositiveCor"])
def test_our_others(name, runner):
    found = runner(TrialTask("passive", name, 2, 300))
    assert 200 <= found.used <= 300
    totals = [total for _n, total in found.curve]
    assert totals == sorted(totals, reverse=True)
    # Of populations of a hundred it is not the first who is the best.
    assert 0 < totals[-1] < totals[0]
    assert found.curve[-1][0] <= found.used


def test_when_it_became_how_good():
    one = trial("A", 1, (3, 5.0), (10, 0.5), (40, 0.1))
    assert [one.at(n) for n in (2, 3, 39, 40, 1000)] == [math.inf, 5.0, 0.5, 0.1, 0.1]
    assert [one.until(level) for level in (9.0, 0.5, 0.2, 0.01)] == [3, 10, 40, math.inf]


def test_a_file_is_the_trial(tmp_path):
    one = trial("A", 1, (3, 5.0), (10, 0.1 + 0.2), held_out=1 / 3)
    write_trial(tmp_path / "a.json", one)
    assert read_trial(tmp_path / "a.json") == one
    nothing = trial("A", 2, best={}, distance=None)
    write_trial(tmp_path / "b.json", nothing)
    assert read_trial(tmp_path / "b.json") == nothing


@pytest.mark.parametrize("spoil", [
    lambda text: text[: len(text) // 2],
    lambda _text: "[1, 2]",
    lambda text: text.replace('"seed"', '"sead"'),
    lambda text: text.replace("[3, 5.0]", "[3]"),
    lambda text: text.replace('"soma.cm": 1.0', '"soma.cm": "x"'),
])  # fmt: skip
def test_something_else(spoil, tmp_path):
    path = tmp_path / "a.json"
    write_trial(path, trial("A", 1, (3, 5.0)))
    text = path.read_text()
    assert spoil(text) != text
    path.write_text(spoil(text))
    with pytest.raises(RunError, match=r"a\.json: expected a trial .* Delete the file"):
        read_trial(path)


def test_a_file_is_json_without_numbers_that_it_does_not_have(tmp_path):
    write_trial(tmp_path / "a.json", trial("A", 1))
    assert json.loads((tmp_path / "a.json").read_text())["curve"] == []
    assert TrialTask("hh", "cmaes", 7, 100).file_name == "hh-cmaes-7.json"
