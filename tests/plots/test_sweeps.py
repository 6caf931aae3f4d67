"""All sweeps of a model over those of its recording."""

from __future__ import annotations

import numpy as np
import pytest

from plots.drawn import curves_of, kept, texts_of
from pyneuronautofit.plots import save_sweeps, sweeps

STEP_MS = 0.1


def voltages(n_sweep):
    recorded = np.random.default_rng(0).normal(-60, 5, (n_sweep, 500))
    return recorded, recorded[:, :-3] + 1.0


@pytest.mark.parametrize("n_sweep", [1, 8, 9])
def test_sweeps_are_eight_a_row_in_every_format(n_sweep, tmp_path):
    recorded, model = voltages(n_sweep)
    paths = [tmp_path / f"f.{suffix}" for suffix in ("svg", "png")]
    titles = [f"sweep {k}" for k in range(n_sweep)]
    save_sweeps(paths, recorded, model, step_ms=STEP_MS, titles=titles, heading="model 3")
    texts = texts_of(paths[0])
    assert [t for t in texts if t.startswith("sweep ")] == titles
    assert texts.count("time (ms)") == min(n_sweep, 8)
    assert texts.count("voltage (mV)") == -(-n_sweep // 8)
    assert {"model 3", "recording", "model"} <= set(texts)
    assert paths[1].read_bytes().startswith(b"\x89PNG")


def test_every_panel_has_its_own_sweep(tmp_path, monkeypatch):
    figures = kept(monkeypatch, sweeps)
    recorded, model = voltages(10)
    paths = [tmp_path / "a.svg", tmp_path / "b.pdf"]
    titles = [f"sweep {k}" for k in range(10)]
    save_sweeps(paths, recorded, model, step_ms=STEP_MS, titles=titles, heading="model 3")
    assert [path for _figure, path in figures] == paths
    (figure, other) = (figure for figure, _path in figures)
    assert figure is other, "drawn once"
    panels = [axes for axes in figure.axes if axes.get_visible()]
    assert [panel.get_title() for panel in panels] == titles
    for number, panel in enumerate(panels):
        curves = curves_of(panel)
        for name, voltage_mV in (("recording", recorded[number]), ("model", model[number])):
            np.testing.assert_allclose(curves[name][0], STEP_MS * np.arange(len(voltage_mV)))
            np.testing.assert_array_equal(curves[name][1], voltage_mV)
    assert figure.get_size_inches() == pytest.approx([16.5, 4.0])


@pytest.mark.parametrize(("n_sweep", "height_in"), [(1, 2.5), (8, 2.5), (9, 4.0), (16, 4.0)])
def test_a_full_row_needs_no_other(n_sweep, height_in, tmp_path, monkeypatch):
    figures = kept(monkeypatch, sweeps)
    titles = [""] * n_sweep
    save_sweeps(
        [tmp_path / "a.svg"], *voltages(n_sweep), step_ms=STEP_MS, titles=titles, heading=""
    )
    assert figures[0][0].get_size_inches()[1] == height_in
