"""`plot-parmdist`: two figures."""

from __future__ import annotations

import numpy as np

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
