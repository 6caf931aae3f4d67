"""Current steps, rests and thresholds in generated code, against NEURON and published values."""

from __future__ import annotations

import dataclasses
import json

import numpy as np
import pytest

from probes import probed
from probes.probed import BRANCHED, PLACES, TRUTH, table
from pyneuronautofit.database import read_database, read_models
from pyneuronautofit.errors import ModelError
from pyneuronautofit.models import load_model
from pyneuronautofit.probes import settling
from pyneuronautofit.probes.batch.simulator import BatchProbe
from pyneuronautofit.probes.neuron.simulator import NeuronProbe
from pyneuronautofit.probes.synapse import SynapseTrial
from pyneuronautofit.probes.tests import RestTest, StepTest, SynapseTest
from pyneuronautofit.simulators import RunStatus
from pyneuronautofit.space import ParameterPath, ParameterTable
from simulators.troublesome import CELL, PROJECT, STATUSES, TROUBLE_OHM_CM


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    return load_model(None, tmp_path_factory.mktemp("empty"))


@pytest.fixture(scope="module")
def parameters():
    """Models of three numbers of segments, from the one of the example."""
    settings = dict(read_models(TRUTH).models[0].parameters)
    paths = tuple((ParameterPath.parse(name),) for name in settings)
    values = np.array([list(settings.values())] * 5, dtype=float)
    names = list(settings)
    values[:, names.index("axon.L")] *= [1.0, 2.0, 4.0, 1.1, 2.1]
    values[:, names.index("soma(0.5).TC_ih_Bud97.gh_max")] *= [1.0, 0.5, 2.0, 0.2, 1.5]
    return ParameterTable(paths, (False,) * len(paths), values)


@pytest.fixture
def firing(tmp_path):
    (tmp_path / "project.py").write_text(BRANCHED)
    return load_model(tmp_path, tmp_path)


def asked(kind, model, test, parameters, initial=(), n_worker=2, **options):
    return probed.asked(kind, model, test, parameters, initial, n_worker, **options)


# --- current steps


def test_steps_as_neuron(model, parameters):
    test = StepTest((-40.0, 100.0, 300.0), 35.0, 0.05, PLACES, until_mV=0.0)
    initial = [{}, {"soma.v": -60.0}, {"axon.v": -80.0}, {}, {}]
    found = asked(BatchProbe, model, test, parameters, initial)
    expected = asked(NeuronProbe, model, test, parameters, initial)
    for ours, theirs in zip(found, expected, strict=True):
        assert ours.status is theirs.status is RunStatus.OK
        assert ours.answer.amplitudes_pA == theirs.answer.amplitudes_pA
        # The first sample is the initial voltage, at the ends of sections NEURON's own.
        np.testing.assert_array_equal(
            ours.answer.voltage_mV[:, :, 0], theirs.answer.voltage_mV[:, :, 0]
        )
        np.testing.assert_allclose(
            ours.answer.voltage_mV, theirs.answer.voltage_mV, rtol=0, atol=1e-6
        )
    n_step = {len(each.answer.amplitudes_pA) for each in found}
    assert max(n_step) > 1, "some step does not make it fire"
    assert max(each.answer.voltage_mV.max() for each in found) > 0, "and some does"


@pytest.mark.parametrize(("onset_ms", "duration_ms"), [(7.013, 5.03), (7.0125, 5.0), (0.025, 3.3)])
def test_a_step_between_time_steps_as_neuron(model, parameters, onset_ms, duration_ms):
    test = StepTest((80.0,), 35.0, 0.025, onset_ms=onset_ms, duration_ms=duration_ms, end_ms=20.0)
    (ours,) = asked(BatchProbe, model, test, parameters.rows([0]))
    (theirs,) = asked(NeuronProbe, model, test, parameters.rows([0]))
    np.testing.assert_allclose(ours.answer.voltage_mV, theirs.answer.voltage_mV, rtol=0, atol=1e-9)


# --- rests


@pytest.mark.parametrize("initial", [{}, {"soma.v": -50.0, "axon.v": -90.0}])
def test_a_rest_as_neuron(model, parameters, initial):
    """Before it has settled: there the beginning still shows."""
    test = RestTest(36.0, 0.1, duration_ms=1500.0, watched_ms=300.0)
    beginning = [initial] * len(parameters)
    found = asked(BatchProbe, model, test, parameters, beginning)
    expected = asked(NeuronProbe, model, test, parameters, beginning)
    for ours, theirs in zip(found, expected, strict=True):
        assert ours.answer.final_mV == pytest.approx(theirs.answer.final_mV, abs=1e-9)
        np.testing.assert_allclose(
            ours.answer.watched_mV, theirs.answer.watched_mV, rtol=0, atol=1e-9
        )
        assert np.ptp(ours.answer.watched_mV) > 1e-6


