"""The answer to one synaptic event."""

from __future__ import annotations

import numpy as np

from plots.drawn import curves_of, kept, texts_of
from pyneuronautofit.plots import save_trial, trial

VOLTAGE = np.random.default_rng(0).normal(-60, 5, 1000)


def test_the_voltage_is_drawn_from_before_the_event(tmp_path, monkeypatch):
    figures = kept(monkeypatch, trial)
    save_trial(tmp_path / "f.svg", VOLTAGE, step_ms=0.05, first_ms=-20.0, heading="model 3")
    ((figure, path),) = figures
    assert path == tmp_path / "f.svg"
    (panel,) = figure.axes
    curves = curves_of(panel)
    assert list(curves) == ["event", "soma(0.5)"]
    assert curves["event"][0].tolist() == [0.0, 0.0]
    time_ms, voltage_mV = curves["soma(0.5)"]
    np.testing.assert_allclose(time_ms, -20.0 + 0.05 * np.arange(1000))
    np.testing.assert_array_equal(voltage_mV, VOLTAGE)


def test_what_is_written(tmp_path):
    save_trial(tmp_path / "f.svg", VOLTAGE, step_ms=0.05, first_ms=-20.0, heading="model 3")
    texts = texts_of(tmp_path / "f.svg")
    wanted = {"time since the event (ms)", "voltage (mV)", "event", "soma(0.5)", "model 3"}
    assert wanted <= set(texts)
