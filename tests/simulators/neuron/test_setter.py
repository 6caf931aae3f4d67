"""Setting many parameters quickly has to do what each of their paths does."""

from __future__ import annotations

import math

import numpy as np
import pytest

from pyneuronautofit.errors import ModelError
from pyneuronautofit.simulators import RunStatus
from pyneuronautofit.simulators.neuron.setter import Setter, path_values
from pyneuronautofit.simulators.processes.pool import Job, WorkerPool
from pyneuronautofit.space import ParameterPath, ParameterTable
from simulators.cells.user_classes import KeptClass, session_of

PATHS = (
    "soma.L",
    "soma(0.5).pas.g",
    "soma(0.5).pas.e",
    "dend[1].nseg",
    "dend[1](0.9).pas.g",
    "dend[1](0.9).cm",
    "soma(0.5).pas.g",
    "scale",
    "soma.ena",
)
VALUES = (30.0, 2e-4, -60.0, 5, 3e-4, 2.0, 5e-4, 7.0, 45.0)


def test_values_of_candidates():
    soma, dend, nseg = (ParameterPath.parse(text) for text in ("soma.L", "dend.L", "dend.nseg"))
    values = np.array([[1.0, 3.0], [math.nan, 5.0], [2.0, math.nan]])
    table = ParameterTable(((soma, dend), (nseg,)), (False, True), values)
    found = path_values(table, [2, 0, 1])
    assert [str(list(each)) for each in found] == [
        "[2.0, 2.0, nan]",
        "[1.0, 1.0, 3]",
        "[nan, nan, 5]",
    ]
    assert path_values(table, []) == []


@pytest.fixture(scope="module")
def outcome_of():
    pool = WorkerPool(Job(make_setter, None), 1, 60.0, 10**6)

    def outcome_of(quick, paths, values):
        (outcome,) = pool.map([(quick, [ParameterPath.parse(f"cell.{p}") for p in paths], values)])
        return outcome

    yield outcome_of
    pool.close()


def both(outcome_of, paths, values):
    quick, plain = (outcome_of(quick, paths, values) for quick in (True, False))
    assert quick.status is plain.status
    # They raise at other places.
    assert quick.message.partition(" (/")[0] == plain.message.partition(" (/")[0]
    assert quick.value == plain.value
    return quick


def test_everything_is_set_as_by_the_paths(outcome_of):
    found = both(outcome_of, PATHS, VALUES)
    assert found.status is RunStatus.OK, found.message
    # In the place that has it after nseg has changed, and not in the others.
    assert found.value["dend[1]"][-1] == (3e-4, 2.0)
    assert found.value["dend[1]"][0] != (3e-4, 2.0)
    assert found.value["soma"] == (30.0, 5e-4, -60.0, 45.0)
    assert found.value["scale"] == 7.0


def test_nan_is_not_set(outcome_of):
    values = [math.nan if number in {0, 1, 7} else value for number, value in enumerate(VALUES)]
    found = both(outcome_of, PATHS, values)
    assert found.value["soma"] == (100.0, 5e-4, -60.0, 45.0)
    assert found.value["scale"] == 1.0


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        ("soma.cai", 1.0, "ModelError: the parameter path 'cell.soma.cai' does not exist"),
        ("soma(0.5).pas.gg", 1.0, "ModelError: the parameter path 'cell.soma(0.5).pas.gg'"),
        ("dend[7].L", 1.0, "ModelError: the parameter path 'cell.dend[7].L' cannot be followed"),
        ("soma(7).cm", 1.0, "ModelError: the parameter path 'cell.soma(7).cm' cannot be followed"),
        ("nothing.L", 1.0, "ModelError: the parameter path 'cell.nothing.L' does not exist"),
        ("size", 1.0, "ModelError: the parameter path 'cell.size' does not exist"),
        ("soma.L", -1.0, "ValueError: L must be > 0"),
    ],
)
def test_what_fails_says_what_the_path_says(outcome_of, path, value, message):
    found = both(outcome_of, [path], [value])
    assert found.message.startswith(message)


class Owner:
    """What has the cell: a number of the cell itself needs a path, too."""

    def __init__(self, cell):
        self.cell = cell


def make_setter(_setup):
    from neuron import h

    class Cell:
        scale = 1.0

        def __init__(self):
            self.soma = h.Section(name="soma", cell=self)
            self.dend = [h.Section(name=f"dend{n}", cell=self) for n in range(2)]
            for section in (self.soma, *self.dend):
                section.insert("pas")
            self.soma.insert("hh")

        def __repr__(self):
            return "Cell"

    def handle(task):
        quick, paths, values = task
        cell = Cell()
        owner = Owner(cell)
        if quick:
            Setter(paths)(owner, values)
        else:
            for path, value in zip(paths, values, strict=True):
                if not math.isnan(value):
                    path.set(owner, value)
        soma = cell.soma(0.5)
        return {
            "soma": (cell.soma.L, soma.pas.g, soma.pas.e, soma.ena),
            "dend[1]": [(segment.pas.g, segment.cm) for segment in cell.dend[1]],
            "scale": cell.scale,
        }

    return handle


def test_many_places_and_profiles():
    session = session_of(KeptClass)
    cell = session.construct()
    paths = tuple(map(ParameterPath.parse, ("dend[1].L", "dend[*](*).g_pas", "dend[*](0.9).cm")))
    Setter(paths, {"dend[*](*).g_pas": lambda um: um})(cell, (300.0, 0.01, 3.0))
    found = [segment.pas.g for section in cell.dend for segment in section]
    # Distances from soma(0.5): the second dendrite, which is joined there, is longer by then.
    assert found == pytest.approx([0.01 * um for um in (75.0, 125.0, 175.0, 50.0, 150.0, 250.0)])
    assert [section(0.9).cm for section in cell.dend] == [3.0, 3.0]
    assert [section(0.1).cm for section in cell.dend] == [1.0, 1.0]
    del cell
    session.clear()


def test_what_has_no_distance():
    session = session_of(KeptClass)
    cell = session.construct()
    path = ParameterPath.parse("free.share")
    with pytest.raises(ModelError, match=r"'free.share' has a profile, but leads to a Free"):
        Setter((path,), {"free.share": lambda um: um})(cell, (1.0,))
    del cell
    session.clear()
