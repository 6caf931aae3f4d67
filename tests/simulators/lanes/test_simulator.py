"""The batch simulator as a whole: what its results may depend on, and what bad candidates cost."""

from __future__ import annotations

import gc
import threading
import weakref
from concurrent.futures import CancelledError
from dataclasses import replace

import numpy as np
import pytest

from pyneuronautofit.codegen.compile import KernelBuildError
from pyneuronautofit.codegen.generate import GenerateKernel
from pyneuronautofit.codegen.kinds import NodeKind
from pyneuronautofit.database import read_models
from pyneuronautofit.errors import ModelError, UnsupportedModel
from pyneuronautofit.models import load_model
from pyneuronautofit.recordings import Recording, StimulusWindow, detect_stimulus, read_recording
from pyneuronautofit.simulators import (
    Adaptive,
    BatchSimulator,
    HasFinerSteps,
    NeuronSimulator,
    RunStatus,
    plan_experiment,
)
from pyneuronautofit.simulators.agreement import compare_sweep
from pyneuronautofit.simulators.lanes import engines, library
from pyneuronautofit.simulators.lanes import simulator as module
from pyneuronautofit.space import ParameterPath, ParameterTable
from simulators.neuron.test_simulator import noisy_recording, table
from simulators.troublesome import CELL, PROJECT, STATUSES, TROUBLE_OHM_CM

WINDOW = StimulusWindow(100, 300)
LENGTHS = np.linspace(30.0, 150.0, 21)


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    return load_model(None, tmp_path_factory.mktemp("empty"))


@pytest.fixture(scope="module")
def experiment():
    """Noisy currents, two holding currents, two steps in a sample; a short transient."""
    recording = noisy_recording(n_sweep=3, n_sample=400)
    planned = plan_experiment(recording, WINDOW, [0, 1, 2], 0.05, 35.0)
    return replace(planned, transient_ms=50.0)


@pytest.fixture(scope="module")
def candidates():
    return table(**{"soma.L": LENGTHS, "axon.L": LENGTHS[::-1]})


@pytest.fixture(scope="module")
def usual(model, experiment, candidates):
    with BatchSimulator(model.cell_source, experiment, n_worker=1) as simulator:
        traces = simulator.run(candidates)
    assert traces.ok.all()
    assert len(np.unique(traces.voltage_mV[:, 0, -1])) == len(LENGTHS)
    return traces.voltage_mV


@pytest.fixture
def batch(model, experiment):
    with BatchSimulator(model.cell_source, experiment, n_worker=2) as simulator:
        yield simulator


def bytes_of(n_cell, experiment):
    return n_cell * experiment.n_sweep * experiment.n_sample * 8


# --- finer steps


@pytest.mark.parametrize(("precision", "finer"), [("double", (1e-4, 1e-3)), ("single", (1e-3,))])
def test_finer_steps_are_those_of_a_simulator_that_has_them(
    model, experiment, candidates, precision, finer
):
    """On what is open: no worker and no kernel is made for them."""

    def opened(tolerance_mV):
        return BatchSimulator(
            model.cell_source, experiment, 2, precision, adaptive=Adaptive(tolerance_mV)
        )

    few = candidates.rows([0, 5, 20])
    with opened(0.01) as simulator:
        usual = simulator.run(few).voltage_mV
        keys, found = simulator.kernel_keys(), simulator.finer_steps(few)
        assert tuple(found) == finer
        for tolerance_mV, each in found.items():
            assert isinstance(each, HasFinerSteps) is False
            assert each.description.endswith(f"tolerance {tolerance_mV:g} mV")
            each.check(few)
            with each, opened(tolerance_mV) as alone:
                voltage_mV = each.run(few).voltage_mV
                np.testing.assert_array_equal(voltage_mV, alone.run(few).voltage_mV)
            assert 0 < np.abs(voltage_mV - usual).max() < 1
        assert simulator.kernel_keys() == keys
        np.testing.assert_array_equal(simulator.run(few).voltage_mV, usual)


def test_fixed_steps_have_no_finer_ones(batch, candidates):
    assert isinstance(batch, HasFinerSteps)
    assert batch.finer_steps(candidates) == {}


# --- the same bits


@pytest.mark.parametrize("cells_per_chunk", [1, 2, 5, 1000])
def test_two_threads_and_any_chunk_give_the_same(
    batch, experiment, candidates, usual, monkeypatch, cells_per_chunk
):
    monkeypatch.setattr(engines, "_CHUNK_BYTES", bytes_of(cells_per_chunk, experiment))
    np.testing.assert_array_equal(batch.run(candidates).voltage_mV, usual)


