"""How long a search will take."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from fitting.parabolas import Parabolas, make_problem
from pyneuronautofit.fitting.suggested import measure, timing


class Described(Parabolas):
    description = "parabolas"


def test_random_candidates_are_simulated_and_counted():
    simulator = Described()
    found = measure(make_problem(simulator))
    assert len(simulator.seen) == 8 + 96
    assert found.n_all == 96
    assert found.per_second > 0
    # Where a > 9, which is a tenth of the range.
    assert 0 < found.n_failed < 30
    assert (found.reason, found.simulator) == ("too steep", "parabolas")


def test_what_takes_long_is_not_done_twice(monkeypatch):
    monkeypatch.setattr(timing, "_LONG_S", 1.0)  # each says that it took half a second
    simulator = Described()
    assert measure(make_problem(simulator)).n_all == 8
    assert len(simulator.seen) == 8


def test_the_rate_is_that_of_the_second_batch(monkeypatch):
    ticks = iter([0.0, 100.0, 100.0, 102.0])
    monkeypatch.setattr(timing, "time", SimpleNamespace(perf_counter=lambda: next(ticks)))
    assert measure(make_problem(Described())).per_second == pytest.approx(48.0)
