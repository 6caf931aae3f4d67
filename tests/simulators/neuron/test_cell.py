"""One candidate in NEURON, in this process: a passive cell against its equation by hand."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
import pytest
from neuron import h

from pyneuronautofit.errors import ModelError
from pyneuronautofit.simulators.experiment import Clock, Experiment
from pyneuronautofit.simulators.neuron.cell import CellRunner, make_runner
from pyneuronautofit.simulators.neuron.session import (
    NEW_NODE_MV,
    NeuronSession,
    NeuronSetup,
    open_session,
)
from pyneuronautofit.space import ParameterPath

G, E_MV, CM, L_UM = 1e-4, -70.0, 1.0, 100.0
# nA in mA/cm2 of a cylinder as thick as it is long.
PER_NA = 1e-6 / (np.pi * (L_UM * 1e-4) ** 2)

LENGTH, LEAK = map(ParameterPath.parse, ("soma.L", "soma(0.5).pas.g"))


class Cell:
    """A passive cylinder."""

    def __init__(self, _nid):
        self.soma = h.Section(name="soma", cell=self)
        self.soma.L = self.soma.diam = L_UM
        self.soma.insert("pas")
        self.soma(0.5).pas.g, self.soma(0.5).pas.e = G, E_MV
        h.celsius, h.secondorder = 6.3, 2


class CableCell(Cell):
    """`setcable` shows what it found."""

    found: ClassVar[list[float]] = []

    def setcable(self):
        self.found.append(self.soma.L)


class NamelessCell:
    def __init__(self, _nid):
        self.body = h.Section(name="body", cell=self)


class KeepingCell(Cell):
    """A class that never lets its cells go."""

    kept: ClassVar[list[Cell]] = []

    def __init__(self, nid):
        super().__init__(nid)
        self.kept.append(self)


def experiment(currents=((0.0, 100.0, 100.0, -50.0),), holding=(0.0,), substeps=4, ms=2.0):
    return Experiment(
        np.array(currents), np.array(holding, float), Clock(0.2, substeps), 34.0, -72.0, ms
    )


def by_hand(experiment, sweep, g=G):
    """Implicit steps; the current in the middle of each, which after the end goes on as it went."""
    dt, n = experiment.clock.dt_ms, experiment.n_transient_step
    given, times = experiment.current_pA[sweep], np.arange(experiment.n_sample + 1)
    given = np.append(given, 2 * given[-1] - given[-2])
    v, voltages = experiment.initial_mV, []
    for step in range(-n, experiment.n_sample * experiment.clock.substeps):
        if step >= 0:
            voltages.append(v)
        middle = (step + 0.5) * dt / experiment.clock.step_ms
        pA = experiment.holding_pA[sweep] if step < 0 else np.interp(middle, times, given)
        c = 1e-3 * CM / dt
        v = (c * v + g * E_MV + 1e-3 * pA * PER_NA) / (c + g)
    return np.reshape(voltages, (experiment.n_sample, -1)).mean(axis=1)


@pytest.fixture
def before():
    """Sections that there are without the test; whatever it leaves is a failure."""
    there = len(list(h.allsec()))
    yield there
    assert len(list(h.allsec())) == there


def runner(experiment, cell_class=Cell):
    return CellRunner(NeuronSession(cell_class), experiment)


@pytest.mark.parametrize("substeps", [1, 4])
def test_a_sweep_is_the_mean_of_implicit_steps(before, substeps):
    one = experiment(substeps=substeps)
    voltage = runner(one)([])
    assert voltage.shape == (1, 4)
    np.testing.assert_allclose(voltage[0], by_hand(one, 0), rtol=0, atol=1e-9)


def test_every_sweep_begins_where_its_transient_ended(before):
    currents = ((0, 90, 10, 0), (200, 0, 0, 7), (0, 90, 10, 0), (5, 5, 5, 5))
    several = experiment(currents, (0, 200, 0, 5))
    voltage = runner(several)([])
    for sweep in range(4):
        expected = by_hand(several, sweep)
        np.testing.assert_allclose(voltage[sweep], expected, rtol=0, atol=1e-9)
    assert np.array_equal(voltage[0], voltage[2]), "to the last bit"


def test_a_transient_is_simulated_once_for_all_that_hold_the_same_current(before, monkeypatch):
    held = []
    original = CellRunner._run_transient

    def noted(self, electrode, holding_pA):
        held.append(holding_pA)
        original(self, electrode, holding_pA)

    monkeypatch.setattr(CellRunner, "_run_transient", noted)
    runner(experiment(np.zeros((4, 2)), (5, -3, 5, -3)))([])
    assert held == [-3.0, 5.0]


def test_a_candidate_is_what_was_set(before):
    one = experiment()
    run = runner(one)
    np.testing.assert_allclose(run([(LEAK, 3 * G)])[0], by_hand(one, 0, 3 * G), rtol=0, atol=1e-9)
    np.testing.assert_allclose(run([])[0], by_hand(one, 0), rtol=0, atol=1e-9)


def test_what_does_not_stay_finite_ends_there(before):
    currents = np.array([[0.0, 0.0, 0.0], [0.0, np.inf, 0.0], [0.0, 0.0, 0.0]])
    voltage = runner(experiment(currents, np.zeros(3)))([])
    assert np.isfinite(voltage[0]).all()
    assert not np.isfinite(voltage[1]).all()
    assert np.isnan(voltage[2]).all()


def test_a_transient_that_is_not_finite_ends_it_too(before, monkeypatch):
    monkeypatch.setattr(CellRunner, "_run_sweep", lambda *_args: pytest.fail("a sweep of that"))
    voltage = runner(experiment(np.zeros((2, 3)), (np.inf, np.nan)))([])
    assert np.isnan(voltage).all()


def test_no_cell_is_left_whether_it_raises_or_not(before):
    one = runner(experiment(), KeepingCell)
    with pytest.raises(Exception, match="L must be > 0"):
        one([(LENGTH, -1.0)])
    assert len(list(h.allsec())) == before
    assert np.isfinite(one([])).all()
    KeepingCell.kept.clear()


# --- the session


def test_setcable_sees_the_values(before):
    session = NeuronSession(CableCell)
    session.build([(LENGTH, 33.0)])
    assert CableCell.found == [33.0]
    session.clear()


def test_the_conditions_are_the_experiments_whatever_the_class_set(before):
    session = NeuronSession(Cell)
    one = experiment()
    cell = session.build([])
    assert (h.celsius, h.secondorder) == (6.3, 2)
    h.CVode().active(1)
    cell.soma(0).v = cell.soma(1).v = 20.0
    session.initialise(one)
    assert (h.celsius, h.secondorder, h.dt) == (34.0, 0, one.clock.dt_ms)
    assert not h.CVode().active()
    assert cell.soma(0.5).v == -72.0
    # The ends have no area: they are as new.
    assert (cell.soma(0).v, cell.soma(1).v) == (NEW_NODE_MV, NEW_NODE_MV)
    del cell
    session.clear()


def test_clear_leaves_what_others_made(before):
    foreign = h.Section(name="foreign")
    session = NeuronSession(KeepingCell)
    spared = session.build([])
    session.spare([spared.soma])
    session.build([])
    assert session.clear() == 1
    assert {foreign, spared.soma} <= set(h.allsec())
    session.spare([])
    assert session.clear() == 1
    assert foreign in set(h.allsec())
    KeepingCell.kept.clear()
    h.delete_section(sec=foreign)


def test_cells_that_nobody_keeps_go_by_themselves(before):
    session = NeuronSession(Cell)
    session.build([])
    assert session.clear() == 0
    cell = session.build([])
    cell.itself = cell
    del cell
    assert session.clear(collect=False) == 1, "it refers to itself: only a collection frees it"


def test_a_cell_without_a_soma_is_refused(before):
    with pytest.raises(ModelError, match="NamelessCell has no section 'soma'"):
        NeuronSession(NamelessCell).check(())


def test_a_path_that_the_cell_lacks_is_refused(before):
    with pytest.raises(ModelError, match="dend"):
        NeuronSession(Cell).check((LENGTH, ParameterPath.parse("dend.L")))
    CableCell.found.clear()
    NeuronSession(CableCell).check((LENGTH, LEAK))
    assert CableCell.found == [L_UM], "it is tried as well"


class Source:
    """A source of cells that needs no file."""

    mods = None

    def load(self):
        return Cell

    def profiles(self):
        return {}


def test_a_runner_is_made_for_a_checked_model(before):
    one = experiment()
    voltage = make_runner(NeuronSetup(Source(), one, (LENGTH,)))([])
    np.testing.assert_allclose(voltage[0], by_hand(one, 0), rtol=0, atol=1e-9)
    with pytest.raises(ModelError, match="axon"):
        make_runner(NeuronSetup(Source(), one, (ParameterPath.parse("axon.L"),)))


@pytest.mark.parametrize("exact", [True, False])
def test_tables_are_computed_exactly_where_that_is_asked_for(before, exact):
    h.usetable_hh = 1
    open_session(NeuronSetup(Source(), experiment(), (), exact))
    assert h.usetable_hh == (not exact)
    h.usetable_hh = 1
