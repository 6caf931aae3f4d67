"""What the recording and models answer: spikes, rates and latencies counted by hand."""

from __future__ import annotations

from dataclasses import dataclass
from types import SimpleNamespace

import numpy as np
import pytest

from pyneuronautofit.recordings import Recording, StimulusWindow
from pyneuronautofit.report.findings import responses as module
from pyneuronautofit.report.findings.responses import answers
from pyneuronautofit.simulators import RunStatus, Traces
from pyneuronautofit.space import ParameterSpace, table_of

NAN = np.nan
STEP_MS, N_SAMPLE, THRESHOLD = 0.5, 100, -20.0
#: Samples 20 .. 59: 10 ms to 30 ms.
WINDOW = StimulusWindow(20, 59)
SPACE = ParameterSpace.from_rows([["s.a", "lin", 0, 10], ["s.n", "int", 0, 10]])


def sweep(*onsets, rest=-70.0, n_sample=N_SAMPLE):
    """A voltage at rest with spikes of two samples; -10 mV is above the threshold here."""
    voltage = np.full(n_sample, rest)
    for onset in onsets:
        voltage[onset : onset + 2] = -10.0
    return voltage


#: Four sweeps, of which the modes look at 1 and 3.
RECORDED = np.stack([sweep(), sweep(10, 20, 40, 59, 60), sweep(), sweep()])


@dataclass
class Problem:
    """As much of a problem as is asked: its models answer what they are told to."""

    voltage_mV: np.ndarray
    status: tuple
    messages: tuple
    sweeps: tuple = (1, 3)
    recorded: np.ndarray = None

    def __post_init__(self):
        voltage = RECORDED if self.recorded is None else self.recorded
        current = np.zeros(voltage.shape)
        # Beside the stimulus there is a current that does not count.
        current[:, 10:20] = 999.0
        current[:, 60] = 999.0
        current[:, 20:60] = 10.0 * np.arange(len(voltage))[:, None]
        current[:, 20:40] += 4.0
        self.target = Recording("r", voltage, current, STEP_MS)
        self.stimulus = WINDOW
        self.title = "r"
        settings = SimpleNamespace(spike_threshold_mV=THRESHOLD, hold_out=None)
        self.recording, self.parts, self.elsewhere = self.target, (self,), ()
        self.suite = SimpleNamespace(sweeps=self.sweeps, settings=settings)
        self.simulator = SimpleNamespace(description="by hand")
        self.asked = []

    def table_of(self, parameters):
        return table_of(SPACE, parameters)

    def simulate(self, table):
        self.asked.append(table)
        return Traces(self.voltage_mV, self.status, self.messages, np.zeros(len(self.status)))


def answered_by(problem, parameters, places):
    """What is shown of a problem on one recording."""
    (found,) = answers(SimpleNamespace(problem=problem), parameters, places)
    return found


OK = RunStatus.OK
MODELS = np.stack(
    [
        [sweep(25, rest=-60.0), sweep(0, 30, 58)],
        np.full((2, N_SAMPLE), NAN),
        [sweep(), sweep(59)],
        np.full((2, N_SAMPLE), NAN),
    ]
)
VALUES = np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0], [7.0, 8.0]])


@pytest.fixture
def problem():
    return Problem(
        MODELS, (OK, RunStatus.DIVERGED, OK, RunStatus.FAILED), ("", "", "", "no such section")
    )


@pytest.fixture
def found(problem):
    return answered_by(problem, VALUES, (10, 11, 12, 13))


def test_parameters_are_given_to_the_model(problem, found):
    (table,) = problem.asked
    assert [target.text for (target,) in table.targets] == ["s.a", "s.n"]
    assert table.whole == (False, True)
    np.testing.assert_array_equal(table.values, VALUES)


def test_who_failed_is_told_and_not_drawn(found):
    assert found.models == (10, 12)
    assert found.failed == (
        (11, RunStatus.DIVERGED.value),
        (13, f"{RunStatus.FAILED.value}: no such section"),
    )
    assert found.simulator == "by hand"


def test_the_recording_comes_first(found):
    assert found.traces.n_bin == 0
    expected = np.stack([RECORDED[[1, 3]], MODELS[0], MODELS[2]])
    np.testing.assert_array_equal(found.traces.voltage_mV, expected)
    assert found.sweeps == (1, 3)
    assert (found.step_ms, found.n_sample) == (STEP_MS, N_SAMPLE)


def test_spikes_of_the_whole_sweep_and_rates_of_the_stimulus(found):
    # 59 and 60 are one run of samples above the threshold.
    assert found.counts.tolist() == [[4, 0], [1, 3], [0, 1]]
    # Within 20 ms: 20, 40 and 59; then 25, and 30 and 58; then 59.
    assert found.rates_Hz.tolist() == [[150, 0], [50, 100], [0, 50]]


def test_latencies_count_from_the_stimulus(found):
    np.testing.assert_array_equal(found.latency_ms, [[0.0, NAN], [2.5, 5.0], [NAN, 19.5]])


def test_currents_are_means_within_the_stimulus(found):
    # 10 pA a sweep, and 4 pA more in the first half.
    assert found.current_pA.tolist() == [12.0, 32.0]
    assert found.stimulus_ms == (10.0, 30.0)


@pytest.mark.parametrize("n_model", [80, 120])
def test_what_both_have_is_shown(n_model):
    voltage = np.stack([[sweep(25, n_sample=n_model), sweep(70, n_sample=n_model)]])
    found = answered_by(Problem(voltage, (OK,), ("",)), VALUES[:1], (0,))
    assert found.n_sample == found.traces.voltage_mV.shape[-1] == min(n_model, N_SAMPLE)
    assert found.counts[1].tolist() == [1, 1]


def test_where_all_failed_there_is_the_recording():
    broken = Problem(MODELS[1:2], (RunStatus.TIMED_OUT,), ("",))
    found = answered_by(broken, VALUES[:1], (0,))
    assert found.models == ()
    assert found.traces.voltage_mV.shape == (1, 2, N_SAMPLE)
    assert found.counts.tolist() == [[4, 0]]


def test_all_of_many_sweeps_are_drawn():
    n_sweep = 49
    recorded = np.stack([sweep(rest=-70.0 - k) for k in range(n_sweep + 2)])
    sweeps = tuple(range(2, n_sweep + 2))
    voltage = np.full((1, n_sweep, N_SAMPLE), -50.0)
    found = answered_by(Problem(voltage, (OK,), ("",), sweeps, recorded), VALUES[:1], (0,))
    assert found.sweeps == sweeps
    # A trace is that of its sweep.
    assert found.traces.voltage_mV[0, :, 0].tolist() == [-70.0 - k for k in sweeps]
    assert found.counts.shape == (2, n_sweep)


def test_long_traces_are_thinned_out(monkeypatch):
    long = np.stack([[sweep(25, n_sample=3000), sweep(2000, n_sample=3000)]])
    recorded = np.stack([sweep(10 * k, n_sample=3000) for k in range(4)])
    monkeypatch.setattr(module, "_MOST_SAMPLES", 1)
    found = answered_by(Problem(long, (OK,), ("",), recorded=recorded), VALUES[:1], (0,))
    assert found.traces.n_bin > 0
    assert found.traces.voltage_mV.shape[-1] < 3000
    assert (found.traces.voltage_mV.max(axis=-1) == -10.0).all()
    # Spikes are counted before.
    assert (found.counts.tolist(), found.n_sample) == ([[1, 1], [1, 1]], 3000)
