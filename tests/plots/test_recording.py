"""The figure of a recording."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from pyneuronautofit.errors import OutputError
from pyneuronautofit.plots import save_recording

CURRENT = np.zeros((2, 100))
CURRENT[1, 20:60] = 50.0


def save(path, **changed):
    given = {"window_ms": (2.0, 6.0), "holding_pA": np.zeros(2)} | changed
    save_recording(path, -70.0 + CURRENT / 10, CURRENT, step_ms=0.1, heading="cell.abf", **given)


def test_the_stimulus_is_marked(tmp_path):
    save(tmp_path / "marked.png")
    save(tmp_path / "plain.png", window_ms=None, holding_pA=None)
    marked, plain = (
        np.asarray(Image.open(tmp_path / name).convert("RGB"))
        for name in ("marked.png", "plain.png")
    )
    assert marked.shape == plain.shape
    assert (marked != plain).any()


def test_a_suffix_that_is_no_format(tmp_path):
    with pytest.raises(OutputError, match=r"its suffix '\.txt' is none of"):
        save(tmp_path / "figure.txt")
    assert list(tmp_path.iterdir()) == []
