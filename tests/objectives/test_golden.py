"""Scores against those of an earlier program, on real recordings."""

import numpy as np
import pytest

from pyneuronautofit.objectives import OBJECTIVES, EvaluationSettings, Mask, bind_suite
from pyneuronautofit.recordings import StimulusWindow


def _rule(rule):
    # A pair that JSON shows as a list was the range a..b.
    return tuple(rule) if isinstance(rule, list) and len(rule) == 2 else rule


def _mask(rule):
    if isinstance(rule, dict):
        return Mask(by_mode={letter: _rule(each) for letter, each in rule.items()})
    return Mask(rule=_rule(rule))


def _settings(case, modes):
    given = case["settings"]
    return EvaluationSettings(
        modes=modes,
        mask=_mask(given.get("mask")),
        spike_count=given["spikecount"],
        spike_threshold_mV=given["spikethreshold"],
        before_spike=given["prespike"],
        after_spike=given["postspike"],
        spike_zoom=given.get("spikeweight"),
        histogram_bins=given["vpvsize"],
        collapse=given["collapse_tests"],
    )


def _model(voltage_mV, kind):
    if kind == "self":
        return voltage_mV
    if kind.startswith("roll"):
        return np.roll(voltage_mV, -int(kind.removeprefix("roll")), axis=0)
    shift = int(kind.removeprefix("delay"))
    begin = np.repeat(voltage_mV[:, :1], shift, axis=1)
    return np.concatenate([begin, voltage_mV[:, :-shift]], axis=1)


def _score(case, recording, modes):
    suite = bind_suite(recording, StimulusWindow(*case["stimulus"]), _settings(case, modes))
    model = _model(recording.voltage_mV, case["model"])
    return suite, suite.score(model[None, list(suite.sweeps)])[0]


def _check(case, found, marks):
    chosen = [mark in marks for mark in case["marks"]]
    wanted = np.array(case["vector"], dtype=float)[chosen]
    message = f"{case['recording']}, {case['model']}, {case['settings']}"
    assert len(wanted), message
    np.testing.assert_allclose(found, wanted, rtol=1e-9, atol=1e-9, err_msg=message)


# Modes that the earlier program lacked.
NEW = {"F", "X"}


@pytest.mark.parametrize("code", sorted(set(OBJECTIVES) - NEW))
def test_every_case_of_a_mode(code, golden_cases, real_recordings):
    cases = [case for case in golden_cases if code in case["settings"]["mode"]]
    assert cases, f"no case has the mode {code}"
    for case in cases:
        suite, found = _score(case, real_recordings(case["recording"]), code)
        assert set(suite.markers) == {code}
        _check(case, found, {code})


def test_the_order_of_composite_modes(golden_cases, real_recordings):
    """What is available of a case's modes, scored together, in the order of the case."""
    n_checked = 0
    for case in golden_cases:
        modes = "".join(code for code in case["settings"]["mode"] if code in OBJECTIVES)
        if len(modes) > 1:
            suite, found = _score(case, real_recordings(case["recording"]), modes)
            assert list(suite.markers) == [mark for mark in case["marks"] if mark in OBJECTIVES]
            _check(case, found, set(modes))
            n_checked += 1
    assert n_checked


def test_the_vector_does_not_depend_on_the_company(golden_cases, real_recordings):
    """A model scores the same alone and among others."""
    case = next(
        c for c in golden_cases if c["settings"]["mode"] == "OVNM" and "mask" in c["settings"]
    )
    recording = real_recordings(case["recording"])
    modes = "".join(sorted(OBJECTIVES))
    suite, alone = _score(case, recording, modes)
    voltage = recording.voltage_mV[list(suite.sweeps)]
    others = np.stack(
        [
            np.full_like(voltage, -70.0),
            _model(recording.voltage_mV, case["model"])[list(suite.sweeps)],
            voltage,
        ]
    )
    together = suite.score(others)
    np.testing.assert_array_equal(together[1], alone)
    np.testing.assert_array_equal(together[2], suite.score(voltage[None])[0])
