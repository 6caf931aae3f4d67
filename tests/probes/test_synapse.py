"""The synapse of a test, on cells made up here; what its mechanism has, by the .mod file."""

from __future__ import annotations

import re
from types import SimpleNamespace

import numpy as np
import pytest

from pyneuronautofit.errors import ModelError
from pyneuronautofit.models.model import BUILT_IN_MODS
from pyneuronautofit.probes import synapse
from pyneuronautofit.probes.synapse import SynapseTrial, TrialTrace
from pyneuronautofit.probes.tests import SynapseTest

TEST = SynapseTest(
    ((1.0, 0.0),), 33.0, 0.1, gabab_uS=0.004, rest_ms=70.0, response_ms=30.0, initial_mV=-66.0
)


class Hoc:
    """What has the mechanism, and notes where it is put."""

    def AMPAandNMDAwithTone(self, segment):
        return SimpleNamespace(segment=segment)


def test_the_settings_are_the_mechanisms_and_the_potassium_of_the_test():
    assert synapse.settings_of(TEST) == {**synapse.SETTINGS, "GABABg": 0.004}
    assert "GABABg" not in synapse.SETTINGS
    with pytest.raises(TypeError):
        synapse.SETTINGS["e"] = 1.0
    synapse.settings_of(TEST)["u0"] = 1.0
    settings = synapse.settings_of(TEST)
    # Rise and decay times in ms, as they were published with the database.
    times = [settings[name] for name in ("AMPAt1", "AMPAt2", "NMDAt1", "NMDAt2")]
    assert times == [1.0, 2.2, 1.0, 150.0]
    assert [settings[name] for name in ("e", "GLUTg", "u0", "gsynmod")] == [0.0, 0.0, 0.3, 1.0]


def test_everything_that_is_set_is_a_range_variable_of_the_mechanism():
    text = (BUILT_IN_MODS / f"{synapse.MECHANISM}.mod").read_text()
    assert re.search(rf"POINT_PROCESS\s+{synapse.MECHANISM}\b", text)
    ranges = {n for line in re.findall(r"RANGE(.*)", text) for n in re.findall(r"\w+", line)}
    assert {*synapse.SETTINGS, synapse.AMPA, synapse.NMDA, synapse.GABAB} <= ranges


def test_it_is_put_into_the_middle_of_the_soma():
    cell = SimpleNamespace(soma=lambda x: ("soma", x), axon=None)
    made = synapse.put_synapse(Hoc(), cell, {"e": 3.0, "u0": 0.5})
    assert made == SimpleNamespace(segment=("soma", 0.5), e=3.0, u0=0.5)


def test_a_model_whose_channels_lack_it_is_told_what_to_copy():
    synapse.require_mechanism(Hoc())
    with pytest.raises(ModelError, match="AMPAandNMDAwithTone, but the model's") as caught:
        synapse.require_mechanism(object())
    copied = re.search(r"Copy (\S+\.mod) to", str(caught.value))[1]
    assert copied == str(BUILT_IN_MODS / "AMPAandNMDAwithTone.mod")


def test_a_trial_has_the_conditions_of_its_test():
    trial = SynapseTrial(TEST, 0.05)
    assert (trial.temperature_degC, trial.dt_ms, trial.initial_mV) == (33.0, 0.1, -66.0)
    assert trial.cell_ms == 100.0


@pytest.mark.parametrize(
    ("voltage", "finite"), [([1.0, 2.0], True), ([1.0, np.nan], False), ([np.inf, 0.0], False)]
)
def test_a_trace_is_one_if_all_its_voltages_are_numbers(voltage, finite):
    assert TrialTrace(np.zeros(2), np.array(voltage), fired=False).is_finite() is finite