def test_a_long_rest_as_neuron(model, parameters):
    test = RestTest(36.0, 0.2, duration_ms=60_000.0)
    found = asked(BatchProbe, model, test, parameters.rows([0, 1]))
    expected = asked(NeuronProbe, model, test, parameters.rows([0, 1]))
    for ours, theirs in zip(found, expected, strict=True):
        assert ours.answer.final_mV == pytest.approx(theirs.answer.final_mV, abs=1e-6)
        assert np.ptp(ours.answer.watched_mV) == 0, "it was recognised as settled"
        assert len(ours.answer.watched_mV) == 10_000


def test_a_cell_that_fires_by_itself_is_watched_to_the_end(firing):
    test = RestTest(6.3, 0.1, duration_ms=6_000.0, watched_ms=1_000.0)
    at_rest, spiking = asked(BatchProbe, firing, test, table("soma(0.5).hh.el", -54.3, 0.0))
    assert np.ptp(at_rest.answer.watched_mV) < 1e-6
    assert spiking.answer.watched_mV.max() > 0
    assert len(spiking.answer.watched_mV) == 1_000
    assert list(spiking.answer.final_mV) == ["soma.v", "dend[0].v", "dend[1].v"]


@pytest.mark.parametrize("dt_ms", [0.025, 0.07])
def test_the_watched_samples_as_neuron(firing, dt_ms):
    """One a millisecond, also where time steps do not divide it."""
    test = RestTest(6.3, dt_ms, duration_ms=120.0, watched_ms=40.0)
    (ours,) = asked(BatchProbe, firing, test, table("soma(0.5).hh.el", -50.0))
    (theirs,) = asked(NeuronProbe, firing, test, table("soma(0.5).hh.el", -50.0))
    np.testing.assert_allclose(ours.answer.watched_mV, theirs.answer.watched_mV, rtol=0, atol=1e-6)


# --- thresholds

MIXES = ((1.0, 0.0), (0.5, 0.5), (0.0, 1.0))


def search(**settings):
    test = SynapseTest(MIXES, 35.0, 0.025, 0.0, 0.4, 1e-4)
    return dataclasses.replace(test, **settings)


def test_the_published_thresholds(model, shared):
    """Three models, three mixes, to the last digit; `nightly` has all."""
    wrong, n_value = _against_published(model, shared, [0, 11, 20], [0, 20, 40])
    assert not wrong
    assert n_value == 9


@pytest.mark.nightly
def test_all_published_thresholds(model, shared):
    wrong, n_value = _against_published(model, shared, range(24), range(41))
    assert not wrong
    assert n_value == 984


def _against_published(model, shared, numbers, places):
    database = read_database(shared / "data" / "P07-models-sample.json")
    shares = np.linspace(0.0, 1.0, 41)
    mixes = tuple((float(np.linspace(1.0, 0.0, 41)[k]), float(shares[k])) for k in places)
    initial = [database.initial_mV()[number] for number in numbers]
    test = search(mixes=mixes)
    found = asked(BatchProbe, model, test, database.stored.table().rows(list(numbers)), initial)
    pairs = [
        (threshold.conductance_uS, database.records[number]["gsynmin"][k])
        for number, each in zip(numbers, found, strict=True)
        for k, threshold in zip(places, each.answer.thresholds, strict=True)
    ]
    return [(a, b) for a, b in pairs if a != pytest.approx(b, abs=1e-9)], len(pairs)


def test_ending_silent_trials_early_changes_no_threshold(model, parameters, monkeypatch):
    test = search(accuracy_uS=5e-3, rest_ms=30_000.0, response_ms=3500.0)
    rows = parameters.rows([0, 1, 3])
    rule, ended = settling.is_back, []

    def counted(*state):
        ended.append(rule(*state))
        return ended[-1]

    monkeypatch.setattr(settling, "is_back", counted)
    early = asked(BatchProbe, model, test, rows)
    assert sum(ended) > 9, "the rule is at work, and not in trials without conductance alone"
    monkeypatch.setattr(settling, "is_back", lambda *_state: False)
    late = asked(BatchProbe, model, test, rows)
    assert [each.answer for each in early] == [each.answer for each in late]
    assert sum(each.answer.settled for each in early) >= 2
    values = [t.conductance_uS for each in early for t in each.answer.thresholds]
    assert len(set(values)) > 3, "they differ, so that a difference would show"