def test_any_number_of_cells_read_at_once_gives_the_same(batch, candidates, usual, monkeypatch):
    monkeypatch.setattr(module, "_CELLS_PER_ROUND", 4)
    np.testing.assert_array_equal(batch.run(candidates).voltage_mV, usual)


def test_order_and_company_make_no_difference(batch, candidates, usual):
    order = np.random.default_rng(3).permutation(len(LENGTHS)).tolist()
    np.testing.assert_array_equal(batch.run(candidates.rows(order)).voltage_mV, usual[order])
    np.testing.assert_array_equal(batch.run(candidates.rows([13])).voltage_mV, usual[[13]])


def test_single_precision_does_not_depend_on_company(model, experiment, candidates):
    source = model.cell_source
    with BatchSimulator(source, experiment, n_worker=2, precision="single") as simulator:
        together = simulator.run(candidates)
        alone = simulator.run(candidates.rows([7]))
        assert "single precision" in simulator.description
    np.testing.assert_array_equal(together.voltage_mV[7], alone.voltage_mV[0])


def test_every_candidate_comes_once(batch, experiment, candidates, monkeypatch):
    monkeypatch.setattr(engines, "_CHUNK_BYTES", bytes_of(4, experiment))
    blocks = list(batch.stream(candidates))
    assert len(blocks) == 6
    numbers = [number for block in blocks for number in block.candidates.tolist()]
    assert sorted(numbers) == list(range(len(LENGTHS)))
    assert all((block.traces.seconds > 0).all() for block in blocks)


def test_one_more_worker_than_candidates_and_an_empty_table(batch, candidates, usual):
    np.testing.assert_array_equal(batch.run(candidates.rows([0])).voltage_mV, usual[[0]])
    empty = candidates.rows([])
    batch.check(empty)
    assert len(batch.run(empty).voltage_mV) == 0
    assert list(batch.stream(empty)) == []


# --- as NEURON


def agrees_with_neuron(model, experiment, parameters, limit_mV=1e-6):
    with NeuronSimulator(model.cell_source, experiment, n_worker=2) as neuron:
        expected = neuron.run(parameters)
    with BatchSimulator(model.cell_source, experiment, n_worker=2) as simulator:
        found = simulator.run(parameters)
    assert expected.ok.all()
    assert found.ok.all()
    np.testing.assert_allclose(found.voltage_mV, expected.voltage_mV, rtol=0, atol=limit_mV)
    return found


def stored_models_agree(model, shared, ids, sweeps, precision, quiet_mV, shift_ms):
    recording = read_recording(shared / "data" / "File_axon_5.abf")
    window = detect_stimulus(recording.current_pA, recording.step_ms)
    planned = plan_experiment(recording, window, sweeps, 0.025, 35.0)
    parameters = read_models(shared / "data" / "P07-models-sample.json").select(ids).table()
    traces = []
    for make, options in ((NeuronSimulator, {}), (BatchSimulator, {"precision": precision})):
        with make(model.cell_source, planned, n_worker=2, **options) as simulator:
            traces.append(simulator.run(parameters))
        assert traces[-1].ok.all()
    neuron, batch = (each.voltage_mV.reshape(-1, planned.n_sample) for each in traces)
    found = [compare_sweep(*pair, recording.step_ms) for pair in zip(neuron, batch, strict=True)]
    assert max(each.quiet_mV for each in found) < quiet_mV
    assert all(each.n_spike[0] == each.n_spike[1] for each in found)
    assert np.nanmax([each.shift_ms for each in found]) <= shift_ms


@pytest.mark.parametrize(
    ("precision", "quiet_mV", "shift_ms"), [("double", 1e-6, 0.025), ("single", 0.01, 0.1)]
)
def test_stored_models_as_neuron(model, shared, precision, quiet_mV, shift_ms):
    stored_models_agree(model, shared, [0, 132], [0, 4, 8], precision, quiet_mV, shift_ms)


@pytest.mark.nightly
@pytest.mark.parametrize(
    ("precision", "quiet_mV", "shift_ms"), [("double", 1e-3, 0.025), ("single", 0.01, 0.1)]
)
def test_all_stored_models_as_neuron(model, shared, precision, quiet_mV, shift_ms):
    ids = range(0, 288, 12)
    stored_models_agree(model, shared, ids, range(9), precision, quiet_mV, shift_ms)


