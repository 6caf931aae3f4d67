"""Reading the cells of candidates in a session of NEURON: each its own, or reused ones."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
import pytest
from neuron import h

from pyneuronautofit.codegen.kinds import NodeVariable
from pyneuronautofit.errors import UnsupportedModel
from pyneuronautofit.simulators.cells import worker
from pyneuronautofit.simulators.cells.image import CellImage, Signature, identical
from pyneuronautofit.simulators.cells.numbers import variable_names
from pyneuronautofit.simulators.cells.worker import CellReader, ReadCell, image_reader, packed_plan
from pyneuronautofit.simulators.experiment import Clock, Experiment
from pyneuronautofit.simulators.neuron.session import NeuronSession, NeuronSetup
from pyneuronautofit.space import ParameterPath

PATHS = tuple(map(ParameterPath.parse, ("soma.L", "soma(0.5).pas.g", "dend.L")))
EXPERIMENT = Experiment(np.zeros((1, 2)), np.zeros(1), Clock(0.1, 4), 20.0, initial_mV=-72.0)


class Cell:
    """A soma, and a dendrite that has as many segments as it is long."""

    spoilt = False

    def __init__(self, _nid):
        self.soma, self.dend = (h.Section(name=name, cell=self) for name in ("soma", "dend"))
        self.dend.connect(self.soma(1))
        for section in (self.soma, self.dend):
            section.insert("pas")

    def setcable(self):
        self.dend.nseg = 2 * int(self.dend.L / 250) + 1
        if self.spoilt:
            self.soma(0.5).pas.e = -self.dend.L


class SpoiltCell(Cell):
    """`setcable` changes what depends on a parameter: it cannot be reused."""

    spoilt = True


class ClampedCell(Cell):
    """It has an electrode of its own, which generated code does not know."""

    def setcable(self):
        self.clamp = h.IClamp(self.soma(0.5))


class KeepingCell(Cell):
    """A class that never lets its cells go."""

    kept: ClassVar[list[Cell]] = []

    def __init__(self, nid):
        super().__init__(nid)
        self.kept.append(self)


def reader(cell_class=Cell, **options):
    session = NeuronSession(cell_class)
    return CellReader(session, NeuronSetup(None, EXPERIMENT, PATHS), **options)


def read(made, values, plan=None):
    """Read a candidate; without a plan, with one for its own kinds."""
    if plan is None:
        kinds = made(ReadCell(values, packed_plan({}))).node_kinds
        plan = {
            kind: tuple(
                NodeVariable("mechanism", name, variable, None)
                for name in kind.mechanisms
                for variable in variable_names(name)
            )
            for kind in kinds
        }
    return made(ReadCell(values, packed_plan(plan))), plan


VALUES = (30.0, 2e-4, 300.0)


def test_a_candidate_is_read_as_it_is_set_and_initialised():
    before = len(list(h.allsec()))
    image, _plan = read(reader(), VALUES)
    assert isinstance(image, CellImage)
    # Soma, and a dendrite of three segments; of each g, e and the current.
    assert image.signature.parents == (-1, 0, 1, 2)
    assert image.voltage_mV.tolist() == [-72.0] * 4
    assert image.values[0] == 2e-4
    assert image.cable.area_um2[0] == pytest.approx(np.pi * 30.0 * 500.0)
    assert len(list(h.allsec())) == before, "the cell is gone"


def test_cells_that_are_kept_are_no_burden():
    before = len(list(h.allsec()))
    made = reader(KeepingCell)
    for _candidate in range(3):
        read(made, VALUES)
    assert len(list(h.allsec())) == before
    KeepingCell.kept.clear()


def test_a_kind_that_the_plan_lacks_is_answered_with_the_signature():
    made = reader()
    found, _plan = read(made, VALUES, {})
    assert isinstance(found, Signature)
    assert found == read(made, VALUES)[0].signature


def test_what_generated_code_cannot_is_an_answer_too():
    found, _plan = read(reader(ClampedCell), VALUES, {})
    assert isinstance(found, UnsupportedModel)
    assert "point process IClamp at" in str(found)


def test_a_candidate_that_fails_raises_for_itself():
    made, before = reader(), len(list(h.allsec()))
    with pytest.raises(Exception, match="L must be > 0"):
        made(ReadCell((-1.0, 1e-4, 300.0), packed_plan({})))
    assert len(list(h.allsec())) == before
    assert isinstance(read(made, VALUES)[0], CellImage)


def test_a_plan_is_unpacked_once():
    _image, plan = read(reader(), VALUES)
    assert image_reader(packed_plan(plan)) is image_reader(packed_plan(dict(plan)))
    assert packed_plan(plan) != packed_plan({})


# --- cells that are reused


def tasks(n=24, plan=None, seed=0):
    """Return candidates of two numbers of segments, and their tasks."""
    rng = np.random.default_rng(seed)
    # Around 250 um, where there is another number of segments.
    lengths = rng.uniform(150.0, 350.0, n)
    values = [
        (float(soma), 1e-4 * k + 1e-5, float(length))
        for k, (soma, length) in enumerate(zip(rng.uniform(10.0, 90.0, n), lengths))
    ]
    if plan is None:
        plan = {}
        for each in values[:4]:
            plan |= read(reader(), each)[1]
    return [ReadCell(each, packed_plan(plan)) for each in values]


def test_candidates_are_read_from_reused_cells_as_from_their_own():
    some = tasks()
    found = reader(built_in=True).prepare(some)
    # The first two of each number of segments are not: they show that it comes up, and make a cell.
    assert len(found) == len(some) - 4
    own = reader()
    assert all(identical(image, own(some[number])) for number, image in found.items())


def test_a_class_that_was_not_asked_for_is_not_reused():
    assert reader().prepare(tasks()) == {}


def test_few_candidates_are_not_worth_it():
    assert reader(built_in=True).prepare(tasks(7)) == {}
    assert len(reader(built_in=True).prepare(tasks(8))) == 4


def test_messages_of_two_plans_are_read_one_by_one():
    some = tasks()
    other = ReadCell(some[0].values, packed_plan({}))
    made = reader(built_in=True)
    assert made.prepare([*some, other]) == {}
    assert len(made.prepare(some)) > 8, "that says nothing of the class"


def test_a_kind_that_the_plan_lacks_ends_nothing():
    made = reader(built_in=True)
    assert made.prepare(tasks(plan={})) == {}
    assert len(made.prepare(tasks())) > 8


def test_a_class_that_is_found_out_is_never_reused_again(monkeypatch):
    made, some = reader(SpoiltCell, built_in=True), tasks()
    assert made.prepare(some) == {}
    monkeypatch.setattr(worker.ReusedCells, "read", lambda *_a, **_k: pytest.fail("asked again"))
    assert made.prepare(some) == {}
    assert isinstance(made(some[0]), CellImage)


def test_whatever_a_candidate_raises_ends_it(monkeypatch, capsys):
    def fail(*_args, **_options):
        raise ValueError("of a candidate")

    made, some = reader(built_in=True), tasks()
    monkeypatch.setattr(worker.ReusedCells, "read", fail)
    assert made.prepare(some) == {}
    assert "ValueError: of a candidate" in capsys.readouterr().err
    monkeypatch.undo()
    assert made.prepare(some) == {}


def test_the_first_ones_are_all_compared_then_one_of_every_message(monkeypatch):
    checks = []
    original = worker.ReusedCells.read

    def noted(self, candidates, *, check=True):
        checks.append(check)
        return original(self, candidates, check=check)

    monkeypatch.setattr(worker.ReusedCells, "read", noted)
    made, some = reader(built_in=True), tasks()
    for _message in range(4):
        assert made.prepare(some)
    # Twenty, then twenty-four more with the cells that are there, and it is trusted.
    assert checks == [False, False, True, True]
    made.close()
    assert made.prepare(some)
