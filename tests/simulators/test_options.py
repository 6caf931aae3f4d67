"""How models are simulated: which steps the options mean together."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from pyneuronautofit.errors import UsageError
from pyneuronautofit.simulators import Adaptive
from pyneuronautofit.simulators.options import SimulationOptions


@dataclass(frozen=True, kw_only=True)
class ByDefaultAdaptive(SimulationOptions):
    adaptive_by_default = True


DEFAULT = Adaptive()
FIXED = None


@pytest.mark.parametrize(("options", "plain", "by_default"), [
    ({}, FIXED, DEFAULT),
    ({"dt": 0.05}, FIXED, FIXED),
    ({"simulator": "neuron"}, FIXED, FIXED),
    ({"simulator": "batch"}, FIXED, DEFAULT),
    ({"integrator": "fixed"}, FIXED, FIXED),
    ({"integrator": "adaptive"}, DEFAULT, DEFAULT),
    ({"integrator": "adaptive", "tolerance_mV": 0.01}, Adaptive(0.01), Adaptive(0.01)),
], ids=str)  # fmt: skip
def test_who_chooses_the_steps(options, plain, by_default):
    assert SimulationOptions(**options).adaptive == plain
    assert ByDefaultAdaptive(**options).adaptive == by_default


def test_a_tolerance_is_that_of_adaptive_steps():
    assert ByDefaultAdaptive(tolerance_mV=0.02).adaptive == Adaptive(0.02)
    with pytest.raises(UsageError, match=r"--tolerance 0\.02 is for the adaptive integrator"):
        _ = SimulationOptions(tolerance_mV=0.02).adaptive


@pytest.mark.parametrize(("options", "message"), [
    ({"dt": 0.05}, r"--dt 0\.05 is the length of fixed steps, and --integrator adaptive"),
    ({"simulator": "neuron"}, "--integrator adaptive is the batch simulator's"),
], ids=str)  # fmt: skip
def test_adaptive_steps_that_cannot_be(options, message):
    with pytest.raises(UsageError, match=message):
        _ = SimulationOptions(integrator="adaptive", **options).adaptive


@pytest.mark.parametrize(("options", "step_ms"), [
    ({}, 0.025), ({"dt": 0.1}, 0.1), ({"dt": -0.5}, -0.5), ({"integrator": "adaptive"}, None),
], ids=str)  # fmt: skip
def test_the_step_that_an_experiment_is_planned_with(options, step_ms):
    assert SimulationOptions(**options).step_ms == step_ms