@pytest.mark.parametrize("dt", [0.1, 0.05, -0.25])
def test_substeps_as_neuron(model, candidates, dt):
    recording = noisy_recording(n_sweep=2, n_sample=400)
    planned = plan_experiment(recording, WINDOW, [1, 0], dt, 35.0)
    assert planned.clock.substeps == {0.1: 1, 0.05: 2, -0.25: 4}[dt]
    agrees_with_neuron(model, replace(planned, transient_ms=20.0), candidates.rows([0, 9]))


def test_an_odd_sampling_interval_as_neuron(model, candidates):
    recording = noisy_recording(n_sweep=1, n_sample=300, step_ms=0.32)
    planned = plan_experiment(recording, WINDOW, [0], 0.025, 33.0)
    assert planned.clock.substeps == 13
    agrees_with_neuron(model, replace(planned, transient_ms=20.01), candidates.rows([4]))


def test_nan_keeps_the_value_of_the_cell(model, experiment):
    parameters = table(**{"soma.L": [60.0, np.nan], "axon.L": [np.nan, 90.0]})
    found = agrees_with_neuron(model, experiment, parameters)
    assert np.ptp(found.voltage_mV[:, 0, 200]) > 1e-4


def test_a_sweep_that_is_longer_than_a_chunk(batch, candidates, usual, monkeypatch):
    monkeypatch.setattr(engines, "_CHUNK_BYTES", 1)
    np.testing.assert_array_equal(batch.run(candidates.rows([0, 1, 2])).voltage_mV, usual[:3])


# --- bad candidates


def test_a_diverging_candidate_does_not_touch_its_neighbours(model, experiment, candidates):
    # A negative capacitance makes the voltage explode; that takes a while.
    long = replace(experiment, transient_ms=1000.0)
    cm = np.full(len(LENGTHS), np.nan)
    cm[[2, 5]] = -1.0
    parameters = table(**{"soma.L": LENGTHS, "axon.L": LENGTHS[::-1], "soma.cm": cm})
    with BatchSimulator(model.cell_source, long, n_worker=1) as simulator:
        usual = simulator.run(candidates)
        traces = simulator.run(parameters)
    bad = np.isfinite(cm)
    assert [status is RunStatus.DIVERGED for status in traces.status] == bad.tolist()
    assert traces.messages[2] == RunStatus.DIVERGED.value
    assert np.isnan(traces.voltage_mV[bad]).all()
    np.testing.assert_array_equal(traces.voltage_mV[~bad], usual.voltage_mV[~bad])


def test_a_refused_value_costs_its_candidate(batch):
    parameters = table(**{"soma.L": [60.0, -1.0, 60.0]})
    traces = batch.run(parameters)
    assert traces.status == (RunStatus.OK, RunStatus.FAILED, RunStatus.OK)
    assert "L must be > 0" in traces.messages[1]
    np.testing.assert_array_equal(traces.voltage_mV[0], traces.voltage_mV[2])


def test_a_cell_class_that_dies_hangs_or_raises_costs_its_candidate(troublesome, experiment):
    trouble = table(**{"soma.Ra": TROUBLE_OHM_CM})
    with BatchSimulator(
        troublesome.cell_source, experiment, n_worker=2, time_limit_s=2.0
    ) as simulator:
        traces = simulator.run(trouble)
        again = simulator.run(trouble.rows([0]))
    assert traces.status == STATUSES
    assert "exit code 7" in traces.messages[1]
    assert "within 2 s" in traces.messages[2]
    assert "ValueError: no such Ra" in traces.messages[3]
    assert np.isnan(traces.voltage_mV[1:5]).all()
    np.testing.assert_array_equal(traces.voltage_mV[0], traces.voltage_mV[5])
    np.testing.assert_array_equal(traces.voltage_mV[0], again.voltage_mV[0])


def test_an_error_of_ours_in_a_cell_class_costs_its_candidate(tmp_path, experiment):
    ours = "from pyneuronautofit.errors import ModelError; raise ModelError"
    (tmp_path / "cell.py").write_text(CELL.replace("raise ValueError", ours))
    (tmp_path / "project.py").write_text(PROJECT)
    source = load_model(tmp_path, tmp_path).cell_source
    with BatchSimulator(source, experiment, n_worker=1) as simulator:
        traces = simulator.run(table(**{"soma.Ra": [103.0, 50.0]}))
    assert traces.status == (RunStatus.FAILED, RunStatus.OK)
    assert "no such Ra" in traces.messages[0]


def test_a_misspelt_parameter_is_refused(batch):
    with pytest.raises(ModelError, match=r"TC_HH has no 'gkmax'; did you mean 'gk_max'\?"):
        batch.check(table(**{"soma(0.5).TC_HH.gkmax": [1.0]}))


