"""When the phases of a search began, from the states of its store."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from fitting.parabolas import make_problem
from pyneuronautofit._options import taken
from pyneuronautofit.fitting import Budget, search
from pyneuronautofit.optimisers import Merits, ResidualRows, SearchSettings, build_strategy
from pyneuronautofit.report.findings import phases as module
from pyneuronautofit.report.findings.phases import Phase, phases_of
from pyneuronautofit.runs import Evaluations, NewGeneration, RunWriter, create_store, open_run
from report._made import info, make_run


@dataclass(frozen=True)
class RefinementState:
    phase: str


@dataclass(frozen=True)
class SequelState:
    refined: Any


def stored(path, states, n_cand=2):
    """A run with given states, so many candidates in every generation."""
    about = info()
    create_store(path, about)
    x = np.tile([[2.0, -4.0]], (n_cand, 1))
    scores, values = np.ones((n_cand, 3)), np.tile([[2.0, 1e-4]], (n_cand, 1))
    with contextlib.closing(RunWriter(path, about)) as writer:
        writer.begin_session({})
        for number, state in enumerate(states):
            found = Evaluations(
                values, x, scores, scores[:, 0], ("OK",) * n_cand, ("",) * n_cand, scores[:, 0]
            )
            rows = np.arange(n_cand) + n_cand * number
            new = NewGeneration(number, found, state, x, scores, rows, number + 1.0)
            writer.append(new)
        writer.end_session("finished")
    return path


def made(*phases):
    return [SequelState(phase and RefinementState(phase)) for phase in phases]


POPULATION = Phase("population", 0, 0)


@pytest.mark.parametrize(
    ("states", "expected"),
    [
        # The state after a generation says what the next one is.
        (made(None), [POPULATION]),
        (made(None, None, "look"), [POPULATION]),
        (
            made(None, None, "look", "wave", "wave"),
            [POPULATION, Phase("polish of the best", 3, 6)],
        ),
        (
            made(None, "look", "wave", "jump", "climb", "last", "jump"),
            [
                POPULATION,
                Phase("polish of the best", 2, 4),
                Phase("jumps from the best, and their polish", 4, 8),
            ],
        ),
        (
            made(None, None, "jump", "jump"),
            [POPULATION, Phase("jumps from the best, and their polish", 3, 6)],
        ),
        # What somebody else may have written.
        ([SequelState(7)], [POPULATION]),
    ],
)
def test_when_they_began(tmp_path, states, expected):
    with open_run(stored(tmp_path / "r.sqlite", states)) as run:
        assert list(phases_of(run)) == expected


def test_a_search_that_is_always_the_same_has_none(tmp_path):
    with open_run(make_run(tmp_path / "r.sqlite", [[[1, 1, 1]]] * 3)) as run:
        assert phases_of(run) == ()
    with open_run(make_run(tmp_path / "none.sqlite", [])) as run:
        assert phases_of(run) == ()


def test_of_a_long_run_few_states_are_looked_at(tmp_path, monkeypatch):
    states = made(*[None] * 150, *["wave"] * 90, *["jump", "climb"] * 80)
    asked = []

    def noted(run, number):
        asked.append(number)
        return original(run, number)

    original = module._phase_after
    monkeypatch.setattr(module, "_phase_after", noted)
    with open_run(stored(tmp_path / "r.sqlite", states)) as run:
        assert [phase.generation for phase in phases_of(run)] == [0, 151, 241]
    assert len(asked) < 25


class Keeper:
    """An observer that stores what a search does, and remembers what it said."""

    def __init__(self, writer):
        self.writer, self.said = writer, []

    def evaluated(self, *_counts):
        pass

    def generation(self, progress):
        n = len(progress.asked)
        found = Evaluations(
            progress.evaluation.parameters, progress.asked, progress.evaluation.scores,
            np.zeros(n), ("OK",) * n, ("",) * n, np.zeros(n),
        )  # fmt: skip
        self.said.append(progress.phase)
        population, rows = progress.population, progress.archive.rows
        self.writer.append(
            NewGeneration(
                progress.generation, found, progress.state, population.x, population.scores,
                rows, progress.generation + 1.0,
            )
        )  # fmt: skip


def test_of_a_real_search(tmp_path):
    """They are what the search said on its way, a generation before."""
    problem = make_problem()
    strategy = build_strategy(
        "A",
        problem.space,
        SearchSettings(population_size=8),
        n_score=len(problem.suite.markers),
        make_merits=lambda: Merits(problem.weights, taken(ResidualRows, problem.residuals)),
    )
    about = info(
        mode_sizes=(("O", 2), ("V", 2)),
        header=info().header.__class__(
            problem.suite.markers, problem.suite.bvalues, problem.space.as_rows(), "1", "r", {}, ""
        ),
    )
    path = tmp_path / "r.sqlite"
    create_store(path, about)
    with contextlib.closing(RunWriter(path, about)) as writer:
        writer.begin_session({})
        keeper = Keeper(writer)
        search(problem, strategy, Budget(evaluations=4000, seed=4), keeper)
        writer.end_session("finished")
    announced = ["population", *keeper.said[:-1]]
    kinds = [text.split()[0].rstrip("s") for text in announced]
    begun = {kind: kinds.index(kind) for kind in dict.fromkeys(kinds)}
    with open_run(path) as run:
        found = phases_of(run)
        assert [phase.generation for phase in found] == [
            0, min(begun["start"], begun.get("polish", 10**9)), begun["jump"],
        ]  # fmt: skip
        for phase in found:
            assert run.generations[phase.generation].first_row == phase.evaluation
