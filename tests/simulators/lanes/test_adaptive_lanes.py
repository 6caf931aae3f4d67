"""The adaptive integrator against NEURON's CVODE, and what it promises of its results."""

from __future__ import annotations

import json
from dataclasses import asdict, replace

import numpy as np
import pytest

from pyneuronautofit.errors import ModelError, UsageError
from pyneuronautofit.models import CellSource, compiled_library
from pyneuronautofit.simulators import Adaptive, BatchSimulator, NeuronSimulator, RunStatus
from pyneuronautofit.simulators.agreement import compare_sweep, worst
from pyneuronautofit.simulators.experiment import Clock, adaptive_clock
from pyneuronautofit.simulators.lanes import adaptive_lanes, adaptive_plan
from pyneuronautofit.space import ParameterPath, ParameterTable
from simulators.lanes.test_mechanisms import ALL, FAST_LIVELY, FAST_QUIET, PROJECT, QUIET
from simulators.mechanism_cells import MODS, SAMPLE_MS, step_experiment

# What is advanced by a PROCEDURE, or is a set of linear equations, CVODE cannot take.
# What is kept by hand from step to step is something else to it, too.
NOT_FOR_CVODE = {"tkdr", "tlin", "tpoole", "ttime", "tafter"}
CVODE_QUIET = ("tchain-quiet", "tkin-quiet", "tnab-quiet", "tpair-quiet", "tpoolc-quiet")


def model(names, folder, transient_ms=200.0):
    """Return a source of these cells, their experiment, a table that names them, their sweeps."""
    cells = [ALL[name] for name in names]
    project = folder / "project.py"
    project.write_text(PROJECT.format(cells=json.dumps([asdict(cell) for cell in cells])))
    source = CellSource(project, MODS, compiled_library(MODS))
    currents = sorted({current for cell in cells for current in cell.currents_pA})
    experiment = step_experiment(replace(cells[0], currents_pA=tuple(currents)))
    experiment = replace(
        experiment, transient_ms=transient_ms, clock=adaptive_clock(experiment.clock.step_ms)
    )
    path = ParameterPath.parse("choice.number")
    table = ParameterTable(((path,),), (True,), np.arange(len(cells))[:, None].astype(float))
    sweeps = [[currents.index(current) for current in cell.currents_pA] for cell in cells]
    return source, experiment, table, sweeps


def adaptive(source, experiment, table, tolerance_mV=0.003, precision="double", n_worker=2):
    with BatchSimulator(
        source, experiment, n_worker, precision, adaptive=Adaptive(tolerance_mV)
    ) as simulator:
        return simulator.run(table)


def apart(names, folder, tolerance_mV, precision="double"):
    """Return how far adaptive steps and CVODE are apart, for every cell."""
    source, experiment, table, sweeps = model(names, folder)
    with NeuronSimulator(source, experiment, 2, cvode_tolerance_mV=1e-6) as simulator:
        truth = simulator.run(table)
    ours = adaptive(source, experiment, table, tolerance_mV, precision)
    assert not any(truth.messages), truth.messages
    assert not any(ours.messages), ours.messages
    return {
        name: worst(
            [
                compare_sweep(truth.voltage_mV[k, sweep], ours.voltage_mV[k, sweep], SAMPLE_MS)
                for sweep in sweeps[k]
            ]
        )
        for k, name in enumerate(names)
    }


def wrong(found, quiet_mV, shift_ms):
    return {
        name: each
        for name, each in found.items()
        if not each.quiet_mV <= quiet_mV
        or each.n_spike[0] != each.n_spike[1]
        or each.shift_ms > shift_ms
    }


@pytest.mark.parametrize("name", CVODE_QUIET)
def test_quiet_cells_as_cvode(tmp_path, name):
    found = apart((name,), tmp_path, 3e-4)
    assert not wrong(found, quiet_mV=0.01, shift_ms=0.0)


def test_hh_as_cvode(tmp_path):
    found = apart(("hh-lively",), tmp_path, 3e-4)
    assert not wrong(found, quiet_mV=0.02, shift_ms=0.1)
    assert found["hh-lively"].n_spike[0] > 0


@pytest.mark.nightly
def test_lively_cells_as_short_fixed_steps(tmp_path):
    """Their potassium channel is advanced by a PROCEDURE, which CVODE cannot take."""
    source, experiment, table, _sweeps = model(FAST_LIVELY, tmp_path)
    short = replace(experiment, clock=Clock(experiment.clock.step_ms, 64))
    with BatchSimulator(source, short, 2) as simulator:
        truth = simulator.run(table).voltage_mV
    for precision in ("double", "single"):
        ours = adaptive(source, experiment, table, 3e-4, precision).voltage_mV
        for one, other in zip(
            truth.reshape(-1, truth.shape[-1]), ours.reshape(truth.shape[0] * truth.shape[1], -1)
        ):
            found = compare_sweep(one, other, SAMPLE_MS)
            assert found.n_spike[0] == found.n_spike[1]
            assert not found.quiet_mV > 0.2
            assert not found.shift_ms > 0.2


