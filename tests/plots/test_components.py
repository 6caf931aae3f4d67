"""Principal components: a scatter of every pair, and two diagrams."""

from __future__ import annotations

import numpy as np
import pytest
from matplotlib.colors import to_hex

from plots.drawn import curves_of, texts_of
from pyneuronautofit.plots import (
    Components,
    components_size,
    draw_components,
    open_figure,
    write_figure,
)
from pyneuronautofit.plots.canvas import COLOURS

GROUPS = ["a.abf (2)", "b.abf (1)"]


@pytest.fixture
def drawn(tmp_path):
    """Return a function: numbers of models and components -> the components, and their figure."""

    def draw(n_model, n_component):
        rng = np.random.default_rng(0)
        found = Components(
            rng.normal(size=(n_model, n_component)),
            np.arange(n_model) % 2,
            np.arange(n_component, 0, -1.0),
            np.linspace(0.4, 0.1, n_component),
        )
        figure = open_figure(components_size(n_component), tmp_path / "f.svg")
        draw_components(figure, found, GROUPS, "db.json")
        return found, figure

    return draw


def scatters_of(figure):
    return [axes for axes in figure.axes if axes.collections]


@pytest.mark.parametrize(("n_model", "n_component"), [(3, 2), (40, 6), (9, 4)])
def test_every_pair_of_components_has_a_panel(drawn, n_model, n_component):
    found, figure = drawn(n_model, n_component)
    pairs = [(x, y) for y in range(1, n_component) for x in range(y)]
    panels = scatters_of(figure)
    assert len(panels) == len(pairs)
    for axes, (x, y) in zip(panels, pairs, strict=True):
        for group, points in enumerate(axes.collections):
            chosen = found.scores[found.group == group]
            np.testing.assert_array_equal(points.get_offsets(), chosen[:, [x, y]])
            assert to_hex(points.get_facecolor()[0]) == COLOURS[group]
            assert points.get_label() == GROUPS[group]


def test_what_is_written(drawn, tmp_path):
    _found, figure = drawn(9, 3)
    write_figure(figure, tmp_path / "f.svg")
    texts = texts_of(tmp_path / "f.svg")
    assert {"singular value", "explained variance (%)", *GROUPS, "db.json"} <= set(texts)


def test_outer_panels_say_which_components_they_show(drawn):
    _found, figure = drawn(9, 4)
    labels = [(axes.get_xlabel(), axes.get_ylabel()) for axes in scatters_of(figure)]
    assert labels == [
        ("", "component 2"),
        ("", "component 3"), ("", ""),
        ("component 1", "component 4"), ("component 2", ""), ("component 3", ""),
    ]  # fmt: skip


def test_panels_of_a_column_and_of_a_row_have_the_same_axes(drawn):
    _found, figure = drawn(9, 4)
    panels = scatters_of(figure)
    # Rows 2, 3, 4 have columns 1; 1, 2; 1, 2, 3: who zooms into one zooms into all.
    panels[3].set_xlim(-9.0, 9.0)
    assert [panel.get_xlim() == (-9.0, 9.0) for panel in panels] == [1, 1, 0, 1, 0, 0]
    panels[4].set_ylim(-8.0, 8.0)
    assert [panel.get_ylim() == (-8.0, 8.0) for panel in panels] == [0, 0, 0, 1, 1, 1]


def test_singular_values_are_bars_and_explained_variances_are_summed(drawn):
    found, figure = drawn(9, 4)
    values, explained = (axes for axes in figure.axes if axes.patches)
    assert [bar.get_height() for bar in values.patches] == found.singular_values.tolist()
    assert [bar.get_x() + bar.get_width() / 2 for bar in values.patches] == pytest.approx(
        [1, 2, 3, 4]
    )
    assert [bar.get_height() for bar in explained.patches] == pytest.approx([40, 30, 20, 10])
    numbers, total = curves_of(explained)["sum"]
    assert numbers.tolist() == [1, 2, 3, 4]
    np.testing.assert_allclose(total, [40.0, 70.0, 90.0, 100.0])
    assert explained.get_ylim() == (0.0, 100.0)
    assert [axes.get_ylabel() for axes in (values, explained)] == [
        "singular value", "explained variance (%)"
    ]  # fmt: skip


def test_marks_are_small_where_there_are_many(drawn):
    sizes = [scatters_of(drawn(n, 3)[1])[0].collections[0].get_sizes()[0] for n in (3, 60, 1000)]
    assert sizes == [22.0, 15.0, 7.0]


def test_the_figure_grows_with_the_components():
    assert components_size(2) == components_size(4) == pytest.approx((6.2, 6.5))
    assert components_size(7) == pytest.approx((11.9, 12.2))
