"""What models score with finer steps: by parabolas, whose steps leave something on purpose."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pytest

from fitting.parabolas import Parabolas, make_problem
from pyneuronautofit.errors import UnsupportedModel
from pyneuronautofit.fitting.finer import (
    FinerSums,
    about_finer_steps,
    far_apart,
    finer_sums,
)
from pyneuronautofit.simulators import RunStatus

X = np.array([[2.0, 3.0], [5.0, 1.0]])
#: Tolerances of two models.
BOTH = {7: 3e-5, 3: 3e-5}


@dataclass
class Stepping(Parabolas):
    """Its steps leave a thousandth of their tolerance in every voltage; some need too many."""

    tolerance_mV: float = 1.0
    finer: tuple[float, ...] = (0.01, 0.1)
    too_fine_for: float = 0.0

    def finer_steps(self, parameters):
        assert 0 < len(parameters) <= len(X)
        return {each: replace(self, tolerance_mV=each, seen=[]) for each in self.finer}

    def _traces(self, values):
        traces = super()._traces(values)
        traces.voltage_mV[...] += self.tolerance_mV
        if self.tolerance_mV < self.too_fine_for:
            many = values[:, 0] == X[0, 0]
            traces.voltage_mV[many] = np.nan
            status = [RunStatus.TOO_MANY_STEPS if each else RunStatus.OK for each in many]
            return replace(traces, status=tuple(status))
        return traces


def found(simulator):
    problem = make_problem(simulator)
    parameters = problem.space.to_model(X).values
    return problem, parameters, finer_sums(problem, np.array([7, 3]), parameters)


@pytest.mark.parametrize(("too_fine_for", "used"), [(0.0, 0.01), (0.05, 0.1)])
def test_the_finest_steps_that_each_can_be_simulated_with(too_fine_for, used):
    """The second model has the finest, whatever the first one needs."""
    problem, parameters, finer = found(Stepping(too_fine_for=too_fine_for))
    assert finer.tolerances_mV == {7: used, 3: 0.01}
    for place, (row, tolerance_mV) in enumerate(finer.tolerances_mV.items()):
        alone = make_problem(Stepping(tolerance_mV=tolerance_mV)).evaluate_here(parameters)
        sums = problem.whole.mode_sums(alone.scores)
        assert finer.sums[row] == {code: values[place] for code, values in sums.items()}


def test_a_model_is_what_it_is_in_any_company():
    problem, parameters, finer = found(Stepping(too_fine_for=0.5))
    alone = finer_sums(problem, np.array([3]), parameters[1:])
    assert alone.sums[3] == finer.sums[3]
    assert alone.tolerances_mV == {3: 0.01}


def test_a_model_that_needs_too_many_steps_is_not_known():
    _problem, _parameters, finer = found(Stepping(too_fine_for=0.5))
    assert finer.tolerances_mV == {3: 0.01}
    assert finer.sums[7] == {}
    assert finer.told(7, {"V": 3.0}) == {"V": 3.0}


def test_models_that_neuron_alone_can_simulate_have_none():
    class Refusing(Stepping):
        def stream(self, parameters):
            if self.tolerance_mV < 1:
                raise UnsupportedModel("extracellular")
            return super().stream(parameters)

    assert found(Refusing())[2] is None


def test_fixed_steps_have_no_finer_ones():
    assert found(Parabolas())[2] is None
    assert found(Stepping(finer=()))[2] is None


def test_a_fifth_of_the_larger_one_is_far_apart():
    assert far_apart({"O": 1.0, "V": 1234.6}, {"O": 2.0, "V": 1540.0}) == {"O": 2.0}
    assert far_apart({"O": 0.0, "V": 20.0}, {"O": 0.0, "V": 26.0}) == {"V": 26.0}
    assert far_apart({"V": 20.0}, {"V": 16.1}) == far_apart({"V": 20.0}, {}) == {}


def test_what_is_said():
    usual = {"O": 1.0, "V": 0.35}
    finer = FinerSums(BOTH, {7: {"O": 1.0, "V": 61.2}, 3: {"O": 1.0, "V": 0.36}})
    assert finer.told(7, usual) == {"O": 1.0, "V": 61.2}
    assert finer.told(3, usual) == finer.told(1, usual) == usual
    models = {"compromise": (7, usual), "best O": (3, usual), "best V": (7, usual)}
    said = about_finer_steps(models, finer)
    assert said.startswith(
        "with finer steps (--tolerance 3e-05) they are more than a fifth apart: "
        "compromise, best V: V 61.2. The search has followed what its steps leave"
    )
    assert about_finer_steps({"best O": (3, usual)}, finer) == ""
    unknown = FinerSums({3: 3e-5}, {7: {}, 3: usual})
    said = about_finer_steps(models, unknown)
    assert said == (
        "with finer steps nothing is known of compromise, best V: too many would be needed"
    )
    assert about_finer_steps({"compromise": (7, usual)}, None) == ""
    # A search that has not gained by its steps has not followed them.
    better = FinerSums(BOTH, {7: {"O": 1.0, "V": 0.1}})
    assert about_finer_steps({"compromise": (7, usual)}, better).endswith("compromise: V 0.1")


def test_it_is_stored_and_read_as_it_was():
    finer = FinerSums({7: 3e-5}, {7: {"O": 1.0, "V": 61.2}, 3: {}})
    assert FinerSums.from_json(finer.as_json()) == finer
