"""Starts, waves, jumps and climbs, on problems that are solved in microseconds."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from optimisers._made import MIXED, inside, plain
from optimisers._problems import LeastSquares
from optimisers.polish.test_start import linear
from pyneuronautofit.optimisers.polish import refinement as module
from pyneuronautofit.optimisers.polish.distinct import DISTINCT, apart
from pyneuronautofit.optimisers.polish.refinement import N_START, Refinement
from pyneuronautofit.space import ParameterSpace


def wavy(target, height=1.0):
    """A bowl with many minima: residuals with waves."""
    straight = linear(target)

    def residuals(values):
        waves = height * np.sin(25 * (values - target))
        return np.concatenate([straight(values) / 20, waves], axis=1)

    return residuals


def begun(problem, n_evaluation, n_given=24, seed=1):
    refinement = Refinement(problem.space, problem.merits, n_evaluation)
    given = problem.space.sample(np.random.default_rng(seed), n_given)
    generator = np.random.default_rng(seed).bit_generator.state
    return refinement, refinement.begin(given, generator)


def steps_of(refinement, state, problem, most=1000):
    """Yield every state that asks, what it asks for, and the state behind."""
    for _ in range(most):
        x, asked = refinement.ask(state)
        if not len(x):
            return
        told = refinement.tell(asked, x, *problem.evaluate(x))
        yield state, x, told
        state = told


def test_the_better_half_of_the_starts_goes_on():
    problem = LeastSquares(plain(4), wavy(np.full(4, 0.6)))
    refinement, state = begun(problem, 3000)
    sizes, phases = [], []
    for before, x, after in steps_of(refinement, state, problem):
        assert len(x) <= refinement.largest_batch
        if not phases or before.phase != phases[-1] or len(before.starts) != sizes[-1]:
            phases.append(before.phase)
            sizes.append(len(before.starts))
        assert len(after.good) <= module._N_GOOD
    rounds = list(zip(phases, sizes, strict=True))
    assert rounds[:3] == [("look", 0), ("wave", N_START), ("wave", N_START // 2)]
    # The last of them may be done already.
    behind = rounds[4:] if rounds[3] == ("wave", 1) else rounds[3:]
    assert behind[:2] == [("jump", 0), ("climb", 3)]
    assert set(behind) == {("jump", 0), ("climb", 3), ("last", 1)}


def test_it_finds_what_one_start_does_not():
    target = np.full(4, 0.6)
    problem = LeastSquares(plain(4), wavy(target))
    refinement, state = begun(problem, 4000)
    *_, (_before, _x, end) = steps_of(refinement, state, problem)
    assert len(np.concatenate(problem.told)) <= 4000
    np.testing.assert_allclose(end.good.x[0], target, atol=0.02)
    assert end.good.scores[0, 0] < 1e-3


def test_what_is_kept_is_distinct_and_the_best():
    problem = LeastSquares(plain(3), wavy(np.full(3, 0.6)))
    refinement, state = begun(problem, 2500)
    *_, (_before, _x, end) = steps_of(refinement, state, problem)
    kept = refinement.population(end)
    assert len(kept) <= module._N_KEPT
    distances = apart(kept.x[:, None], kept.x[None]) + np.eye(len(kept))
    assert distances.min() >= DISTINCT
    assert (np.diff(kept.scores[:, 0]) >= 0).all()
    told = np.concatenate(problem.told)
    costs = [problem.cost(x) for x in told]
    assert kept.scores[0, 0] == pytest.approx(min(costs))


@pytest.mark.parametrize("n_evaluation", [0, 23, 24, 60, 333])
def test_never_more_than_there_is(n_evaluation):
    problem = LeastSquares(plain(3), wavy(np.full(3, 0.6)))
    refinement, state = begun(problem, n_evaluation)
    for _before, _x, after in steps_of(refinement, state, problem):
        assert after.n_told == sum(len(x) for x in problem.told) <= n_evaluation


def test_what_was_used_before_counts():
    problem = LeastSquares(plain(3), wavy(np.full(3, 0.6)))
    refinement = Refinement(problem.space, problem.merits, 500)
    generator = np.random.default_rng(1).bit_generator.state
    state = refinement.begin(problem.space.sample(np.random.default_rng(1), 24), generator, 480)
    assert not len(refinement.ask(state)[0])


def test_bounds_whole_numbers_and_constants():
    target = np.array([0.5, 1.5, 1e-3, 7.0, 1.0])
    scale = np.array([40.0, 40.0, 1e4, 4.0, 1.0])
    problem = LeastSquares(MIXED, lambda values: (values - target) * scale)
    refinement, state = begun(problem, 2500)
    for _before, x, _after in steps_of(refinement, state, problem):
        assert inside(MIXED, x)


def test_candidates_that_all_fail_are_looked_for_elsewhere():
    """Until something can be simulated; what was given is not asked for again."""

    def half(values):
        return np.where(values[:, :1] > 0.1, np.nan, values - 0.05)

    problem = LeastSquares(plain(3), half)
    refinement = Refinement(problem.space, problem.merits, 3000)
    generator = np.random.default_rng(1).bit_generator.state
    given = np.full((5, 3), 0.9)
    seen = list(steps_of(refinement, refinement.begin(given, generator), problem))
    n_look = sum(before.phase == "look" for before, _x, _after in seen)
    assert n_look > 1
    assert not (seen[1][1] == 0.9).any()
    _before, _x, end = seen[-1]
    assert end.good.scores[0, 0] < 1e-5
    assert np.isfinite(end.kept.scores).all()


def test_jumps_that_all_fail_are_tried_again():
    problem = LeastSquares(plain(3), lambda values: values - 0.4)
    refinement, state = begun(problem, 20_000)
    for before, _x, _after in steps_of(refinement, state, problem):
        if before.phase == "jump":
            break
    x, asked = refinement.ask(before)
    failed = np.full((len(x), 1), np.nan), np.full((len(x), 4), np.nan)
    told = refinement.tell(asked, x, *failed)
    assert told.phase == "jump"
    again, _ = refinement.ask(told)
    assert len(again) == len(x)
    assert not (again == x).all(axis=1).any()


def test_jumps_in_vain_lead_farther():
    problem = LeastSquares(plain(3), lambda values: values - 0.4)
    refinement, state = begun(problem, 5000)
    reaches = [b.reach for b, _x, _a in steps_of(refinement, state, problem) if b.phase == "jump"]
    assert reaches[0] == 1.0
    assert max(reaches) == module._FARTHEST
    assert reaches == sorted(reaches) or 1.0 in reaches[1:]


def test_it_says_what_comes_next():
    problem = LeastSquares(plain(3), wavy(np.full(3, 0.6)))
    refinement, state = begun(problem, 2500)
    said = {refinement.phase(before) for before, _x, _a in steps_of(refinement, state, problem)}
    assert {"starts", "polish of 6 start(s)", "jump 1", "jump 1, polish of 3"} <= said


def test_where_nothing_can_be_polished_jumps_use_what_there_is():
    """Whole numbers have no slopes, but jumps lead from one to another."""
    space = ParameterSpace.from_rows([["a.n", "int", 1, 20], ["a.m", "int", 1, 20]])
    problem = LeastSquares(space, lambda values: values - 4.0)
    refinement, state = begun(problem, 600)
    seen = list(steps_of(refinement, state, problem))
    assert {before.phase for before, _x, _after in seen} == {"look", "jump"}
    assert seen[-1][2].n_told == 600
    assert seen[-1][2].kept.scores.min() == 0.0


def test_a_state_is_not_changed_by_what_follows():
    problem = LeastSquares(plain(3), wavy(np.full(3, 0.6)))
    refinement, state = begun(problem, 800)
    kept = [(before, replace(before)) for before, _x, _a in steps_of(refinement, state, problem)]
    for before, copy in kept:
        assert before == copy or before.generator == copy.generator
