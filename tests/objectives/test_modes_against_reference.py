"""Every mode against its plain definition (`_reference.py`), on arbitrary small recordings."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from objectives import _reference
from objectives._made import SEEDED, recording
from objectives.test_golden import _mask, _model
from pyneuronautofit.objectives import OBJECTIVES, EvaluationSettings, bind_suite
from pyneuronautofit.recordings import StimulusWindow

MODES = sorted(OBJECTIVES)
FEWER = settings(SEEDED, max_examples=60)  # for each of 36


def _voltages(generator, n_sweep, n_sample):
    """Rest with noise, and spikes of any length anywhere, or none."""
    voltage = generator.normal(-60.0, 5.0, (n_sweep, n_sample))
    for sweep in voltage:
        for _ in range(generator.integers(0, 5)):
            begin = generator.integers(0, n_sample)
            sweep[begin : begin + generator.integers(1, 6)] += generator.uniform(50, 110)
    return voltage


@st.composite
def _cases(draw):
    generator = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    n_sweep, n_sample = draw(st.integers(1, 4)), draw(st.integers(8, 60))
    first = draw(st.integers(1, n_sample - 4))
    last = draw(st.integers(first + 3, n_sample - 1))
    given_ = _reference.Given(
        first,
        last,
        draw(st.sampled_from([0.05, 0.1, 0.5])),
        threshold=draw(st.sampled_from([0.0, -10.0, -60.0])),
        count=draw(st.integers(1, 4)),
        before=draw(st.integers(0, 5)),
        after=draw(st.integers(1, 9)),
        zoom=draw(st.sampled_from([None, 2.5, -0.5, 0.0])),
        bins=draw(st.integers(1, 7)),
        smoothing=draw(st.sampled_from([0.01, 0.4, 2.0, 20.0])),
    )
    return _voltages(generator, n_sweep, n_sample), _voltages(generator, n_sweep, n_sample), given_


def _suite(voltage, given_, code, collapse):
    told = EvaluationSettings(
        modes=code,
        spike_count=given_.count,
        spike_threshold_mV=given_.threshold,
        before_spike=given_.before,
        after_spike=given_.after,
        spike_zoom=given_.zoom,
        histogram_bins=given_.bins,
        smoothing_kernel_ms=given_.smoothing,
        collapse=collapse,
    )
    window = StimulusWindow(given_.first, given_.last)
    return bind_suite(recording(voltage, given_.step), window, told)


@pytest.mark.parametrize("code", MODES)
@FEWER
@given(_cases())
def test_a_mode_is_its_definition(code, case):
    voltage, model, given_ = case
    found = _suite(voltage, given_, code, collapse=False).score(model[None])
    wanted = _reference.MODES[code](voltage, model, given_)
    np.testing.assert_allclose(found[0], wanted, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("code", MODES)
@FEWER
@given(_cases())
def test_a_collapsed_mode_is_its_definition(code, case):
    voltage, model, given_ = case
    found = _suite(voltage, given_, code, collapse=True).score(model[None])
    wanted = _reference.collapsed(code, voltage, model, given_)
    np.testing.assert_allclose(found, [[wanted]], rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("collapse", [False, True])
@pytest.mark.parametrize("code", ["F", "X", "O", "P", "Q", "V", "Z"])
def test_what_no_published_vector_covers_on_a_real_recording(
    code, collapse, golden_cases, real_recordings
):
    case = golden_cases[0]
    real = real_recordings(case["recording"])
    given_ = _reference.Given(*case["stimulus"], real.step_ms, -10.0, zoom=-0.5, smoothing=1.0)
    voltage = real.voltage_mV[-3:]
    other = _model(voltage, "roll1")
    found = _suite(voltage, given_, code, collapse).score(other[None])[0]
    plain = _reference.collapsed if collapse else lambda code, *rest: _reference.MODES[code](*rest)
    wanted = np.atleast_1d(plain(code, voltage, other, given_))
    np.testing.assert_allclose(found, wanted, rtol=1e-9, atol=1e-9)
    assert wanted.any()


def test_the_definitions_agree_with_the_published_vectors(golden_cases, real_recordings):
    """The reference itself, on one case of every mode, so that it is worth comparing with."""
    seen = {}
    for case in golden_cases:
        told = case["settings"]
        if len(told["mode"]) == 1 and case["model"] == "delay30":
            seen.setdefault((told["mode"], told["collapse_tests"]), case)
    assert {code for code, _ in seen} == set(MODES) - {"F", "X"}
    for (code, collapse), case in seen.items():
        real, told = real_recordings(case["recording"]), case["settings"]
        given_ = _reference.Given(
            *case["stimulus"],
            real.step_ms,
            told["spikethreshold"],
            told["spikecount"],
            told["prespike"],
            told["postspike"],
            told.get("spikeweight"),
            told["vpvsize"],
        )
        assert _mask(told.get("mask")).rule is None
        plain = _reference.collapsed if collapse else lambda c, *rest: _reference.MODES[c](*rest)
        found = np.atleast_1d(
            plain(code, real.voltage_mV, _model(real.voltage_mV, "delay30"), given_)
        )
        np.testing.assert_allclose(found, case["vector"], rtol=1e-9, atol=1e-9, err_msg=code)
