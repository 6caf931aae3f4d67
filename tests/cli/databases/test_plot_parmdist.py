"""`plot-parmdist`: two figures."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from database._made import content, model
from pyneuronautofit.cli.databases import plot_parmdist as module

from .quick_cells import database, ok


def test_two_figures(command, tmp_path):
    rng = np.random.default_rng(0)
    models = {k: (10 ** rng.uniform(-3, 0), 0.03, rng.uniform(-60, 0)) for k in range(9)}
    db = database(tmp_path / "db.json", models)
    answer = ok(command, "plot-parmdist", db, "-o", tmp_path / "f.svg", "--bounds")
    assert "f-pca.svg" in answer.out
    text = (tmp_path / "f.svg").read_text()
    assert "soma, axon hh gnabar (S/cm²)" in text
    assert "one value" in text
    assert "outside the search bounds" in text
    assert "component 2" in (tmp_path / "f-pca.svg").read_text()
    ok(command, "plot-parmdist", db, "-o", tmp_path / "g.svg", "--models", "0:4")
    assert "outside the search bounds" not in (tmp_path / "g.svg").read_text()
    assert "db.json: 4 models" in (tmp_path / "g.svg").read_text()


@pytest.fixture
def drawn(monkeypatch):
    """What would be drawn: figures with what was drawn in them, and where they go."""
    figures, written = [], []

    class Figure:
        def __init__(self, size, out):
            self.size, self.out, self.shown = size, out, None
            figures.append(self)

    def draw(figure, *what):
        figure.shown = what

    monkeypatch.setattr(module, "open_figure", Figure)
    monkeypatch.setattr(module, "draw_distributions", draw)
    monkeypatch.setattr(module, "draw_components", draw)
    monkeypatch.setattr(module, "write_figure", lambda figure, path: written.append((figure, path)))
    monkeypatch.setattr(module, "show_figures", lambda: written.append("shown"))
    monkeypatch.setattr(module, "check_target", lambda out: written.append(("checked", out)))
    return figures, written


@pytest.fixture
def db(tmp_path):
    """Six models; every second one is of another target."""
    path = tmp_path / "db.json"
    path.write_text(json.dumps(content(6)))
    return path


def test_where_the_figures_go(command, db, drawn):
    figures, written = drawn
    answer = ok(command, "plot-parmdist", db, "-o", "out/f.x.pdf")
    first, second = figures
    assert written == [
        ("checked", Path("out/f.x.pdf")),
        (first, Path("out/f.x.pdf")), (second, Path("out/f.x-pca.pdf")),
    ]  # fmt: skip
    assert first.out == second.out == Path("out/f.x.pdf")
    assert answer.out == "densities in out/f.x.pdf, components in out/f.x-pca.pdf\n"


def test_without_a_file_they_are_shown(command, db, drawn):
    _figures, written = drawn
    assert ok(command, "plot-parmdist", db).out == ""
    assert written == [("checked", None), "shown"]


def test_densities_of_all_and_of_each_target(command, db, drawn):
    ok(command, "plot-parmdist", db)
    (shown, labels, heading), (components, groups, again) = (each.shown for each in drawn[0])
    assert heading == again == "db.json: 6 models"
    assert len(shown) == 3
    assert labels == groups
    assert [label for label in labels if "one.abf" in label]
    assert len(components.scores) == 6


def test_models_of_one_target_need_no_legend_of_densities(command, db, drawn, tmp_path):
    db.write_text(json.dumps(content(models=[model(k, target=0) for k in range(6)])))
    ok(command, "plot-parmdist", db)
    (_shown, labels, _heading), (_components, groups, _again) = (each.shown for each in drawn[0])
    assert labels == ()
    assert len(groups) == 1


def test_some_models(command, db, drawn):
    ok(command, "plot-parmdist", db, "--models", "0:4")
    (_shown, _labels, heading), (components, _groups, _again) = (each.shown for each in drawn[0])
    assert heading == "db.json: 4 models"
    assert len(components.scores) == 4


def test_bounds_where_they_are_asked_for(command, db, drawn, monkeypatch):
    asked = []
    true = module.densities

    def densities(*what, **how):
        asked.append(how)
        return true(*what, **how)

    monkeypatch.setattr(module, "densities", densities)
    ok(command, "plot-parmdist", db)
    ok(command, "plot-parmdist", db, "--bounds")
    assert asked == [{"bounds": False}, {"bounds": True}]
