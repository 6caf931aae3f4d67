"""The figure of a population: what its panels show."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from matplotlib.colors import to_hex

from plots.drawn import curves_of, texts_of
from pyneuronautofit.plots import (
    PopulationPicture,
    draw_population,
    open_figure,
    population_size,
    write_figure,
)
from pyneuronautofit.plots.canvas import COLOURS
from pyneuronautofit.plots.populations import draw_families, draw_levels

UNIT = np.random.default_rng(0).random((8, 3))
SHOWN = PopulationPicture(
    measure="V",
    merits=np.array([1.0, 2.0, 2.0, 4.0, 5.0, 6.0, 7.0, 100.0]),
    components=UNIT[:, :2],
    explained=np.array([0.6, 0.3]),
    family=np.array([0, 0, 0, 0, 1, 1, 1, -1]),
    cell=np.array([0, 1] * 4),
    cells=("a.abf", "b_$x$.abf"),
    parameters=("soma L (µm)", "soma pas g", "ek"),
    unit=UNIT,
    between_cells=np.array([0.1, np.nan, 0.5]),
    between_families=np.array([0.9, 0.2, 0.0]),
)


@pytest.fixture
def axes(tmp_path):
    return open_figure((4, 3), tmp_path / "f.svg").add_subplot()


def test_all_panels(tmp_path):
    path = tmp_path / "f.svg"
    figure = open_figure(population_size(3), path)
    draw_population(figure, SHOWN, "two runs")
    write_figure(figure, path)
    texts = texts_of(path)
    for text in ("two runs", "soma L (µm)", "family 1 (4)", "family 2 (3)", "by themselves (1)",
                 "component 1 (60 % of variance)", "between cells", "between families", "a.abf",
                 "b_$x$.abf"):  # fmt: skip
        assert text in texts
    assert len(figure.axes) == 4


def test_panels_that_have_nothing_to_show_are_left_out(tmp_path):
    alone = replace(
        SHOWN, merits=np.full(8, np.nan), between_cells=None, between_families=None,
        cells=("a.abf",), cell=np.zeros(8, dtype=int),
    )  # fmt: skip
    figure = open_figure(population_size(3), tmp_path / "f.svg")
    draw_population(figure, alone, "one")
    assert len(figure.axes) == 2


def test_levels_of_all_and_of_every_cell(axes):
    draw_levels(axes, SHOWN)
    curves = curves_of(axes)
    x, y = curves["all"]
    assert x.tolist() == SHOWN.merits.tolist()
    assert y.tolist() == list(range(1, 9))
    x, y = curves["a.abf"]
    assert (x.tolist(), y.tolist()) == ([1.0, 2.0, 5.0, 7.0], [1, 2, 3, 4])
    assert axes.get_xscale() == "log"
    draw_levels(axes, replace(SHOWN, merits=SHOWN.merits[::-1] * 0.0))
    assert axes.get_xlabel() == "V"


def test_families_have_colours(axes):
    draw_families(axes, SHOWN)
    drawn = [each for each in axes.collections if len(each.get_offsets())]
    # Two cells of either family, and one model by itself.
    assert [to_hex(each.get_facecolor()[0]) for each in drawn] == [
        COLOURS[0], COLOURS[0], COLOURS[1], COLOURS[1], "#b0b0b0",
    ]  # fmt: skip
    np.testing.assert_array_equal(drawn[0].get_offsets(), SHOWN.components[[0, 2]])


def test_of_one_family_cells_have_colours():
    one = replace(SHOWN, family=np.array([0] * 7 + [-1]))
    assert [(label, colour) for _m, colour, label in one.coloured] == [
        ("a.abf (4)", COLOURS[0]), ("b_\\$x\\$.abf (4)", COLOURS[1]),
    ]  # fmt: skip
    alone = replace(one, cells=("a.abf",), cell=np.zeros(8, dtype=int))
    assert [label for *_rest, label in alone.coloured] == ["family 1 (7)", "by themselves (1)"]


def test_one_component(axes):
    flat = replace(SHOWN, components=UNIT[:, :1], explained=np.array([1.0]))
    draw_families(axes, flat)
    assert axes.get_ylabel() == ""
    assert axes.get_xlabel() == "component 1 (100 % of variance)"


def test_many_parameters_need_room():
    assert population_size(40)[1] > population_size(20)[1] > population_size(3)[1]
    assert population_size(3) == population_size(1)
