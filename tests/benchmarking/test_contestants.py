"""Other people's algorithms on a bowl whose least point is known; ours are in test_trials.py."""

from __future__ import annotations

import sys

import pytest

from benchmarking.made import Bowl
from pyneuronautofit.benchmarking.contestants import CONTESTANTS, QUICK, USUAL, run_contestant
from pyneuronautofit.benchmarking.counting import CountedProblem
from pyneuronautofit.errors import NotAvailableError
from pyneuronautofit.optimisers import ALGORITHMS

PLACE = (0.3, 0.6, 0.8, 0.45)


def run(name, seed=1, most=1500):
    counted = CountedProblem(Bowl(*PLACE), most)
    run_contestant(name, counted, None, seed)
    return counted


@pytest.mark.parametrize(("name", "most"), [("cmaes", 1e-12), ("sep-cmaes", 1e-12)])
def test_the_least_point_of_a_bowl(name, most):
    counted = run(name)
    assert counted.n_done == 1500
    assert counted.curve[-1][1] < most
    assert counted.best / 2.0 == pytest.approx(PLACE, abs=1e-5)


def test_random_is_what_chance_says():
    """The least of n squared distances in four dimensions: the share within r is pi^2 r^4 / 2."""
    found = [run("random", seed).curve[-1][1] / 2.0 for seed in range(30)]
    inside = sum(1.0 - (1.0 - 4.9348 * each**2) ** 1500 for each in found) / len(found)
    # The share of such searches that find less is uniform between 0 and 1.
    assert inside == pytest.approx(0.5, abs=0.2)


@pytest.mark.parametrize("name", ["cmaes", "sep-cmaes", "random"])
def test_a_seed_is_a_search(name):
    assert run(name, 3, 400).curve == run(name, 3, 400).curve
    assert run(name, 3, 400).curve != run(name, 4, 400).curve


def test_it_begins_anew_where_it_has_converged():
    """Of 6,000 evaluations a run uses some hundreds."""
    counted = run("cmaes", most=6000)
    sizes = [len(asked) for asked in counted.problem.asked]
    assert sizes[0] == 8
    assert max(sizes) >= 16


def test_names():
    assert set(QUICK) <= set(USUAL) <= set(CONTESTANTS)
    ours = {name for name, each in CONTESTANTS.items() if each.ours}
    # Local has to be given models to begin with.
    assert ours == {ALGORITHMS[letter] for letter in "ADCNKMP"}


def test_without_the_package(monkeypatch):
    monkeypatch.setitem(sys.modules, "cmaes", None)
    with pytest.raises(NotAvailableError, match="not installed: pip install cmaes"):
        run("cmaes")
