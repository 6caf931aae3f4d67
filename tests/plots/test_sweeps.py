"""All sweeps of a model over those of its recording."""

from __future__ import annotations

import numpy as np
import pytest

from plots.drawn import curves_of, kept, texts_of
from pyneuronautofit.plots import save_sweeps, sweeps
from pyneuronautofit.plots.sweeps import full_rows

STEP_MS = 0.1


def voltages(n_sweep):
    recorded = np.random.default_rng(0).normal(-60, 5, (n_sweep, 500))
    return recorded, recorded[:, :-3] + 1.0


@pytest.mark.parametrize("n_sweep", [1, 8, 9])
def test_all_sweeps_in_every_format(n_sweep, tmp_path):
    recorded, model = voltages(n_sweep)
    paths = [tmp_path / f"f.{suffix}" for suffix in ("svg", "png")]
    titles = [f"sweep {k}" for k in range(n_sweep)]
    save_sweeps(paths, recorded, model, step_ms=STEP_MS, titles=titles, heading="model 3")
    texts = texts_of(paths[0])
    assert [t for t in texts if t.startswith("sweep ")] == titles
    n_row, n_column = full_rows(n_sweep)
    assert texts.count("time (ms)") == n_column
    assert texts.count("voltage (mV)") == n_row
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
    assert figure.get_size_inches() == pytest.approx([10.5, 4.0])


@pytest.mark.parametrize(
    ("n_sweep", "shape"),
    [(1, (1, 1)), (7, (1, 7)), (8, (1, 8)), (9, (3, 3)), (10, (2, 5)), (11, (2, 6)), (16, (2, 8)),
     (19, (4, 5)), (25, (5, 5)), (100, (13, 8))],
)  # fmt: skip
def test_few_places_are_empty(n_sweep, shape):
    n_row, n_column = full_rows(n_sweep)
    assert n_column <= 8
    assert (n_row, n_column) == shape


def test_the_legend_takes_the_place_of_a_panel_that_is_not_there(tmp_path, monkeypatch):
    figures = kept(monkeypatch, sweeps)
    for n_sweep in (10, 11):
        titles = [""] * n_sweep
        save_sweeps(
            [tmp_path / "a.svg"], *voltages(n_sweep), step_ms=STEP_MS, titles=titles, heading=""
        )
    (full, _path), (free, _path) = figures
    assert len(full.legends) == 1
    assert not free.legends
    assert [text.get_text() for text in free.axes[11].get_legend().get_texts()] == [
        "recording",
        "model",
    ]
    assert free.axes[10].get_legend() is None
