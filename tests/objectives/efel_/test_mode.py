"""Features of eFEL as evaluation modes."""

from __future__ import annotations

import numpy as np
import pytest

from pyneuronautofit.errors import UsageError
from pyneuronautofit.objectives import (
    OBJECTIVES,
    EvaluationSettings,
    Mask,
    bind_suite,
    identity_of_family,
)
from pyneuronautofit.objectives.efel_ import efel_mode, features, is_efel, mode
from pyneuronautofit.objectives.residuals import mode_weights
from pyneuronautofit.testing import OBJECTIVE_CHECKS, ModeCase, made_recording

efel = pytest.importorskip("efel")

MADE, WINDOW = made_recording()
AMPLITUDE, BASE = "{efel:AP_amplitude}", "{efel:voltage_base}"


def suite(modes, recording=MADE, **settings):
    given = EvaluationSettings(modes, spike_threshold_mV=-20.0, **settings)
    return bind_suite(recording, WINDOW, given)


def test_a_mode_describes_itself():
    amplitude = OBJECTIVES[AMPLITUDE]
    assert (amplitude.code, amplitude.title, amplitude.unit) == (
        AMPLITUDE,
        "eFEL's AP_amplitude",
        "mV",
    )
    assert is_efel(AMPLITUDE)
    assert not is_efel("{latency}")
    assert identity_of_family(AMPLITUDE) == f"eFEL {features.version()}"
    assert identity_of_family("{latency}") == ""
    assert efel_mode(BASE).unit == "mV"


@pytest.mark.parametrize("check", OBJECTIVE_CHECKS, ids=lambda check: check.__name__)
@pytest.mark.parametrize("code", [AMPLITUDE, "{efel:mean_frequency}"])
def test_every_mode(code, check):
    check(ModeCase(code, MADE, WINDOW, EvaluationSettings(code, spike_threshold_mV=-20.0)))


def test_components_are_differences_of_its_means():
    bound = suite(AMPLITUDE + BASE)
    assert bound.markers == (AMPLITUDE,) * 3 + (BASE,) * 3
    scores = bound.score(MADE.voltage_mV[None, ::-1] + np.array([0, 0, 1.0])[:, None])
    own = features.feature_values(
        MADE.voltage_mV, ["AP_amplitude", "voltage_base"], 0.1, (80.0, 220.0), -20.0
    )
    expected = np.abs(own[::-1] - own + [[0, 0], [0, 0], [0, 1.0]])
    np.testing.assert_allclose(scores[0], expected.T.ravel(), atol=1e-9)


def test_only_sweeps_that_have_the_feature_are_compared():
    voltage = MADE.voltage_mV.copy()
    voltage[1] = -65.0
    silent = type(MADE)("made", voltage, MADE.current_pA, 0.1)
    bound = suite(AMPLITUDE, silent)
    assert len(bound.markers) == 2
    # What only the model has is not compared.
    assert bound.score(MADE.voltage_mV[None]).tolist() == [[0.0, 0.0]]
    with pytest.raises(UsageError, match=r"-m \{efel:AP_amplitude\}: the recording does not have"):
        suite(AMPLITUDE, silent, mask=Mask(rule=[1]))


def test_what_a_model_lacks_counts_twice_the_largest_value():
    bound = suite(AMPLITUDE)
    own = features.feature_values(MADE.voltage_mV, ["AP_amplitude"], 0.1, (80.0, 220.0), -20.0)
    silent = np.full_like(MADE.voltage_mV, -65.0)
    scores = bound.score(silent[None])
    np.testing.assert_allclose(scores, 2 * own.max())
    # So does a voltage of zero, which its weight is made from.
    np.testing.assert_allclose(bound.bvalues, 2 * own.max())
    np.testing.assert_allclose(mode_weights(bound), 3 / own.max())
    count = suite("{efel:Spikecount}", type(MADE)("made", silent, MADE.current_pA, 0.1))
    assert count.score(MADE.voltage_mV[None]).tolist() == [[3.0, 4.0, 5.0]]


def test_it_is_asked_once_for_all_modes(monkeypatch):
    asked = []
    ask = features.feature_values

    def counted(traces, names, *others):
        asked.append((len(traces), names))
        return ask(traces, names, *others)

    monkeypatch.setattr(mode, "feature_values", counted)
    bound = suite(f"{AMPLITUDE}O{BASE}")
    asked.clear()
    bound.score(np.stack([MADE.voltage_mV, MADE.voltage_mV + 1]))
    assert asked == [(6, ("AP_amplitude", "voltage_base"))]


def test_a_misspelt_feature():
    with pytest.raises(UsageError, match=r"is \{efel:AP_amplitude\} meant"):
        suite("{efel:AP_amplitud}")
