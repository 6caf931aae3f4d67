"""Candidates that fail, never spike or never stop spiking, in every mode and algorithm."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest

from pyneuronautofit.fitting import Budget, FitConfig, Problem, build_search, search
from pyneuronautofit.objectives import ALL_MODES, EvaluationSettings, bind_suite
from pyneuronautofit.optimisers import ALGORITHMS
from pyneuronautofit.recordings import Recording, StimulusWindow
from pyneuronautofit.space import ParameterSpace

from .parabolas import Parabolas, begun_with

N_SAMPLE = 600
WINDOW = StimulusWindow(150, 400)


def neuron(rate):
    """Voltages of two sweeps [2, sample] with so many spikes per sample within the stimulus."""
    t = np.arange(N_SAMPLE)
    inside = (t >= WINDOW.first) & (t <= WINDOW.last)
    voltage = np.where(inside, -55.0, -70.0) + 0.01 * np.sin(t)
    spikes = np.where(inside & (np.sin(2 * np.pi * rate * t) > 0.95), 90.0, 0.0)
    return np.stack([voltage + spikes, voltage + 5.0 + spikes])


@dataclass
class Neurons(Parabolas):
    """a < 3: never spikes; 3 to 6: like the recording; 6 to 9: spikes without end; above: fails."""

    def _traces(self, values):
        traces = super()._traces(values)
        voltage = np.stack([self._voltage(a, b) for a, b in values])
        voltage[values[:, 0] > 9] = np.nan
        return type(traces)(voltage, traces.status, traces.messages, traces.seconds)

    def _voltage(self, a, b):
        shift = 0.2 * (b - 5.0)
        if a < 3:
            return neuron(0.0) + shift
        if a < 6:
            return neuron(0.02 + 0.002 * (a - 4.0)) + shift
        endless = np.where(np.arange(N_SAMPLE) % 4 < 2, 30.0, -40.0)
        return np.stack([endless, endless]) + shift


def problem_with(modes, *, collapse=False):
    recording = Recording("r", neuron(0.02), np.zeros((2, N_SAMPLE)), 0.5)
    settings = EvaluationSettings(modes=modes, collapse=collapse, before_spike=5, after_spike=8)
    suite = bind_suite(recording, WINDOW, settings)
    space = ParameterSpace.from_rows([["s.a", "lin", 0, 10], ["s.b", "lin", 0, 10]])
    return Problem(recording, recording, WINDOW, space, suite, Neurons(block=5))


@pytest.mark.parametrize("collapse", [False, True])
@pytest.mark.parametrize("mode", ALL_MODES)
def test_every_mode_scores_them(mode, collapse):
    problem = problem_with(mode, collapse=collapse)
    silent, alike, endless, failing = problem.evaluate(
        np.array([[1.0, 5.0], [4.0, 5.0], [8.0, 5.0], [9.5, 5.0]])
    ).scores
    assert np.isfinite([silent, alike, endless]).all()
    assert np.isnan(failing).all()
    np.testing.assert_allclose(alike, 0.0, atol=1e-9)
    if mode == "R":  # before the stimulus a silent neuron is at rest like any other
        np.testing.assert_allclose(silent, 0.0, atol=1e-9)
    elif mode not in "LDU":  # after the stimulus and between spikes it is, too
        assert silent.sum() > 0
    if mode != "U":  # a neuron that never stops has nothing below threshold
        assert endless.sum() > 0


@pytest.mark.parametrize("modes", ["OV", "RAMN", "RALMNOTSWUVCDZPQFX"])
@pytest.mark.parametrize("letter", ALGORITHMS)
def test_every_algorithm_outlives_them(letter, modes):
    problem = problem_with(modes)
    config = FitConfig(algorithm=letter, population_size=30, update=0.0, elites=6)
    strategy = build_search(config, problem, begun_with(letter, 30))
    progress = search(problem, strategy, Budget(generations=15, seed=2))
    first = progress.history.scores[:30]
    assert np.isnan(first).any(axis=1).any(), "the first generation has failing candidates"
    assert np.isfinite(progress.archive.scores).all()
    alike = (progress.population.x[:, 0] >= 3) & (progress.population.x[:, 0] <= 6)
    if letter == "N":
        # Fronts have no first: silent neurons are unbeaten before the stimulus.
        assert np.isfinite(progress.population.scores).all()
        assert alike.any()
    else:
        assert alike[0], "the best is like the recording"
