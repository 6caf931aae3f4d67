"""A search and its refinement: the budget, the seam between them, and states in a store."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from optimisers._made import MIXED, inside, plain, same, stored
from optimisers._problems import LeastSquares, run_of
from optimisers.polish.test_refinement import wavy
from pyneuronautofit.errors import UsageError
from pyneuronautofit.optimisers import ALGORITHMS, SearchSettings, build_strategy

#: What begins with given models polishes them by itself: no search comes before it.
LETTERS = sorted(set(ALGORITHMS) - {"L"})
OTHERS = sorted(set(LETTERS) - {"A"})


def sequel(problem, letter, n_evaluation, size=12):
    settings = SearchSettings(population_size=size, polish=0.0 if letter == "A" else 0.6)
    strategy = build_strategy(letter, problem.space, settings, make_merits=lambda: problem.merits)
    return strategy.lasting(7, n_evaluation)


def made(n=4):
    return LeastSquares(plain(n), wavy(np.full(n, 0.6)))


@pytest.mark.parametrize("n_evaluation", [12, 13, 25, 60, 137, 700])
@pytest.mark.parametrize("letter", LETTERS)
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


@pytest.mark.parametrize("letter", LETTERS)
def test_in_every_phase_a_stored_state_goes_on_to_the_last_bit(letter):
    n = 7 if letter == "A" else 3
    problem = LeastSquares(plain(n), wavy(np.resize([0.6, 0.7, 0.3], n), height=3.0))
    strategy = sequel(problem, letter, 5000 if letter == "A" else 2400)
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


@pytest.mark.parametrize("letter", LETTERS)
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
    told = getattr(strategy._search(strategy.init(1)), "evaluations", None)
    assert told in {None, 400}
    assert strategy.population_size == strategy.first.population_size
    assert strategy.batch_size(3) == strategy.first.batch_size(3)


class Silent(LeastSquares):
    """One spike is wanted, and there is none anywhere."""

    @property
    def merits(self):
        plain_merits = super().merits
        spike = np.full(plain_merits.rows.length, -1)
        spike[0] = 0
        sweep = np.zeros(len(spike), dtype=np.int64)
        return replace(plain_merits, rows=replace(plain_merits.rows, spike=spike, sweep=sweep))


def bowl(kind):
    """Its least is found at once: all jumps are in vain."""
    return kind(plain(7), lambda values: values - 0.4)


def test_where_jumps_lead_nowhere_another_population_is_begun():
    problem = bowl(Silent)
    strategy = sequel(problem, "A", 8000)
    asked, phases, state = run_of(strategy, problem, 3)
    assert sum(map(len, asked)) <= 8000
    assert state.n_search >= 2
    second = phases.index("population 2")
    assert phases[second - 1].startswith("jump")
    # It has half of what is left, and what it found is polished, too.
    used = sum(map(len, asked[:second]))
    n_second = sum(
        len(x) for x, phase in zip(asked, phases, strict=True) if phase == "population 2"
    )
    assert 0.9 * (8000 - used) / 2 < n_second <= (8000 - used) / 2
    assert "starts" in phases[second:]
    # Its members are others than those of the first, and nothing that was found is lost.
    assert not np.isin(asked[second], asked[0]).any()
    best = min(problem.cost(x) for x in np.concatenate(asked))
    assert strategy.population(state).scores[0, 0] == pytest.approx(best)
    # Where too little is left for another one, jumps go on to the end.
    assert phases[-1].startswith("jump")


def test_another_population_goes_on_from_a_stored_state():
    """Storing all states takes long: those are looked at that begin something, and those behind."""
    problem = bowl(Silent)
    strategy = sequel(problem, "A", 8000)
    state, phases, looked_at = strategy.init(3), [], set()
    while state.n_search < 3 and (x := strategy.ask(state))[0].size:
        asked, state = x
        state = strategy.tell(state, asked, *problem.evaluate(asked))
        phases.append(strategy.phase(state))
        if state.n_search == 2 and len(set(phases[-2:])) == 2:
            looked_at.add(phases[-1])
            assert same(stored(state), state)
    assert {"population 2", "starts"} <= looked_at


@pytest.mark.parametrize(
    ("kind", "letter", "n_evaluation"),
    [(LeastSquares, "A", 8000), (Silent, "D", 8000), (Silent, "A", 3000)],
    ids=["its spikes are right", "the search was chosen", "too few are left"],
)
def test_otherwise_there_is_one_population(kind, letter, n_evaluation):
    problem = bowl(kind)
    _asked, phases, state = run_of(sequel(problem, letter, n_evaluation), problem, 3)
    assert state.n_search == 1
    assert {phase for phase in phases if "population" in phase} == {"population"}
