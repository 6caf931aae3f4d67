"""A search and its refinement: the budget, the seam between them, and states in a store."""

from __future__ import annotations

import numpy as np
import pytest

from optimisers._made import MIXED, inside, plain, same
from optimisers._problems import LeastSquares, run_of
from optimisers.polish.test_refinement import wavy
from pyneuronautofit.errors import UsageError
from pyneuronautofit.optimisers import ALGORITHMS, SearchSettings, build_strategy

OTHERS = sorted(set(ALGORITHMS) - {"A"})


def sequel(problem, letter, n_evaluation, size=12):
    settings = SearchSettings(population_size=size, polish=0.0 if letter == "A" else 0.6)
    strategy = build_strategy(letter, problem.space, settings, make_merits=lambda: problem.merits)
    return strategy.lasting(7, n_evaluation)


def made(n=4):
    return LeastSquares(plain(n), wavy(np.full(n, 0.6)))


@pytest.mark.parametrize("n_evaluation", [12, 13, 25, 60, 137, 700])
@pytest.mark.parametrize("letter", sorted(ALGORITHMS))
def test_never_more_evaluations_than_asked_for(letter, n_evaluation):
    problem = made()
    strategy = sequel(problem, letter, n_evaluation)
    asked, phases, state = run_of(strategy, problem, 3)
    n = sum(map(len, asked))
    assert n == state.n_told <= n_evaluation
    assert n > n_evaluation - max(strategy.refinement.largest_batch, 12 * 6)
    # The search has its part, and no more of it.
    n_first = sum(len(x) for x, phase in zip(asked, phases, strict=True) if phase == "population")
    assert n_first <= max(strategy.n_first, 12)


@pytest.mark.parametrize("letter", sorted(ALGORITHMS))
def test_in_every_phase_a_stored_state_goes_on_to_the_last_bit(letter):
    problem = LeastSquares(plain(3), wavy(np.array([0.6, 0.7, 0.3]), height=3.0))
    strategy = sequel(problem, letter, 2400)
    one, phases, end = run_of(strategy, problem, 3)
    other, _phases, stored_end = run_of(strategy, problem, 3, through_store=True)
    assert same(one, other)
    assert same(end, stored_end)
    words = {phase.split()[0] for phase in phases}
    assert words == {"population", "starts", "polish", "jump"}
    assert any(phase.endswith(", polish of 3") for phase in phases)
    assert any(phase.endswith(", polish of 1") for phase in phases)


def test_a_search_that_stops_short_leaves_the_rest_to_the_refinement():
    """CMA asks for whole generations only: 40 of 100 are three of 12, and 64 are left."""
    problem = made()
    asked, phases, state = run_of(sequel(problem, "C", 160), problem, 3)
    n_first = sum(len(x) for x, phase in zip(asked, phases, strict=True) if phase == "population")
    assert n_first == 60
    problem = made()
    asked, phases, state = run_of(sequel(problem, "C", 175), problem, 3)
    n_first = sum(len(x) for x, phase in zip(asked, phases, strict=True) if phase == "population")
    assert n_first == 60 < round(0.4 * 175)
    assert state.refined is not None
    assert state.n_told > n_first


@pytest.mark.parametrize("letter", sorted(ALGORITHMS))
def test_it_makes_better_what_was_found(letter):
    problem = made()
    strategy = sequel(problem, letter, 3000)
    asked, phases, state = run_of(strategy, problem, 3)
    seam = [phase == "population" for phase in phases].index(False)
    before, after = (
        min(problem.cost(x) for x in np.concatenate(part)) for part in (asked[:seam], asked)
    )
    assert after < 0.05 * before
    population = strategy.population(state)
    assert population.scores[0, 0] == pytest.approx(after)


@pytest.mark.parametrize("letter", ["A", "C", "K", "N"])
def test_bounds_whole_numbers_and_constants(letter):
    target = np.array([0.5, 1.5, 1e-3, 7.0, 1.0])
    scale = np.array([40.0, 40.0, 1e4, 4.0, 1.0])
    problem = LeastSquares(MIXED, lambda values: (values - target) * scale)
    asked, _phases, state = run_of(sequel(problem, letter, 900), problem, 1)
    assert all(inside(MIXED, x) for x in asked)
    assert inside(MIXED, sequel(problem, letter, 900).population(state).x)


@pytest.mark.parametrize("letter", ["A", "C", "K", "N"])
def test_failed_candidates_are_survived(letter):
    """A third of all, anywhere: by the last digits of their parameters."""
    inner = wavy(np.full(4, 0.6))

    def failing(values):
        found = inner(values)
        found[np.mod(values.sum(axis=1) * 1e6, 3) < 1] = np.nan
        return found

    problem = LeastSquares(plain(4), failing)
    strategy = sequel(problem, letter, 1500)
    asked, _phases, state = run_of(strategy, problem, 2)
    found = failing(np.concatenate(asked))
    n_failed = np.isnan(found).any(axis=1).sum()
    assert 0.2 * len(found) < n_failed < 0.5 * len(found)
    assert strategy.population(state).finite.all()
    assert strategy.population(state).scores[0, 0] < 0.02


def test_before_and_behind_the_seam():
    problem = made()
    strategy = sequel(problem, "K", 400)
    x, asked = strategy.ask(strategy.init(1))
    state = strategy.tell(asked, x, *problem.evaluate(x))
    assert strategy.phase(state) == "population"
    assert same(strategy.population(state), strategy.first.population(state.first))
    assert same(strategy.adaptation(state), strategy.first.adaptation(state.first))
    *_, end = run_of(strategy, problem, 1)
    assert strategy.adaptation(end) is None
    assert same(strategy.population(end), end.refined.kept)
    scores = np.array([[0.5], [np.nan]])
    assert strategy.scalars(end, scores).tolist() == [0.5, np.inf]
    with pytest.raises(ValueError, match="residuals"):
        strategy.tell(end, x, problem.evaluate(x)[0])


def test_what_polishes_by_itself_is_not_polished():
    problem = made()
    settings = SearchSettings(polish=0.3)
    with pytest.raises(UsageError, match=r"--polish 0\.3: Auto polishes by itself; leave it out"):
        build_strategy("A", problem.space, settings, make_merits=lambda: problem.merits)


@pytest.mark.parametrize("letter", OTHERS)
def test_the_search_is_told_its_own_part(letter):
    problem = made()
    strategy = sequel(problem, letter, 1000)
    assert strategy.n_first == 400
    told = getattr(strategy.first, "evaluations", None)
    assert told in {None, 400}
    assert strategy.population_size == strategy.first.population_size
    assert strategy.batch_size(3) == strategy.first.batch_size(3)
