"""Files and packages with plug-ins."""

from __future__ import annotations

import pytest

LATENCY = '''
import numpy as np

from pyneuronautofit.plugins import objective


@objective(unit="ms")
def latency(voltage_mV, step_ms, stimulus):
    """Time from the stimulus to the first spike."""
    above = voltage_mV[:, stimulus.first :] > 0.0
    return np.where(above.any(axis=1), above.argmax(axis=1) * step_ms, np.nan)
'''


@pytest.fixture
def latency(tmp_path):
    """A file with one mode."""
    path = tmp_path / "latency.py"
    path.write_text(LATENCY)
    return path


@pytest.fixture
def package(tmp_path, monkeypatch):
    """Makes an installed package with entry points: text of its module, lines of entry points."""

    def make(source, points, name="my-cells"):
        folder = tmp_path / f"site-{name}"
        module = name.replace("-", "_")
        folder.mkdir()
        (folder / f"{module}.py").write_text(source)
        info = folder / f"{module}-1.2.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.2\n")
        (info / "entry_points.txt").write_text(points)
        monkeypatch.syspath_prepend(folder)
        return module

    return make
