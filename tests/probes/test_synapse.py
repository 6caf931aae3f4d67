"""What is set at the synapse, on an object that takes down what happens to it."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from pyneuronautofit.errors import ModelError
from pyneuronautofit.probes import synapse
from pyneuronautofit.probes.synapse import SynapseTrial, TrialTrace
from pyneuronautofit.probes.tests import SynapseTest

TEST = SynapseTest(((1.0, 0.0),), 31.0, 0.05, gabab_uS=0.7, rest_ms=30.0, response_ms=12.0)


class FakeNeuron:
    """Has the mechanism, and says where it was put."""

    def AMPAandNMDAwithTone(self, where):
        return SimpleNamespace(where=where)


def test_the_settings_of_a_test_reach_the_synapse():
    cell = SimpleNamespace(soma=lambda position: f"soma({position})")
    made = synapse.put_synapse(FakeNeuron(), cell, synapse.settings_of(TEST))
    assert made.where == "soma(0.5)"
    assert made.GABABg == 0.7
    # Rise and decay times in ms, as they were published with the database.
    assert (made.AMPAt1, made.AMPAt2, made.NMDAt1, made.NMDAt2) == (1.0, 2.2, 1.0, 150.0)
    assert (made.e, made.GLUTg, made.u0, made.gsynmod) == (0.0, 0.0, 0.30, 1.0)
    assert not hasattr(made, synapse.AMPA)  # a mix sets it, trial by trial


def test_settings_are_those_of_one_test():
    synapse.settings_of(TEST)["u0"] = 1.0
    assert synapse.settings_of(TEST)["u0"] == 0.30


def test_a_mechanism_that_is_not_there():
    synapse.require_mechanism(FakeNeuron())
    with pytest.raises(ModelError, match=r"AMPAandNMDAwithTone\.mod to the model's \.mod files"):
        synapse.require_mechanism(SimpleNamespace())


def test_a_trial_has_the_conditions_of_its_test():
    trial = SynapseTrial(TEST, 0.1)
    assert (trial.temperature_degC, trial.dt_ms, trial.initial_mV) == (31.0, 0.05, TEST.initial_mV)
    assert trial.cell_ms == 42.0


def test_which_traces_are_numbers():
    time_ms = np.arange(3.0)
    assert TrialTrace(time_ms, np.zeros(3), False).is_finite()
    assert not TrialTrace(time_ms, np.array([0.0, np.nan, 0.0]), False).is_finite()
