"""What is compared with NEURON of a cell that takes it minutes."""

from __future__ import annotations

import logging
import math

import numpy as np
import pytest

from pyneuronautofit.models import CellSource
from pyneuronautofit.simulators import Adaptive, Clock, Experiment, RunStatus, Traces, large_cells
from pyneuronautofit.simulators import preferred as preferred_module
from pyneuronautofit.simulators.large_cells import is_quick, seconds_per_ms, shortened
from pyneuronautofit.simulators.preferred import PreferredSimulator
from pyneuronautofit.space import ParameterPath, ParameterTable

TABLE = ParameterTable(((ParameterPath.parse("soma.cm"),),), (False,), np.array([[1.0], [2.0]]))


def experiment(n_sample=1000, onset=400):
    current = np.zeros((2, n_sample))
    current[:, onset:] = np.array([[50.0], [-50.0]])
    return Experiment(current, np.zeros(2), Clock(0.1, 4), 20.0)


def test_small_cells_are_quick_and_large_ones_are_not():
    assert is_quick(10, 10_000.0)
    assert not is_quick(700, 5_000.0)


@pytest.mark.parametrize(("most_ms", "first", "n_sample"), [(200.0, 0, 1000), (40.0, 300, 400)])
def test_a_piece_is_around_the_beginning_of_the_current(most_ms, first, n_sample):
    whole = experiment()
    piece = shortened(whole, most_ms)
    np.testing.assert_array_equal(piece.current_pA, whole.current_pA[:, first : first + n_sample])


def test_a_late_current_and_none():
    late = shortened(experiment(onset=950), 40.0)
    np.testing.assert_array_equal(late.current_pA, experiment(onset=950).current_pA[:, 600:])
    none = shortened(experiment(onset=1000), 40.0)
    assert none.current_pA.shape == (2, 400)


class Trial:
    """A simulator that takes so long for the cell, and so long for a ms."""

    def __init__(self, build_s, per_ms, experiment, seen, status=RunStatus.OK):
        self.build_s, self.per_ms, self.experiment = build_s, per_ms, experiment
        self.seen, self.status = seen, status

    def on(self, piece):
        return Trial(self.build_s, self.per_ms, piece, self.seen, self.status)

    def run(self, table):
        self.seen.append((len(table), self.experiment.cell_ms))
        seconds = self.build_s + self.per_ms * self.experiment.cell_ms
        shape = (1, self.experiment.n_sweep, self.experiment.n_sample)
        return Traces(np.zeros(shape), (self.status,), ("",), np.array([seconds]))

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        pass


def test_the_time_for_a_ms_without_that_for_building():
    seen = []
    assert seconds_per_ms(Trial(3.0, 0.05, experiment(), seen), TABLE) == pytest.approx(0.05)
    assert [n for n, _ms in seen] == [1, 1]
    assert all(ms < 30.0 for _n, ms in seen)
    failing = Trial(3.0, 0.05, experiment(), [], RunStatus.FAILED)
    assert math.isnan(seconds_per_ms(failing, TABLE))


@pytest.fixture
def limits(monkeypatch):
    """Return a function: seconds for a ms -> the experiment that is compared."""

    def limit(per_ms):
        monkeypatch.setattr(preferred_module, "seconds_per_ms", lambda *_given: per_ms)
        monkeypatch.setattr(preferred_module, "is_quick", lambda *_given: False)
        source = CellSource(None, None, None)
        simulator = PreferredSimulator(source, experiment(5000), adaptive=Adaptive())
        try:
            return simulator._within_limits(experiment(5000), TABLE, None)
        finally:
            simulator.close()

    return limit


def test_all_is_compared_where_there_is_time(limits):
    assert limits(0.001).n_sample == 5000
    assert limits(math.nan).n_sample == 5000


def test_a_piece_is_compared_where_there_is_less(limits, caplog):
    with caplog.at_level(logging.INFO):
        # A minute, of which two candidates with two sweeps have a quarter each.
        assert limits(0.1).n_sample == 1500
    assert "compared with NEURON over 150 ms around the beginning" in caplog.text


def test_nothing_is_where_there_is_next_to_none(limits):
    with pytest.raises(preferred_module.NotComparedError, match="left out: it would take about"):
        limits(10.0)


def test_the_pieces_that_are_tried_are_short():
    assert max(large_cells._PIECES_MS) < 50.0
