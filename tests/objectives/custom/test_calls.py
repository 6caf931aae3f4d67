"""Calls of somebody else's function, and what its answers have to be."""

from __future__ import annotations

import numpy as np
import pytest

from objectives._made import target
from pyneuronautofit.errors import UsageError
from pyneuronautofit.objectives.candidates import Candidates
from pyneuronautofit.objectives.custom.calls import bound_function, components, real_numbers
from pyneuronautofit.objectives.custom.functions import objective

VOLTAGE = np.array([[-65.0, -60.0, 10.0, -70.0], [-65.0, -64.0, -63.0, -62.0]])


def bound(function, voltage_mV=VOLTAGE, **settings):
    made = function if hasattr(function, "function") else objective(function)
    return bound_function(made, "{mine}", target(voltage_mV), settings)


def scored(function, *models, **settings):
    traces = np.ascontiguousarray(np.array(models, dtype=float))
    return bound(function, **settings)(Candidates(traces, 0.0))


def test_features_are_compared_with_the_recordings():
    scores = scored(lambda voltage_mV: voltage_mV.max(axis=1), VOLTAGE, VOLTAGE + 3, -VOLTAGE)
    assert scores.tolist() == [[0, 0], [3, 3], [60, 127]]


def test_a_comparison_is_what_it_says():
    def worst(model_mV, recording_mV):
        return np.abs(model_mV - recording_mV).max()

    assert scored(worst, VOLTAGE, VOLTAGE + 3).tolist() == [[0], [3]]
    # Of a shorter trace both are cut.
    assert scored(worst, VOLTAGE[:, :2] - 1).tolist() == [[1]]


def test_what_it_is_given():
    seen = {}

    def curious(voltage_mV, step_ms, stimulus, spike_threshold_mV, own=7):
        seen.update(locals())
        return 1.0

    bound(curious, spike_threshold_mV=-20.0)
    assert seen["voltage_mV"].shape == (2, 4)
    assert not seen["voltage_mV"].flags.writeable
    assert (seen["step_ms"], seen["spike_threshold_mV"], seen["own"]) == (0.5, -20.0, 7)
    stimulus = seen["stimulus"]
    found = (stimulus.first, stimulus.last, stimulus.begin_ms, stimulus.end_ms)
    assert found == (1, 2, 0.5, 1.0)


def test_many_at_a_time():
    @objective(batched=True)
    def highest(voltage_mV):
        assert voltage_mV.ndim == 3
        return voltage_mV.max(axis=2)

    failed = np.where(VOLTAGE > 0, np.nan, VOLTAGE)
    scores = scored(highest, VOLTAGE + 3, failed, VOLTAGE)
    assert np.isnan(scores[1]).all()
    assert scores[[0, 2]].tolist() == [[3, 3], [0, 0]]
    # All have failed: it is not even called.
    assert np.isnan(scored(highest, failed)).all()


def test_a_candidate_that_is_no_number_is_not_shown_to_it(caplog):
    failed = np.where(VOLTAGE > 0, np.inf, VOLTAGE)

    def strict(voltage_mV):
        if not np.isfinite(voltage_mV).all():
            raise AssertionError
        return 1.0

    scores = scored(strict, failed, VOLTAGE)
    assert np.isnan(scores[0])
    assert scores[1] == 0
    assert caplog.text == ""


def test_nan_and_exceptions_fail_the_candidate_alone_with_one_warning(caplog):
    def first_spike(voltage_mV):
        return np.flatnonzero(voltage_mV[0] > 0)[0]

    function = bound(first_spike)
    traces = np.array([VOLTAGE - 100, VOLTAGE, VOLTAGE - 90])
    scores = function(Candidates(traces, 0.0))
    function(Candidates(traces, 0.0))
    assert np.isnan(scores[[0, 2], 0]).all()
    assert scores[1, 0] == 0
    (warned,) = (each.message for each in caplog.records)
    line = first_spike.__code__.co_firstlineno + 1
    assert f"{{mine}} failed for a voltage, .*: {__file__}:{line}: IndexError" in warned.replace(
        "which counts as one that cannot be compared", ".*"
    )
    assert "Return nan where there is nothing to compare" in warned


