"""How parameters are distributed: curves, bounds, ticks."""

from __future__ import annotations

import numpy as np
import pytest
from matplotlib.colors import to_hex
from matplotlib.figure import Figure

from plots.drawn import texts_of
from pyneuronautofit.plots import (
    Density,
    distributions_size,
    draw_distributions,
    open_figure,
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
    for line, curve in ((total, CURVE), (group, 0.5 * CURVE)):
        np.testing.assert_array_equal(line.get_xdata(), GRID)
        np.testing.assert_array_equal(line.get_ydata(), curve)
    assert to_hex(total.get_color()) == "#000000"
    assert to_hex(group.get_color()) == COLOURS[0]
    assert axes.get_xlabel() == "soma pas g (S/cm²)"
    assert axes.get_ylim() == (0.0, pytest.approx(1.05 * CURVE.max()))


def test_the_axis_shows_all_values_and_little_else():
    axes = drawn(values=np.array([-6.0, -2.0]))
    assert axes.get_xlim() == pytest.approx((-6.16, -1.84))
    assert drawn(values=np.array([3.0, 3.0]), log=False).get_xlim() == pytest.approx((2.85, 3.15))
    assert drawn(values=np.zeros(2), log=False).get_xlim() == (-1.0, 1.0)


def test_a_group_without_a_curve_takes_no_colour_of_another():
    axes = drawn(groups=(None, CURVE * 0.25))
    assert [to_hex(line.get_color()) for line in axes.lines] == ["#000000", COLOURS[1]]


def test_a_long_label_takes_several_lines():
    label = drawn(label="soma and dendrites and axon TC_HH gna_max (S/cm2)").get_xlabel()
    assert label.splitlines() == ["soma and dendrites and axon", "TC_HH gna_max (S/cm2)"]


@pytest.mark.parametrize(
    ("low", "high", "ticks"),
    [
        (-6.0, -2.0, ["10^{-6}", "10^{-4}", "10^{-2}"]),
        (-1.2, 0.2, ["10^{-1}", "10^{0}"]),
        (-5.3, -4.9, [r"5{\times}10^{-6}", "10^{-5}"]),
        (-0.4, 0.4, ["10^{0}"])
        if False
        else (-0.6, 0.6, [r"3{\times}10^{-1}", "10^{0}", r"3{\times}10^{0}"]),
    ],
)
def test_ticks_of_logarithms_are_round(low, high, ticks):
    grid = np.linspace(low, high, 21)
    axes = drawn(grid=grid, values=grid, groups=())
    shown = [label.get_text().strip("$") for label in axes.get_xticklabels()]
    assert shown == ticks


def test_ticks_stand_where_they_say():
    axes = drawn()
    np.testing.assert_allclose(axes.get_xticks(), [-6.0, -4.0, -2.0])


def test_bounds_are_shown_and_what_is_outside_is_hatched():
    axes = drawn(bounds=(-7.0, 0.0))
    assert axes.get_xlim() == pytest.approx((-7.0 - 0.42, 0.42))
    assert [line.get_xdata()[0] for line in axes.lines[2:]] == [-7.0, 0.0]
    hatched = [patch.get_extents().transformed(axes.transData.inverted()) for patch in axes.patches]
    assert [(box.x0, box.x1) for box in hatched] == [
        pytest.approx((-7.42, -7.0)), pytest.approx((0.0, 0.42))
    ]  # fmt: skip
    assert all(patch.get_hatch() for patch in axes.patches)


def test_values_beyond_the_bounds_are_shown():
    axes = drawn(bounds=(-5.0, -3.0))
    low, high = axes.get_xlim()
    assert low < -6.0 < -2.8 < high


def test_one_value_is_a_line_that_says_so():
    axes = drawn(values=np.full(4, -3.0), grid=np.full(21, -3.0), total=None, groups=(None, None))
    assert [text.get_text() for text in axes.texts] == ["one value"]
    assert list(axes.lines[0].get_xdata()) == [-3.0, -3.0]
    assert axes.get_ylim() == (0.0, 1.0)


@pytest.mark.parametrize("n", [1, 7])
def test_distributions(n, tmp_path):
    densities = [density(label=f"label {k} (mV)", log=False, bounds=(-7.0, 0.0)) for k in range(n)]
    figure = open_figure(distributions_size(n), tmp_path / "f.svg")
    draw_distributions(figure, densities, ["a.abf (3)", "b.abf (1)"], "db.json: 4 models")
    write_figure(figure, tmp_path / "f.svg")
    texts = texts_of(tmp_path / "f.svg")
    for expected in ("db.json: 4 models", "a.abf (3)", "all models", "outside the search bounds"):
        assert texts.count(expected) == 1
    assert sum(text.startswith("label ") for text in texts) == n
    assert texts.count("density") == -(-n // 6)


def test_the_legend_is_of_the_curves(tmp_path):
    figure = open_figure(distributions_size(1), tmp_path / "f.svg")
    groups = [f"group {k}" for k in range(8)]
    curves = tuple(CURVE * (k + 1) for k in range(8))
    draw_distributions(figure, [density(groups=curves)], groups, "db.json")
    (legend,) = figure.legends
    assert [text.get_text() for text in legend.get_texts()] == ["all models", *groups]
    shown = figure.axes[0].lines[:9]
    for handle, line in zip(legend.get_lines(), shown, strict=True):
        assert handle.get_color() == line.get_color()
        assert handle.get_linestyle() == line.get_linestyle()
    styles = [(line.get_color(), line.get_linestyle()) for line in shown]
    assert len(set(styles)) == 9, "beyond the palette's end the dashes differ"
    assert "outside" not in " ".join(text.get_text() for text in legend.get_texts())


def test_the_figure_has_six_panels_a_row():
    assert distributions_size(1) == pytest.approx((2.5, 2.5))
    assert distributions_size(6) == pytest.approx((13.0, 2.5))
    assert distributions_size(7) == pytest.approx((13.0, 4.1))
