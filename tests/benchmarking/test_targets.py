"""Targets against NEURON, and folders of problems."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from pyneuronautofit.benchmarking.problem import problem_of
from pyneuronautofit.benchmarking.targets import (
    TARGET,
    commands_pA,
    digest_of,
    fit_config,
    passive_mV,
    prepare,
    recording_of,
    truth_of,
)
from pyneuronautofit.models import load_model
from pyneuronautofit.recordings import Recording, StimulusWindow
from pyneuronautofit.simulators import NeuronSimulator, plan_experiment
from pyneuronautofit.space import ParameterSpace

PASSIVE = problem_of("passive")


def test_the_formula_is_what_neuron_makes_of_it(prepared):
    folder, target = prepared / "passive", PASSIVE.target
    command = commands_pA(PASSIVE)
    stimulus = Recording("passive", 0 * command, command, 0.1, current_is_command=True)
    window = StimulusWindow(*target.window)
    model = load_model(folder, folder)
    space = ParameterSpace.from_rows(model.parameters)
    table = space.to_model(truth_of(PASSIVE, space)[None])
    plan = plan_experiment(stimulus, window, [0, 1], 0.025, 25.0)
    with NeuronSimulator(model.cell_source, plan, n_worker=1) as simulator:
        voltage_mV = simulator.run(table).voltage_mV[0]
    # Of steps of dt the error is at most half of dt / tau, of I R.
    assert np.abs(passive_mV(PASSIVE) + 68.0).max() == pytest.approx(10.18, abs=0.01)
    assert np.abs(voltage_mV - passive_mV(PASSIVE)).max() < 0.5 * 0.025 / 24.0 * 10.18


def test_the_formula_at_its_ends():
    voltage_mV = passive_mV(PASSIVE)
    first, last = PASSIVE.target.window
    assert voltage_mV[:, : first - 1] == pytest.approx(-68.0)
    resistance_Mohm = 1e-6 / (np.pi * 50e-4**2 * 5e-5)
    steady_mV = np.array([-40e-3, 30e-3]) * resistance_Mohm
    assert voltage_mV[:, last - 1] == pytest.approx(-68.0 + steady_mV, abs=0.02)
    # A time constant later; it is cm / g.
    n = 240
    early, late = (voltage_mV[:, first + place] + 68.0 - steady_mV for place in (0, n))
    assert late == pytest.approx(early / np.e)
    after = voltage_mV[:, last + 1 + n] + 68.0
    assert after == pytest.approx((voltage_mV[:, last + 1] + 68.0) / np.e)


def test_what_is_there_is_left_as_it_is(prepared, tmp_path):
    prepare(PASSIVE, tmp_path)
    assert digest_of(PASSIVE, tmp_path) == digest_of(PASSIVE, prepared / "passive")
    changed = (tmp_path / "project.py").read_text() + "# another\n"
    (tmp_path / "project.py").write_text(changed)
    prepare(PASSIVE, tmp_path)
    assert (tmp_path / "project.py").read_text() == changed
    assert digest_of(PASSIVE, tmp_path) != digest_of(PASSIVE, prepared / "passive")


def test_a_digest_is_of_the_target_and_of_how_it_is_compared(prepared, tmp_path):
    before = digest_of(PASSIVE, prepared / "passive")
    other = replace(PASSIVE, fit=replace(PASSIVE.fit, modes="O"))
    assert digest_of(other, prepared / "passive") != before
    other = replace(PASSIVE, truth={**PASSIVE.truth, "soma.cm": 1.3})
    prepare(other, tmp_path)
    with np.load(tmp_path / TARGET) as arrays:
        assert arrays["voltage"].shape == (2, 4000)
        assert arrays["current"].tolist() == commands_pA(PASSIVE).tolist()
    assert digest_of(PASSIVE, tmp_path) != before


def test_the_options_of_a_fit(tmp_path):
    example = problem_of("example")
    config = fit_config(example, tmp_path)
    assert config.mask == "[0, 4, 5, 7]"
    assert config.project is None
    assert config.recording == str(tmp_path / "TC-example.abf")
    assert recording_of(PASSIVE, tmp_path) == tmp_path / TARGET
    held_out = fit_config(example, tmp_path, example.fit.held_out, modes="V")
    assert (held_out.mask, held_out.modes) == ("[1, 2, 3, 6, 8]", "V")
    assert fit_config(PASSIVE, tmp_path).project == str(tmp_path)
