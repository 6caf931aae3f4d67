"""Figures of databases: what is drawn, what is labelled, what is written."""

from __future__ import annotations

import re
import subprocess
import sys

import matplotlib
import numpy as np
import pytest
from matplotlib.colors import to_hex
from matplotlib.figure import Figure

from pyneuronautofit.errors import OutputError
from pyneuronautofit.plots import (
    Components,
    Density,
    check_target,
    components_size,
    distributions_size,
    draw_components,
    draw_distributions,
    open_figure,
    save_steps,
    save_sweeps,
    write_figure,
)
from pyneuronautofit.plots.canvas import COLOURS
from pyneuronautofit.plots.distributions import draw_density

GRID = np.linspace(-6.0, -2.0, 21)
CURVE = np.exp(-((GRID + 4.0) ** 2))


def density(**changed):
    given = {
        "label": "soma pas g (S/cm²)", "log": True, "values": GRID[::4], "grid": GRID,
        "total": CURVE, "groups": (CURVE * 0.5, None), "bounds": None,
    }  # fmt: skip
    return Density(**{**given, **changed})


def drawn(**changed):
    figure = Figure()
    axes = draw_density(figure.subplots(), density(**changed))
    figure.canvas.draw()
    return axes


def test_a_density():
    axes = drawn()
    total, group = axes.lines
    np.testing.assert_array_equal(total.get_ydata(), CURVE)
    np.testing.assert_array_equal(group.get_ydata(), 0.5 * CURVE)
    assert to_hex(group.get_color()) == COLOURS[0]
    assert axes.get_xlabel() == "soma pas g (S/cm²)"
    low, high = axes.get_xlim()
    assert low < GRID[0] < GRID[-1] < high
    assert axes.get_ylim()[1] > CURVE.max()


@pytest.mark.parametrize(
    ("low", "high", "ticks"),
    [
        (-6.0, -2.0, ["10^{-6}", "10^{-4}", "10^{-2}"]),
        (-1.2, 0.2, ["10^{-1}", "10^{0}"]),
        (-5.3, -4.9, [r"5{\times}10^{-6}", "10^{-5}"]),
    ],
)
def test_ticks_of_logarithms_are_round(low, high, ticks):
    grid = np.linspace(low, high, 21)
    axes = drawn(grid=grid, values=grid, groups=())
    shown = [label.get_text().strip("$") for label in axes.get_xticklabels()]
    assert shown == ticks


def test_bounds_are_shown_and_what_is_outside_is_hatched():
    axes = drawn(bounds=(-7.0, 0.0))
    assert axes.get_xlim()[0] < -7.0
    assert axes.get_xlim()[1] > 0.0
    assert [line.get_xdata()[0] for line in axes.lines[2:]] == [-7.0, 0.0]
    assert sum(patch.get_hatch() is not None for patch in axes.patches) == 2


def test_one_value_is_a_line_that_says_so():
    axes = drawn(values=np.full(4, -3.0), grid=np.full(21, -3.0), total=None, groups=(None, None))
    assert [text.get_text() for text in axes.texts] == ["one value"]
    assert list(axes.lines[0].get_xdata()) == [-3.0, -3.0]


