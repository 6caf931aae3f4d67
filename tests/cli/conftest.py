"""Command lines, run in this process."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from pyneuronautofit.cli.main import main
from pyneuronautofit.models import _loading


@dataclass(frozen=True)
class Answer:
    """What a command line did."""

    code: int
    out: str
    err: str


_ANSWERS = {}


@pytest.fixture(scope="package", autouse=True)
def asked_once():
    """What the project file of most tests declares is asked for once: each time takes 0.3 s.

    That is its content alone, wherever it lies. Any other file is asked for as ever.
    """
    ask = _loading.ask

    def ask_once(module, words, *limits, **how):
        project = Path(words[0])
        if words[1:] != ["", ""] or project.read_text() != HH_PROJECT:
            return ask(module, words, *limits, **how)
        if module not in _ANSWERS:
            _ANSWERS[module] = ask(module, words, *limits, **how)
        return _ANSWERS[module]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_loading, "ask", ask_once)
        yield


@pytest.fixture
def command(capsys, monkeypatch, tmp_path):
    """Runs a command line in an empty working directory."""
    monkeypatch.chdir(tmp_path)

    def run(*words) -> Answer:
        try:
            code = main([str(word) for word in words])
        except SystemExit as leaving:  # --help
            code = int(leaving.code or 0)
        captured = capsys.readouterr()
        return Answer(code, captured.out, captured.err)

    return run


@pytest.fixture
def recording(tmp_path) -> Path:
    """A small recording: three sweeps with a step, the last with two spikes."""
    return write_recording(tmp_path / "cell.npz")


def write_recording(path: Path, n_sweep: int = 3, n_sample: int = 600) -> Path:
    current = np.zeros((n_sweep, n_sample))
    current[:, 200:400] = np.linspace(-100.0, 100.0, n_sweep)[:, None]
    voltage = -65.0 + 0.1 * current
    voltage[-1, 250:255] = 20.0
    voltage[-1, 300:305] = 20.0
    np.savez(path, voltage=voltage, current=current, dt=0.1)
    return path


@pytest.fixture
def noisy(tmp_path) -> Path:
    """The small recording with noise, its first sweep three times: `repeats.npz`."""
    with np.load(write_recording(tmp_path / "repeats.npz")) as parts:
        voltage, current = (parts[name][[0, 0, 0, 1, 2]] for name in ("voltage", "current"))
    voltage = voltage + 0.3 * np.random.default_rng(1).standard_normal(voltage.shape)
    np.savez(tmp_path / "repeats.npz", voltage=voltage, current=current, dt=0.1)
    return tmp_path / "repeats.npz"


HH_PROJECT = """
from neuron import h


class HHCell:
    def __init__(self, nid=0):
        self.soma = h.Section(name="soma", cell=self)
        self.soma.L = self.soma.diam = 30
        self.soma.insert("hh")

    def setcable(self):
        if self.soma(0.5).hh.gkbar > 0.5:
            raise ValueError("too leaky")


fitmeneuron = HHCell
param_nslh = [
    ["soma(0.5).hh.gnabar", "log", 0.001, 1.0],
    ["soma(0.5).hh.gkbar", "log", 0.001, 1.0],
    ["soma(0.5).hh.gl", "lin", 1e-5, 1e-3],
]


def getversion():
    return "1.2"
"""


@pytest.fixture
def hh_project(tmp_path) -> Path:
    """A folder with a fast model that needs no compiled channels."""
    folder = tmp_path / "model"
    folder.mkdir()
    (folder / "project.py").write_text(HH_PROJECT)
    return folder
