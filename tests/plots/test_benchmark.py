"""Curves of searches, a panel per problem."""

from __future__ import annotations

import numpy as np
from PIL import Image

from pyneuronautofit.plots.benchmark import CurvePanel, save_benchmark


def test_panels_and_a_legend(tmp_path):
    x = np.array([10.0, 100.0])
    curves = {name: (x, np.full((3, 2), k + 1.0)) for k, name in enumerate(("Auto", "cmaes"))}
    # Nothing before the first number, and what is below the floor is drawn at it.
    curves["none"] = (x, np.array([[np.inf] * 2, [np.inf, 1e-30], [np.inf, 1.0]]))
    path = tmp_path / "a.svg"
    save_benchmark(path, [CurvePanel("one", curves, 1e-3), CurvePanel("two", curves, 1e-3)], "head")
    text = path.read_text()
    for word in ("one", "two", "head", "Auto", "cmaes", "none", "evaluations"):
        assert f">{word}<" in text
    # One legend for both.
    assert text.count(">cmaes<") == 1


def test_one_panel(tmp_path):
    curves = {"Auto": (np.array([10.0, 20.0]), np.ones((3, 2)))}
    save_benchmark(tmp_path / "a.png", [CurvePanel("one", curves, 1e-3)], "head")
    with Image.open(tmp_path / "a.png") as picture:
        assert min(picture.size) > 100
