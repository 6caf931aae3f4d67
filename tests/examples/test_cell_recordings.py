"""The recordings of the two examples are what their scripts make."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pyabf
import pytest

import make_cell_recordings

EXAMPLES = Path(make_cell_recordings.__file__).parent


@pytest.mark.parametrize("name", list(make_cell_recordings.TRUTHS))
def test_they_are_made_again(name, tmp_path):
    made = pyabf.ABF(str(make_cell_recordings.make_recording(name, tmp_path)))
    kept = pyabf.ABF(str(EXAMPLES / name / f"{name}.abf"))
    assert made.data.shape == kept.data.shape
    # NEURON of another compiler may differ in the last digits, and then by a step of the converter;
    # where a spike begins a little earlier, by more.
    apart = np.abs(made.data - kept.data)
    assert np.quantile(apart, 0.99) < 0.05


def test_the_morphology_is_made_again(tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "path", [str(EXAMPLES / "pyramidal"), *sys.path])
    import make_morphology

    make_morphology.main(["--folder", str(tmp_path)])
    made, kept = tmp_path / "cell.swc", EXAMPLES / "pyramidal" / "cell.swc"
    assert made.read_text() == kept.read_text()