@pytest.mark.nightly
def test_all_quiet_cells_as_cvode(tmp_path):
    names = [n for n in QUIET if not set(ALL[n].mechanisms) & NOT_FOR_CVODE]
    assert len(names) > 20
    for name in names:
        # Slow currents add up what is wrong; a tenth of the tolerance makes it 5 to 8 times less.
        assert not wrong(apart((name,), tmp_path, 3e-4), quiet_mV=0.02, shift_ms=0.0)


def test_errors_follow_the_tolerance(tmp_path):
    shifts = [apart(("hh-lively",), tmp_path, mV)["hh-lively"].shift_ms for mV in (0.03, 3e-4)]
    assert shifts[1] < shifts[0] / 3.0


def test_results_do_not_depend_on_company_order_or_threads(tmp_path, monkeypatch):
    names = ("layer5", "ca1", *FAST_QUIET[:6])
    source, experiment, table, _sweeps = model(names, tmp_path)
    together = adaptive(source, experiment, table).voltage_mV
    monkeypatch.setattr(adaptive_lanes, "_CALL_BYTES", 1)
    one_by_one = adaptive(source, experiment, table.rows([3, 1, 0, 7]), n_worker=1).voltage_mV
    np.testing.assert_array_equal(one_by_one, together[[3, 1, 0, 7]])


def test_a_noisy_current_brings_its_charge(tmp_path):
    """Noise at every sample: as the fixed step, which follows it."""
    source, experiment, table, _sweeps = model(("tarea-quiet",), tmp_path)
    noise = np.random.default_rng(0).normal(0.0, 2.0, experiment.current_pA.shape)
    noisy = replace(experiment, current_pA=experiment.current_pA + noise)
    ours = adaptive(source, noisy, table).voltage_mV
    with BatchSimulator(source, noisy, 1) as simulator:
        followed = simulator.run(table).voltage_mV
    clean = adaptive(source, experiment, table).voltage_mV
    assert np.abs(clean - followed).max() > 0.1  # the noise matters
    assert np.abs(ours - followed).max() < 0.1


def test_a_cell_that_needs_too_many_steps_is_given_up(tmp_path, monkeypatch):
    monkeypatch.setattr(adaptive_plan, "_MOST_STEPS_PER_MS", 0.01)
    monkeypatch.setattr(adaptive_plan, "_MOST_STEPS_OF_ANY", 20)
    source, experiment, table, _sweeps = model(("layer5",), tmp_path)
    traces = adaptive(source, experiment, table)
    assert traces.status == (RunStatus.TOO_MANY_STEPS,)
    assert np.isnan(traces.voltage_mV).all()


def test_a_cell_without_numbers_diverges_alone(tmp_path):
    source, experiment, table, _sweeps = model(("tarea-quiet", "layer5"), tmp_path)
    broken = replace(experiment, current_pA=np.full_like(experiment.current_pA, 1e12))
    traces = adaptive(source, broken, table)
    assert not traces.ok.any()
    assert np.isnan(traces.voltage_mV).all()


def test_sweeps_too_long_for_the_ticks_are_refused(tmp_path):
    _source, experiment, _table, _sweeps = model(("tarea-quiet",), tmp_path)
    endless = replace(experiment, transient_ms=1e9)
    with pytest.raises(UsageError, match="--integrator fixed"):
        adaptive_plan.AdaptivePlan(endless, Adaptive())


def test_cvode_refuses_a_noisy_current(tmp_path):
    source, experiment, table, _sweeps = model(("tarea-quiet",), tmp_path)
    noise = np.random.default_rng(0).normal(0.0, 2.0, experiment.current_pA.shape)
    noisy = replace(experiment, current_pA=experiment.current_pA + noise)
    with pytest.raises(ModelError, match="constant between edges"):  # noqa: SIM117
        with NeuronSimulator(source, noisy, 1, cvode_tolerance_mV=1e-4) as simulator:
            simulator.check(table)


BARE = """
from neuron import h


class Bare:
    def __init__(self, nid=0):
        self.soma = h.Section(name="soma", cell=self)
        self.soma.L = self.soma.diam = 20

    def setcable(self):
        pass


fitmeneuron = Bare
param_nslh = [["soma.L", "lin", 1, 100]]


def getversion():
    return "1"
"""


def test_a_cell_without_any_mechanism_is_a_capacitance(tmp_path):
    experiment = step_experiment(ALL[CVODE_QUIET[0]])
    experiment = replace(experiment, clock=adaptive_clock(experiment.clock.step_ms))
    project = tmp_path / "bare.py"
    project.write_text(BARE)
    source = CellSource(project, None, None)
    lengths = np.array([[20.0], [40.0], [60.0]])
    table = ParameterTable(((ParameterPath.parse("soma.L"),),), (False,), lengths)
    found = adaptive(source, experiment, table)
    with NeuronSimulator(source, experiment, 1) as simulator:
        truth = simulator.run(table)
    assert not any(found.messages), found.messages
    np.testing.assert_allclose(found.voltage_mV, truth.voltage_mV, rtol=1e-3, atol=0.05)
