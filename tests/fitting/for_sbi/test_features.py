"""Features of voltages that are known; those of spikes also as eFEL has them."""

from __future__ import annotations

import numpy as np
import pytest

from pyneuronautofit.fitting.for_sbi.features import FEATURES, trace_features
from pyneuronautofit.recordings import StimulusWindow

NAMES = [each.name for each in FEATURES]
STIMULUS, STEP_MS = StimulusWindow(20, 59), 0.5


def features_of(trace):
    found = trace_features(np.array(trace)[None, None], STIMULUS, STEP_MS, 0.0)
    assert found.shape == (1, 1, len(FEATURES))
    return dict(zip(NAMES, found[0, 0].tolist(), strict=True))


def stepped(*spikes):
    """-70 mV, in the stimulus -60 mV; spikes of 20 mV as (first sample, samples)."""
    trace = np.full(100, -70.0)
    trace[20:60] = -60.0
    for first, n in spikes:
        trace[first : first + n] = 20.0
    return trace


def test_spikes():
    found = features_of(stepped((24, 2), (34, 4), (50, 2), (80, 3)))
    assert found["spikes"] == 3
    assert found["latency"] == 2.0
    assert found["interval"] == 0.5 * (50 - 24) / 2
    assert found["width"] == pytest.approx(0.5 * 8 / 3)
    assert (found["peak"], found["trough"]) == (20.0, -60.0)
    assert found["before"] == -70.0
    assert found["after"] == pytest.approx(-70.0 + 3 * 90 / 40)


def test_without_spikes_every_feature_is_a_number():
    assert features_of(stepped()) == {
        "spikes": 0.0, "latency": 20.0, "interval": 20.0, "width": 0.0, "peak": -60.0,
        "trough": -60.0, "mean": -60.0, "deviation": 0.0, "end": -60.0, "before": -70.0,
        "after": -70.0,
    }  # fmt: skip


def test_one_spike_has_a_latency_and_no_interval():
    found = features_of(stepped((20, 3)))
    assert (found["spikes"], found["latency"], found["interval"]) == (1.0, 0.0, 20.0)
    assert found["width"] == 1.5


def test_the_voltage_in_the_stimulus():
    rng = np.random.default_rng(0)
    trace = rng.normal(-60, 3, 100)
    found = features_of(trace)
    within = trace[20:60]
    assert found["mean"] == pytest.approx(within.mean())
    assert found["deviation"] == pytest.approx(within.std())
    assert found["end"] == pytest.approx(np.median(within[-8:]))
    assert (found["before"], found["after"]) == pytest.approx(
        (trace[:20].mean(), trace[60:].mean())
    )


def test_a_stimulus_that_is_the_whole_sweep():
    trace = np.linspace(-70.0, -60.0, 50)
    found = trace_features(trace[None, None], StimulusWindow(0, 80), STEP_MS, 0.0)[0, 0]
    assert np.isfinite(found).all()
    by_name = dict(zip(NAMES, found.tolist(), strict=True))
    assert (by_name["before"], by_name["after"]) == (-70.0, -60.0)


def test_each_sweep_and_candidate_by_itself():
    traces = np.stack([stepped((24, 2)), stepped(), stepped((30, 2), (40, 2)), stepped((50, 1))])
    found = trace_features(traces.reshape(2, 2, -1), STIMULUS, STEP_MS, 0.0)
    assert found[..., 0].tolist() == [[1.0, 0.0], [2.0, 1.0]]
    for place, trace in enumerate(traces):
        np.testing.assert_array_equal(
            found.reshape(4, -1)[place], list(features_of(trace).values())
        )


def test_as_efel_has_them():
    efel = pytest.importorskip("efel")
    trace = np.repeat(stepped((24, 2), (34, 4), (50, 2)), 5)
    time = np.arange(500) * 0.1
    stim = {"T": time, "V": trace, "stim_start": [10.0], "stim_end": [30.0]}
    efel.reset()
    efel.set_setting("Threshold", 0.0)
    wanted = ["spike_count_stimint", "maximum_voltage", "minimum_voltage"]
    (theirs,) = efel.get_feature_values([stim], wanted, raise_warnings=False)
    found = trace_features(trace[None, None], StimulusWindow(100, 299), 0.1, 0.0)[0, 0]
    ours = dict(zip(NAMES, found.tolist(), strict=True))
    assert ours["spikes"] == pytest.approx(theirs["spike_count_stimint"][0])
    assert ours["peak"] == pytest.approx(theirs["maximum_voltage"][0])
    assert ours["trough"] == pytest.approx(theirs["minimum_voltage"][0])