def test_a_kernel_that_cannot_be_written_is_an_error_that_neuron_can_stand_in_for():
    write = library.kernel_writer(None)
    with pytest.raises(UnsupportedModel, match="the equations of nosuch are needed"):
        write(GenerateKernel((NodeKind(("nosuch",), ()),), "double"))
    with pytest.raises(KernelBuildError, match=r"could not be written \(.*--simulator neuron"):
        write(GenerateKernel((None,), "double"))


def test_what_cannot_be_simulated_is_said_by_check(tmp_path, experiment):
    cell = CELL.replace("Cell.kept.append(self)", 'self.soma.insert("extracellular")')
    (tmp_path / "cell.py").write_text(cell)
    (tmp_path / "project.py").write_text(PROJECT)
    source = load_model(tmp_path, tmp_path).cell_source
    with (
        BatchSimulator(source, experiment, n_worker=1) as simulator,
        pytest.raises(UnsupportedModel, match="has the mechanism extracellular"),
    ):
        simulator.check(table(**{"soma.Ra": [50.0]}))


# --- leaving, and memory


def lane_threads():
    return [thread for thread in threading.enumerate() if thread.name.startswith("lanes")]


def test_a_stream_that_is_abandoned_leaves_nothing_running(
    batch, experiment, candidates, usual, monkeypatch
):
    monkeypatch.setattr(engines, "_CHUNK_BYTES", bytes_of(3, experiment))
    stream = batch.stream(candidates)
    next(stream)
    (work,) = batch._engine._at_work
    stream.close()
    assert not work._submitted
    assert not batch._engine._at_work
    np.testing.assert_array_equal(batch.run(candidates).voltage_mV, usual)


def test_two_streams_at_a_time(batch, experiment, candidates, usual, monkeypatch):
    monkeypatch.setattr(engines, "_CHUNK_BYTES", bytes_of(8, experiment))
    one = batch.stream(table(**{"soma.L": [-1.0, 60.0], "axon.L": [60.0, 60.0]}))
    assert next(one).traces.status == (RunStatus.FAILED,)
    np.testing.assert_array_equal(batch.run(candidates).voltage_mV, usual)
    assert [block.candidates.tolist() for block in one] == [[1]]


def test_closing_ends_a_long_simulation(model, candidates):
    # Half an hour of a cell's time.
    current = np.zeros((1, 200))
    recording = Recording("long.npz", current, current, 0.1)
    planned = plan_experiment(recording, StimulusWindow(10, 20), [0], 0.025, 35.0)
    long = replace(planned, transient_ms=1.8e6)
    simulator = BatchSimulator(model.cell_source, long, n_worker=1)
    simulator.check(candidates)
    failures = []

    def run():
        try:
            simulator.run(candidates)
        except CancelledError as error:
            failures.append(error)

    running = threading.Thread(target=run)
    running.start()
    while not any(work._submitted for work in list(simulator._engine._at_work)):
        assert running.is_alive()
    simulator.close()
    running.join()
    assert not lane_threads()
    assert failures


@pytest.mark.nightly
def test_memory_is_bounded(batch, experiment, candidates, monkeypatch):
    monkeypatch.setattr(engines, "_CHUNK_BYTES", bytes_of(2, experiment))
    made, alive = [], []
    original = np.empty

    class Tracked(np.ndarray):
        """An array that can be referred to weakly."""

    def empty(shape, *args, **kwargs):
        array = original(shape, *args, **kwargs).view(Tracked)
        if isinstance(shape, tuple) and len(shape) == 3:
            made.append(weakref.ref(array))
        return array

    monkeypatch.setattr("pyneuronautofit.simulators.lanes.lanes.np.empty", empty)
    for _block in batch.stream(candidates):
        gc.collect()
        alive.append(sum(reference() is not None for reference in made))
    assert len(made) == 11
    assert max(alive) <= 3


def test_results_are_released_with_the_block(batch, candidates):
    blocks = [weakref.ref(block) for block in batch.stream(candidates)]
    gc.collect()
    assert not any(reference() for reference in blocks)


def test_many_candidates(model, experiment):
    parameters = ParameterTable(
        ((ParameterPath.parse("soma.L"),),), (False,), np.linspace(40.0, 90.0, 130)[:, None]
    )
    with BatchSimulator(model.cell_source, experiment, n_worker=2) as simulator:
        traces = simulator.run(parameters)
    assert traces.ok.all()
    assert len(np.unique(traces.voltage_mV[:, 0, 50])) == 130
