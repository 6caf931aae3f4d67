"""Which recording is of which cell, and what the cells share."""

from __future__ import annotations

import pytest

from pyneuronautofit.errors import ParameterError, UsageError
from pyneuronautofit.fitting import CellOptions
from pyneuronautofit.fitting.cells import joint_space, plan_cells, refuse_cells
from pyneuronautofit.space import ParameterSpace

FILES = ["a1.abf", "a2.abf", "b.abf"]
ONE = ParameterSpace.from_rows(
    [
        ["soma.L", "lin", 10, 40],
        [["soma.ena", "axon.ena"], "lin", 40, 60],
        ["dend[*](0.5).hh.gl", "log", 1e-4, 1e-1],
    ]
)


def plan(*cells, **others):
    return plan_cells(CellOptions(cells=cells, **others), FILES)


def test_cells_are_in_the_order_of_their_recordings():
    found = plan("old=b.abf", "young=some/where/a1.abf", "young = a2.abf")
    assert found.cells == ("young", "old")
    assert found.of_recording == {"a1.abf": "young", "a2.abf": "young", "b.abf": "old"}
    found.check_fitted(["a2.abf", "b.abf"])
    with pytest.raises(UsageError, match=r"recordings of the cell old are held out"):
        found.check_fitted(["a1.abf", "a2.abf"])


def test_without_cells_there_is_no_plan():
    assert plan() is None


@pytest.mark.parametrize(
    ("cells", "others", "said"),
    [
        ((), {"shared": ("soma.L",)}, r"--shared is about several cells, and none is named"),
        ((), {"pull": 0.1}, r"--pull is about several cells"),
        (("young",), {}, r"--cell young: expected CELL=RECORDING"),
        (("a b=b.abf",), {}, r"--cell a b=b.abf: expected CELL=RECORDING"),
        (("a=c.abf",), {}, r"--cell a=c.abf: c.abf is none of the recordings"),
        (("a=b.abf", "c=b.abf"), {}, r"--cell c=b.abf: b.abf is of the cell a already"),
        (("a=b.abf",), {}, r"a1.abf, a2.abf is of no cell; .* --cell a=a1.abf"),
        (("a=a1.abf", "a=a2.abf", "a=b.abf"), {}, r"all recordings are of one cell, a"),
    ],
)
def test_what_makes_no_plan(cells, others, said):
    with pytest.raises(UsageError, match=said):
        plan(*cells, **others)


@pytest.mark.parametrize(
    ("given", "shared"),
    [
        ({"shared": ("soma.L",)}, ["soma.L"]),
        ({"shared": ("axon.ena",)}, ["soma.ena"]),
        ({"shared": ("dend[*](0.5).hh.gl",)}, ["dend[*](0.5).hh.gl"]),
        ({"shared": ("*.hh.*", "*.L")}, ["soma.L", "dend[*](0.5).hh.gl"]),
        ({"private": ("*.ena",)}, ["soma.L", "dend[*](0.5).hh.gl"]),
        ({"pull": 0.1}, []),
    ],
)
def test_parameters_are_shared_by_name_or_pattern(given, shared):
    space = joint_space(CellOptions(**given), ("a", "b"), ONE)
    assert [p.name for p in space.parameters if not p.targets[0].cell] == shared


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({}, r"the cells share no parameter"),
        ({"shared": ("*",)}, r"share all parameters, so they are one cell"),
        ({"shared": ("soma.l",)}, r"--shared soma.l: no searched .* did you mean soma.L\?"),
        ({"private": ("nothing at all",)}, r"--private nothing at all: no searched parameter"),
        ({"shared": ("*.L",), "private": ("*.ena",)}, r"--shared and --private: leave out one"),
    ],
)
def test_what_is_shared_has_to_be_a_parameter_and_not_all(given, said):
    with pytest.raises(UsageError, match=said):
        joint_space(CellOptions(**given), ("a", "b"), ONE)


def test_the_search_of_logarithms_is_as_of_one():
    linear = ParameterSpace(ONE.parameters, log_search=False)
    assert not joint_space(CellOptions(pull=1.0), ("a", "b"), linear).log_search


def test_a_model_does_not_name_cells():
    refuse_cells(ONE)
    with pytest.raises(ParameterError, match=r"param_nslh: soma.L@a has the name of a cell"):
        refuse_cells(ParameterSpace.from_rows([["soma.L@a", "lin", 1, 2]]))
