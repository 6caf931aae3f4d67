"""What becomes of candidates: scores, statuses and times in the order in which they were asked."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
import pytest

from pyneuronautofit.errors import ModelError
from pyneuronautofit.fitting import (
    Budget,
    FitConfig,
    build_search,
    evaluate_models,
    search,
    sums_of_cells,
)
from pyneuronautofit.fitting.build import of_cells
from pyneuronautofit.fitting.cells import PULL, plan_cells
from pyneuronautofit.objectives.floor import unknown_floor
from pyneuronautofit.simulators import RunStatus, TraceBlock, Traces
from pyneuronautofit.space import ParameterSpace

from .parabolas import Parabolas, make_problem

SPACE = ParameterSpace.from_rows([["s.a", "lin", 0.0, 10.0], ["s.b", "log", 1.0, 1000.0]])


@dataclass
class Ramps:
    """Answers with a·1, a·2, a·3, a·4 mV; fails where a > 5, then with a voltage that is wrong."""

    blocks: tuple[tuple[int, ...], ...]
    checked: list = field(default_factory=list)

    def check(self, parameters):
        self.checked.append(parameters)

    def stream(self, parameters):
        for block in self.blocks:
            rows = np.array(block, dtype=np.int64)
            a = parameters.values[rows, 0]
            yield TraceBlock(
                rows,
                Traces(
                    a[:, None, None] * np.arange(1.0, 5.0),
                    tuple(RunStatus.TIMED_OUT if value > 5 else RunStatus.OK for value in a),
                    tuple(f"a was {value:g}" if value > 5 else "" for value in a),
                    a / 100.0,
                ),
            )


@dataclass
class Extremes:
    """A suite of two components: the smallest and the largest voltage."""

    seen: list = field(default_factory=list)
    markers: tuple[str, ...] = ("L", "H")

    def score(self, voltage_mV):
        self.seen.append(len(voltage_mV))
        return np.stack([voltage_mV.min(axis=(1, 2)), voltage_mV.max(axis=(1, 2))], axis=1)


def table(*a):
    return SPACE.to_model(np.stack([np.array(a, dtype=float), np.zeros(len(a))], axis=1))


def evaluated(a, blocks, suite=None, **more):
    return evaluate_models(Ramps(blocks), suite or Extremes(), table(*a), **more)


def test_everything_of_a_candidate_is_in_its_own_row():
    found = evaluated([3.0, 7.0, 1.0, 2.0, 9.0], blocks=((4, 2), (0,), (3, 1)))
    nan = np.nan
    np.testing.assert_array_equal(found.scores, [[3, 12], [nan, nan], [1, 4], [2, 8], [nan, nan]])
    ok, late = RunStatus.OK, RunStatus.TIMED_OUT
    assert found.status == (ok, late, ok, ok, late)
    assert found.messages == ("", "a was 7", "", "", "a was 9")
    np.testing.assert_allclose(found.seconds, [0.03, 0.07, 0.01, 0.02, 0.09])
    np.testing.assert_array_equal(found.parameters[:, 0], [3, 7, 1, 2, 9])
    np.testing.assert_array_equal(found.parameters[:, 1], 1.0)


def test_only_who_was_simulated_is_scored():
    suite = Extremes()
    found = evaluated([7.0, 8.0, 1.0, 6.0], blocks=((0, 1), (2, 3)), suite=suite)
    assert suite.seen == [1]
    assert np.isnan(found.scores[[0, 1, 3]]).all()


def test_a_candidate_that_no_block_brought_has_failed():
    found = evaluated([3.0, 1.0], blocks=((1,),))
    assert found.status == (RunStatus.FAILED, RunStatus.OK)
    assert np.isnan(found.scores[0]).all()
    assert found.messages[0] == ""
    assert found.seconds.tolist() == [0.0, 0.01]


def test_who_waits_is_told_after_every_block():
    told = []
    blocks = ((4, 2), (0,), (3, 1))
    evaluated([3, 7, 1, 2, 9], blocks=blocks, on_done=lambda *counts: told.append(counts))
    assert told == [(2, 5), (3, 5), (5, 5)]


def test_voltages_are_reduced_before_they_are_scored():
    found = evaluated([3.0, 7.0], blocks=((0, 1),), downsampler=lambda trace: trace[1:3])
    np.testing.assert_array_equal(found.scores, [[6, 9], [np.nan, np.nan]])


def test_a_problem_evaluates_search_coordinates():
    told = []
    problem = replace(
        make_problem(Ramps(((0, 1),)), downsampler=lambda trace: trace[1:]),
        space=SPACE,
        suite=Extremes(),
    )
    found = problem.evaluate(np.array([[2.0, 1.0], [4.0, 3.0]]), lambda *n: told.append(n))
    np.testing.assert_array_equal(found.parameters, [[2.0, 10.0], [4.0, 1000.0]])
    np.testing.assert_array_equal(found.scores, [[4, 8], [8, 16]])
    assert told == [(2, 2)]


def test_what_is_simulated_keeps_its_statuses():
    problem = make_problem(downsampler=lambda trace: trace[::2])
    traces = problem.simulate(problem.space.to_model(np.array([[9.5, 1.0], [1.0, 1.0]])))
    assert traces.status == (RunStatus.DIVERGED, RunStatus.OK)
    assert traces.messages == ("too steep", "")
    assert traces.seconds.tolist() == [0.5, 0.5]
    assert traces.voltage_mV.shape == (2, 2, 20)


def test_the_model_is_tried_with_one_candidate_between_the_bounds():
    simulator = Ramps(())
    replace(make_problem(simulator), space=SPACE).check()
    (tried,) = simulator.checked
    assert tried.values.shape == (1, 2)
    assert 0 < tried.values[0, 0] < 10
    assert 1 < tried.values[0, 1] < 1000
    assert [target.text for (target,) in tried.targets] == ["s.a", "s.b"]


def test_a_model_that_cannot_be_built_is_refused():
    class Hopeless(Ramps):
        def check(self, parameters):
            raise ModelError("no such section")

    with pytest.raises(ModelError, match="no such section"):
        make_problem(Hopeless(())).check()


# --- several cells


def joint_problem(pull=None):
    """Two cells, which share s.b and have s.a each for itself."""
    config = FitConfig(recording="x", cells=("x=x", "y=y"), shared=("s.b",), pull=pull)
    plan = plan_cells(config, ["x", "y"])
    parts = []
    for name in ("x", "y"):
        one = make_problem(Parabolas())
        parts.append(replace(one, recording=replace(one.recording, name=name)))
    first, second = of_cells(config, plan, parts)
    return replace(first, beside=(second,)), parts


def test_every_cell_is_scored_by_its_own_parameters_and_the_shared_ones():
    problem, (one, other) = joint_problem()
    assert problem.space.names == ("s.a@x", "s.a@y", "s.b")
    assert [part.title for part in problem.parts] == ["x: x", "y: y"]
    x = np.array([[1.0, 2.0, 3.0], [4.0, 0.5, 6.0], [9.5, 1.0, 2.0]])
    found = problem.evaluate(x, with_residuals=True)
    np.testing.assert_array_equal(found.parameters, x)
    apart = [one.evaluate(x[:, [0, 2]]), other.evaluate(x[:, [1, 2]])]
    wanted = np.concatenate([each.scores for each in apart], axis=1)
    wanted[2] = np.nan  # a cell that fails makes the model fail
    np.testing.assert_array_equal(found.scores, wanted)
    assert found.messages == ("", "", "too steep (x)")
    assert problem.whole.markers == one.suite.markers + other.suite.markers
    sums = sums_of_cells(problem, found.scores[0])
    own = one.suite.mode_sums(apart[0].scores)
    assert sums["x"] == {code: values[0] for code, values in own.items()}
    # Every residual is moved by the parameters of its own cell, and by the shared ones.
    n = len(one.bound_residuals[0].coarse)
    nudged = x[:1] + np.array([0.0, 1e-3, 0.0])
    moved = problem.evaluate(nudged, with_residuals=True).residuals
    changed = moved[0] != found.residuals[0]
    assert not changed[:n].any()
    assert changed[n : 2 * n].any()


def test_what_is_held_out_of_a_cell_has_repeats_of_that_cell_alone(monkeypatch):
    problem, _parts = joint_problem()
    one, (other,) = problem, problem.beside
    held = replace(other, target=replace(other.target, name="held"), beside=())
    asked = []

    def measured(parts, held_out):
        asked.append(([part.suite for part in parts], [each.name for each in held_out]))
        return [unknown_floor(part.suite.markers, 2, "nobody knows") for part in parts]

    monkeypatch.setattr("pyneuronautofit.fitting.problem.measure_floors", measured)
    assert len(replace(one, elsewhere=(held,)).floor.markers) == len(problem.whole.markers)
    assert asked == [([one.suite], []), ([other.suite], ["held"])]


def test_the_pull_is_the_last_component_and_counts_by_itself():
    problem, _parts = joint_problem(pull=0.5)
    assert problem.whole.markers[-1] == PULL
    assert problem.weights[-1] == 1.0
    plain, _parts = joint_problem()
    np.testing.assert_array_equal(problem.weights[:-1], plain.weights)
    x = np.array([[2.0, 6.0, 3.0]])
    found = problem.evaluate(x, with_residuals=True)
    # Both are 2 of 10 from their mean, and .5 of the range is expected.
    assert found.scores[0, -1] == pytest.approx(2 * (0.2 / 0.5) ** 2)
    told = problem.residuals
    assert len(told.coarse) == len(plain.residuals.coarse) + 2
    assert found.residuals.shape[1] == len(told.coarse) + told.n_sweep
    again = problem.joined([part.evaluate(x[:, :2]) for part in _parts], found.parameters)
    np.testing.assert_allclose(again.scores[0, -1], found.scores[0, -1])


@pytest.mark.parametrize("letter", ["N", "K", "M", "P", "D", "C", "A", "L"])
def test_every_algorithm_finds_what_cells_share(letter):
    problem, _parts = joint_problem(pull=10.0)
    given = np.random.default_rng(2).uniform(0.0, 8.0, (16, 3)) if letter == "L" else None
    config = FitConfig(recording="x", algorithm=letter, population_size=16)
    strategy = build_search(config, problem, given)
    found = search(problem, strategy, Budget(generations=30, evaluations=480, seed=4))
    first = found.history.parameters_of(np.arange(16))
    start = problem.evaluate(problem.space.from_model(first)).scores @ problem.weights
    assert (found.archive.scores @ problem.weights).min() < 0.5 * np.nanmin(start)
