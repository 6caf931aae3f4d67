"""What eFEL says about traces is what it says by itself."""

from __future__ import annotations

import sys
import warnings
from pathlib import Path

import numpy as np
import pytest

from pyneuronautofit.errors import NotAvailableError, UsageError
from pyneuronautofit.objectives.efel_ import features
from pyneuronautofit.objectives.efel_.features import (
    checked_feature,
    feature_names,
    feature_values,
    unit_of_feature,
)
from pyneuronautofit.recordings import read_recording

efel = pytest.importorskip("efel")

RECORDING = Path(__file__).resolve().parents[3] / "examples" / "experimentaldata" / "TC-example.abf"
STIMULUS = (100.0, 320.0)
CHOSEN = [
    "AP_amplitude", "AP_begin_voltage", "AP_duration_half_width", "AHP_depth", "mean_frequency",
    "spike_count", "voltage_base", "steady_state_voltage_stimend", "time_to_first_spike", "ISI_CV",
    "sag_amplitude", "decay_time_constant_after_stim", "minimum_voltage", "burst_number",
]  # fmt: skip


@pytest.fixture(scope="module")
def recording():
    return read_recording(RECORDING)


def own_values(recording, names, threshold_mV):
    """What eFEL says, asked as its documentation does."""
    efel.reset()
    efel.set_setting("Threshold", threshold_mV)
    time_ms = np.arange(recording.n_sample) * recording.step_ms
    traces = [
        {"T": time_ms, "V": sweep, "stim_start": [STIMULUS[0]], "stim_end": [STIMULUS[1]]}
        for sweep in recording.voltage_mV
    ]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        answers = efel.get_mean_feature_values(traces, names, raise_warnings=False)
    efel.reset()
    return np.array([[np.nan if a[n] is None else a[n] for n in names] for a in answers])


@pytest.mark.parametrize("threshold_mV", [-10.0, 0.0])
def test_its_own_values(recording, threshold_mV):
    found = feature_values(recording.voltage_mV, CHOSEN, recording.step_ms, STIMULUS, threshold_mV)
    np.testing.assert_array_equal(found, own_values(recording, CHOSEN, threshold_mV))
    assert np.isnan(found).any()
    assert np.isfinite(found).any(axis=0).sum() > 10


@pytest.mark.nightly
def test_all_features(recording):
    names = [n for n in feature_names() if "phaseslope" not in n]
    found = feature_values(recording.voltage_mV, names, recording.step_ms, STIMULUS, -10.0)
    np.testing.assert_array_equal(found, own_values(recording, names, -10.0))


def test_settings_of_others_have_no_say_and_stay_away(recording):
    efel.set_setting("Threshold", 1000.0)
    found = feature_values(recording.voltage_mV[-1:], ["spike_count"], 0.1, STIMULUS, -10.0)
    assert found.tolist() == [[22.0]]
    assert efel.get_settings().Threshold == efel.Settings().Threshold


def test_traces_that_are_no_numbers(recording):
    traces = recording.voltage_mV[[0, 0]].copy()
    traces[0, 7] = np.nan
    found = feature_values(traces, ["voltage_base"], 0.1, STIMULUS, 0.0)
    assert np.isnan(found[0, 0])
    assert np.isfinite(found[1, 0])
    empty = feature_values(traces[:0], ["voltage_base"], 0.1, STIMULUS, 0.0)
    assert empty.shape == (0, 1)


def test_a_feature_that_raises_is_missing_where_it_does(recording, monkeypatch):
    ask = efel.get_feature_values

    def failing(traces, names, **how):
        if "burst_number" in names and any(max(trace["V"]) < 0 for trace in traces):
            raise IndexError
        return ask(traces, names, **how)

    wanted = feature_values(recording.voltage_mV, ["spike_count", "burst_number"], 0.1, STIMULUS, 0)
    monkeypatch.setattr(efel, "get_feature_values", failing)
    found = feature_values(recording.voltage_mV, ["spike_count", "burst_number"], 0.1, STIMULUS, 0)
    silent = recording.voltage_mV.max(axis=1) < 0
    assert np.isnan(found[silent, 1]).all()
    np.testing.assert_array_equal(found[:, 0], wanted[:, 0])
    np.testing.assert_array_equal(found[~silent], wanted[~silent])


def test_an_old_name_of_a_feature_is_no_trouble(recording):
    found = feature_values(
        recording.voltage_mV[-1:], ["Spikecount", "spike_count"], 0.1, STIMULUS, 0
    )
    assert found[0, 0] == found[0, 1] == 22


def test_units_are_its_own():
    assert unit_of_feature("AP_amplitude") == "mV"
    assert unit_of_feature("mean_frequency") == "Hz"
    assert unit_of_feature("AHP_slow_time") == "1"
    assert unit_of_feature("spike_count_stimint") == "1"


def test_names():
    assert checked_feature("AP_amplitude", "{efel:AP_amplitude}") == "AP_amplitude"
    assert not {"voltage", "time", "current"} & set(feature_names())
    with pytest.raises(UsageError, match=r"has no feature AP_amplitud; is \{efel:AP_amplitude\} m"):
        checked_feature("AP_amplitud", "{efel:AP_amplitud}")
    with pytest.raises(UsageError, match=r"has no feature zzz\. All \d+ are in its documentation"):
        checked_feature("zzz", "{efel:zzz}")


def test_where_it_is_not_installed(monkeypatch):
    monkeypatch.setitem(sys.modules, "efel", None)
    with pytest.raises(NotAvailableError, match=r"pip install 'pyneuronautofit\[efel\]'"):
        features.library()