@pytest.mark.parametrize(
    ("function", "expected"),
    [
        (lambda voltage_mV: 1 / 0, r"{mine}, <lambda> .*failed for the recording: .*test_calls"),
        (lambda voltage_mV: None, "components that are not finite|it returned None"),
        (lambda voltage_mV: "text", "it returned 'text': expected numbers, an array of any shape"),
        (lambda voltage_mV: [], "it returned nothing: expected one number at least"),
        (lambda voltage_mV: [1, np.nan, np.inf], "2 of 3 components .*the first is number 1"),
        (lambda voltage_mV: [[1, 2], [3]], "expected numbers, an array of any shape"),
        (lambda voltage_mV: voltage_mV.sort(), "read-only"),
    ],
)
def test_what_is_refused_where_it_is_bound(function, expected):
    with pytest.raises(UsageError, match=expected):
        bound(function)


def test_another_number_of_components_is_refused():
    function = bound(lambda voltage_mV: voltage_mV[voltage_mV < -63.5])
    with pytest.raises(UsageError, match="it returned 8 numbers for a model, and 4 for the recor"):
        function(Candidates(np.full((1, 2, 4), -70.0), 0.0))


def test_many_have_to_be_as_each_alone():
    @objective(batched=True)
    def of_all(voltage_mV):
        return voltage_mV.sum(axis=(1, 2)) + len(voltage_mV)

    @objective(batched=True)
    def too_few(voltage_mV):
        return voltage_mV.sum()

    with pytest.raises(UsageError, match="finds something else in many models than in each alone"):
        bound(of_all)
    with pytest.raises(UsageError, match=r"of shape \(\) for 1 models at a time: expected \(1, "):
        bound(too_few)


def test_components_of_any_shape():
    assert components(3, None, "it").tolist() == [3]
    assert components([[1, 2], [3, 4]], None, "it").tolist() == [1, 2, 3, 4]
    assert components(np.ones((2, 3, 4)), 2, "it").shape == (2, 12)


def leave(*_arguments, **_more):
    raise SystemExit(7)


def test_leaving_the_process_is_an_error_of_theirs(caplog):
    with pytest.raises(UsageError, match=r"failed for the recording: .*SystemExit: 7"):
        bound(lambda voltage_mV: leave())
    function = bound(lambda voltage_mV: leave() if voltage_mV.max() < 0 else 1.0)
    assert np.isnan(function(Candidates(VOLTAGE[None] - 100, 0.0))).all()
    assert "SystemExit: 7" in caplog.text


def test_an_interruption_stays_one():
    def interrupted(voltage_mV):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        bound(interrupted)


def test_complex_components_are_refused():
    with pytest.raises(UsageError, match=r"it returned complex numbers: expected real ones, such"):
        bound(lambda voltage_mV: np.fft.fft(voltage_mV[0]))
    assert real_numbers([1, True], "it").dtype == np.float64


def test_components_below_0_are_warned_of_once(caplog):
    def signed(model_mV, recording_mV):
        return (model_mV - recording_mV).mean(axis=1)

    function = bound(signed)
    assert caplog.text == ""
    for _ in range(2):
        assert (function(Candidates(VOLTAGE[None] - 3, 0.0)) == -3).all()
    (warned,) = (each.message for each in caplog.records)
    assert "it returned -3: lower is better, and 0 is equal" in warned
    caplog.clear()
    bound(lambda model_mV, recording_mV: -1.0)
    assert "it returned -1: lower is better" in caplog.text
    caplog.clear()
    # What is a feature is compared here.
    scored(lambda voltage_mV: voltage_mV.min(), VOLTAGE)
    assert caplog.text == ""
