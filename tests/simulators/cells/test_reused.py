"""Candidates read from reused cells have to be, to the last bit, those of cells of their own."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from pyneuronautofit.models import load_model
from pyneuronautofit.recordings import StimulusWindow
from pyneuronautofit.simulators import plan_experiment
from pyneuronautofit.simulators.cells.image import CellImage
from pyneuronautofit.simulators.neuron.session import NeuronSetup
from pyneuronautofit.simulators.neuron.setter import path_values
from pyneuronautofit.simulators.processes.pool import Job, WorkerPool
from pyneuronautofit.space import ParameterSpace
from simulators.cells.reused_readers import make_readers, make_trusting_readers
from simulators.neuron.test_simulator import noisy_recording

PROJECT = """
from cell import Cell as fitmeneuron
param_nslh = [
    ["soma.L", "lin", 20, 200],
    ["dend.L", "lin", 100, 900],
    ["dend(0.5).pas.g", "log", 1e-5, 1e-3],
    ["dend.cm", "lin", 0.5, 2],
]
simulator = "neuron"
"""
# `setcable` does what is relied on; what it does besides is the case's.
CELL = """
from neuron import h

class Cell:
    def __init__(self, nid=0):
        self.soma, self.dend = (h.Section(name=name, cell=self) for name in ("soma", "dend"))
        self.dend.connect(self.soma(1))
        self.soma.insert("pas")
        self.dend.insert("pas")
        {construct}

    def setcable(self):
        self.dend.nseg = 2 * int(self.dend.L / 250) + 1
        {besides}
"""


@pytest.fixture
def read():
    """Reads random candidates of a model in messages of 16."""
    pools = []

    def read(folder, project=None, n_cand=160, change=lambda values: None, make=make_readers):
        model = load_model(project, folder)
        space = ParameterSpace.from_rows(model.parameters)
        table = space.to_model(space.sample(np.random.default_rng(3), n_cand))
        change(table.values)
        recording = noisy_recording(n_sweep=1, n_sample=400)
        experiment = plan_experiment(recording, StimulusWindow(100, 300), [0], 0.05, 35.0)
        paths = tuple(path for paths in table.targets for path in paths)
        setup = NeuronSetup(model.cell_source, replace(experiment, transient_ms=1.0), paths)
        pools.append(WorkerPool(Job(make, setup), 1, 60.0, 100))
        values = path_values(table, range(n_cand))
        messages = [values[start : start + 16] for start in range(0, n_cand, 16)]
        (outcome,) = pools[-1].map([messages])
        assert outcome.value is not None, outcome.message
        return outcome.value

    yield read
    for pool in pools:
        pool.close()


def same(answers):
    """Return for every candidate whether both answers are the same, to the last bit."""
    return [
        one.__reduce__() == other.__reduce__() if isinstance(one, CellImage) else one == other
        for one, other in answers
    ]


def test_the_built_in_cell(read, tmp_path):
    answers, n_reused, going_on = read(tmp_path, n_cand=320)
    assert all(same(answers))
    assert going_on
    # Those whose number of segments is the first of its kind, or rare, have cells of their own.
    assert n_reused > 150
    assert len({image.signature for image, _other in answers}) > 5


def test_a_candidate_that_leaves_a_value_alone_or_fails_has_a_cell_of_its_own(read, tmp_path):
    def change(values):
        values[::7, 3] = np.nan
        values[5::16, 0] = -1.0

    answers, n_reused, going_on = read(tmp_path, n_cand=320, change=change)
    assert all(same(answers))
    assert going_on
    assert n_reused > 60
    failed = [number for number, (answer, _) in enumerate(answers) if isinstance(answer, str)]
    assert failed == list(range(5, 320, 16))
    assert "L must be > 0" in answers[5][0]


def write_model(folder, construct="pass", besides="pass"):
    (folder / "cell.py").write_text(CELL.format(construct=construct, besides=besides))
    (folder / "project.py").write_text(PROJECT)


@pytest.mark.parametrize("besides", ["pass", "self.soma(0.5).pas.e += 1"])
def test_a_class_that_keeps_to_what_is_relied_on(read, tmp_path, besides):
    write_model(tmp_path, besides=besides)
    answers, n_reused, going_on = read(tmp_path, tmp_path)
    assert all(same(answers))
    assert going_on
    assert n_reused > 80


@pytest.mark.parametrize(
    "spoilt",
    [
        {"besides": "self.soma(0.5).pas.g = 1e-6 * self.dend.L"},
        {"besides": "self.soma.Ra *= 1 + self.dend.L / 1000"},
        {"besides": "for s in h.allsec(): s.cm = self.dend.cm"},
        {"besides": "self.dend.nseg += 2 * len(list(h.allsec()))"},
        {"besides": "self.soma.insert('hh') if self.dend.L > 600 else None"},
        {"construct": "self.dend.nseg = 3"},
        {"construct": "self.dend.nseg = 3; self.dend(0.1).pas.e = -60"},
    ],
    ids=lambda spoilt: next(iter(spoilt.values())),
)
def test_a_class_that_does_not_is_found_out(read, tmp_path, spoilt):
    write_model(tmp_path, **spoilt)
    answers, n_reused, going_on = read(tmp_path, tmp_path)
    assert all(same(answers))
    assert not going_on
    assert n_reused == 0


def test_every_message_is_checked(read, tmp_path):
    write_model(tmp_path, besides="self.soma(0.5).pas.g = 1e-6 * self.dend.L")
    answers, n_reused, going_on = read(tmp_path, tmp_path, make=make_trusting_readers)
    assert all(same(answers))
    assert not going_on
    assert n_reused == 0