def texts_of(path):
    return re.findall(r"<text[^>]*>([^<]+)</text>", path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("n", [1, 6, 29])
def test_distributions(n, tmp_path):
    densities = [density(label=f"label {k} (mV)", log=False, bounds=(-7.0, 0.0)) for k in range(n)]
    figure = open_figure(distributions_size(n), tmp_path / "f.svg")
    draw_distributions(figure, densities, ["a.abf (3)", "b.abf (1)"], "db.json: 4 models")
    write_figure(figure, tmp_path / "f.svg")
    texts = texts_of(tmp_path / "f.svg")
    for expected in ("db.json: 4 models", "a.abf (3)", "all models", "outside the search bounds"):
        assert texts.count(expected) == 1
    assert sum(text.startswith("label ") for text in texts) == n


@pytest.mark.parametrize(("n_model", "n_component"), [(3, 2), (40, 6), (9, 4)])
def test_components(n_model, n_component, tmp_path):
    rng = np.random.default_rng(0)
    found = Components(
        rng.normal(size=(n_model, n_component)),
        np.arange(n_model) % 2,
        np.arange(n_component, 0, -1.0),
        np.full(n_component, 0.1),
    )
    figure = open_figure(components_size(n_component), tmp_path / "f.svg")
    draw_components(figure, found, ["a.abf (2)", "b.abf (1)"], "db.json")
    scatters = [axes for axes in figure.axes if axes.collections]
    assert len(scatters) == n_component * (n_component - 1) // 2
    for axes in scatters:
        assert sum(len(points.get_offsets()) for points in axes.collections) == n_model
    # The last panel is of the last two components.
    offsets = np.concatenate([p.get_offsets() for p in scatters[-1].collections])
    ordered = np.concatenate([found.scores[found.group == k][:, -2:] for k in (0, 1)])
    np.testing.assert_array_equal(offsets, ordered)
    write_figure(figure, tmp_path / "f.svg")
    texts = texts_of(tmp_path / "f.svg")
    assert {"singular value", "explained variance (%)", "a.abf (2)", "b.abf (1)"} <= set(texts)
    assert f"component {n_component}" in texts


def test_steps(tmp_path):
    voltage = np.random.default_rng(0).normal(-60, 5, (8, 3, 3001))
    save_steps(
        tmp_path / "f.svg", voltage, step_ms=1.0, places=["soma", "middle", "end"],
        titles=[f"{k} pA" for k in range(8)], heading="model 3", stimulus_ms=(1000.0, 2000.0),
        spikes=[None] * 5 + [1200, 0, 2999],
    )  # fmt: skip
    texts = texts_of(tmp_path / "f.svg")
    assert [t for t in texts if t.endswith(" pA")] == [f"{k} pA" for k in range(8)]
    assert {"model 3", "soma", "middle", "end", "time (ms)", "voltage (mV)"} <= set(texts)
    assert texts.count("2 ms") == 3


@pytest.mark.parametrize("n_sweep", [1, 8, 9])
def test_sweeps_are_eight_a_row_in_every_format(n_sweep, tmp_path):
    voltage = np.random.default_rng(0).normal(-60, 5, (n_sweep, 500))
    paths = [tmp_path / f"f.{suffix}" for suffix in ("svg", "pdf", "png")]
    titles = [f"sweep {k}" for k in range(n_sweep)]
    save_sweeps(paths, voltage, voltage[:, :-3], step_ms=0.1, titles=titles, heading="model 3")
    texts = texts_of(paths[0])
    assert [t for t in texts if t.startswith("sweep ")] == titles
    assert texts.count("time (ms)") == min(n_sweep, 8)
    assert texts.count("voltage (mV)") == -(-n_sweep // 8)
    assert paths[1].read_bytes().startswith(b"%PDF")
    assert paths[2].read_bytes().startswith(b"\x89PNG")


def test_the_same_figure_is_the_same_file(tmp_path):
    written = []
    for name in ("a.pdf", "b.pdf"):
        figure = open_figure((3, 3), tmp_path / name)
        draw_density(figure.subplots(), density())
        write_figure(figure, tmp_path / name)
        written.append((tmp_path / name).read_bytes())
    assert written[0] == written[1]


def test_where_there_is_no_screen_a_file_is_asked_for(tmp_path):
    matplotlib.use("agg")
    with pytest.raises(OutputError, match=r"no screen to show .*name a file .*figure\.pdf"):
        check_target(None)
    check_target(tmp_path / "f.pdf")
    with pytest.raises(OutputError, match=r"its suffix '\.doc' is none of"):
        check_target(tmp_path / "f.doc")


# A back end of one's own stands for a screen.
SHOWN = """
import matplotlib, numpy as np
matplotlib.use("agg")
from matplotlib import pyplot
pyplot.show = lambda: print("shown", [len(pyplot.figure(n).axes) for n in pyplot.get_fignums()])
from pyneuronautofit.plots import save_sweeps
save_sweeps([], np.zeros((3, 9)), np.zeros((3, 9)), step_ms=1.0, titles="abc", heading="h")
"""


def test_without_a_file_it_is_shown():
    done = subprocess.run(
        [sys.executable, "-c", SHOWN], capture_output=True, text=True, check=False, timeout=60
    )
    assert done.stdout == "shown [3]\n", done.stderr