def test_a_search_without_an_answer_says_why(model, parameters):
    test = search(highest_uS=1e-3, accuracy_uS=1e-4, rest_ms=100.0, response_ms=100.0)
    (found,) = asked(BatchProbe, model, test, parameters.rows([0]))
    assert [t.reason for t in found.answer.thresholds] == ["no conductance fires"] * 3
    test = search(lowest_uS=0.3, rest_ms=100.0, response_ms=100.0)
    (found,) = asked(BatchProbe, model, test, parameters.rows([0]))
    assert {t.reason for t in found.answer.thresholds} == {"the lowest conductance fires already"}


def test_potassium_of_the_synapse_changes_the_rest(model, parameters):
    tests = [search(gabab_uS=g, rest_ms=500.0, response_ms=50.0) for g in (0.0, 1e-3)]
    without, with_ = (asked(BatchProbe, model, t, parameters.rows([0]))[0].answer for t in tests)
    assert with_.rest_mV < without.rest_mV - 0.1
    assert all(
        a.conductance_uS > b.conductance_uS
        for a, b in zip(with_.thresholds, without.thresholds, strict=True)
    )


def test_a_model_without_the_synapse(firing):
    test = SynapseTrial(search(rest_ms=10.0, response_ms=10.0), 0.1)
    with pytest.raises(ModelError, match="AMPAandNMDAwithTone, but the model's channels do not"):
        asked(BatchProbe, firing, test, table("soma(0.5).hh.gl", 1e-4))


# --- any company


@pytest.mark.parametrize("test", [
    StepTest((50.0, 200.0), 35.0, 0.1, PLACES, onset_ms=50.0, duration_ms=100.0, end_ms=200.0),
    RestTest(35.0, 0.1, duration_ms=300.0, watched_ms=100.0),
    SynapseTest(MIXES, 35.0, 0.1, 0.0, 0.2, 5e-3, rest_ms=1500.0, response_ms=300.0),
])  # fmt: skip
def test_a_model_does_not_depend_on_its_company(model, parameters, test):
    rows = [0, 1, 2, 3, 4, 0, 2, 1, 4, 4]
    with BatchProbe(model.cell_source, test, 1) as probe:
        alone = [next(iter(probe.stream(parameters.rows([k])))) for k in range(5)]
    for n_worker in (1, 3):
        found = asked(BatchProbe, model, test, parameters.rows(rows), n_worker=n_worker)
        for row, each in zip(rows, found, strict=True):
            assert _numbers(each.answer) == _numbers(alone[row].answer)


def _numbers(answer):
    fields = (getattr(answer, field.name) for field in dataclasses.fields(answer))
    return [each.tobytes() if isinstance(each, np.ndarray) else each for each in fields]


# --- failures


def test_models_that_make_trouble_cost_themselves_alone(tmp_path):
    (tmp_path / "cell.py").write_text(CELL)
    (tmp_path / "project.py").write_text(PROJECT)
    troublesome = load_model(tmp_path, tmp_path)
    test = RestTest(35.0, 0.1, duration_ms=100.0, watched_ms=50.0)
    found = asked(
        BatchProbe, troublesome, test, table("soma.Ra", *TROUBLE_OHM_CM), time_limit_s=3.0
    )
    assert tuple(each.status for each in found) == STATUSES
    assert [each.answer is None for each in found] == [s is not RunStatus.OK for s in STATUSES]
    assert "no such Ra" in found[3].message


def test_a_voltage_that_becomes_infinite_is_a_status(firing):
    for test in (StepTest((25.0,), 6.3, 0.1), RestTest(6.3, 0.1, duration_ms=2000.0)):
        found = asked(BatchProbe, firing, test, table("soma.cm", 1.0, -1.0))
        assert [each.status for each in found] == [RunStatus.OK, RunStatus.DIVERGED]
        assert found[1].answer is None


def test_a_model_that_takes_too_long_is_a_status(model, parameters):
    with BatchProbe(model.cell_source, RestTest(35.0, 0.025), 1) as probe:
        probe.check(parameters)
        probe._pool.time_limit_s = 1e-3
        found = list(probe.stream(parameters))
    assert [each.status for each in found] == [RunStatus.TIMED_OUT] * len(parameters)


@pytest.mark.nightly
def test_the_published_resting_states(model, shared):
    path = shared / "data" / "P07-models-sample.json"
    published = [record["init"] for record in json.loads(path.read_text())["models"]]
    found = asked(BatchProbe, model, RestTest(36.0, 0.025), read_models(path).table())
    for each, init in zip(found, published, strict=True):
        assert each.answer.final_mV == pytest.approx(init, abs=1e-4)
