import numpy as np
import pytest
from hypothesis import given

from pyneuronautofit.errors import ParameterError
from pyneuronautofit.space import SCALES, BoundReference, parse_parameters
from space._made import SEEDED, declarations

REFUSED = [
    ("nothing", [], r"param_nslh is empty: expected at least one \[name, scale, low, high\]"),
    ("a text", ["soma.L"], r"row 0 is 'soma\.L': expected \[name, scale, low, high\]"),
    ("too short", [["soma.L", "lin", 1]], r"row 0 is \['soma\.L', 'lin', 1\]: expected"),
    ("too long", [["soma.L", "lin", 1, 2, 3]], "row 0 is .*: expected"),
    (
        "no whole number",
        [["soma.nseg", "int", 4.8, 4.2]],
        r"row 0 \(soma\.nseg\): there is no whole number between 4\.8 and 4\.2; widen",
    ),
    ("no sequence", [5], "row 0 is 5: expected"),
    ("bound is beyond all numbers", [["soma.L", "lin", 0, 10**400]], "the high bound is 1000"),
    ("name is a number", [[7, "lin", 1, 2]], r"row 0: the name is 7; expected a path.*list of"),
    ("no names", [[[], "lin", 1, 2]], r"row 0: the name is \[\]"),
    ("names with a number", [[["soma.L", 3], "lin", 1, 2]], r"the name is \['soma\.L', 3\]"),
    ("name is no path", [["soma", "lin", 1, 2]], "'soma' names no section"),
    (
        "unknown scale",
        [["soma.L", "LIN", 1, 2]],
        r"row 0 \(soma\.L\): the scale is 'LIN'; expected one of lin, log, int, con",
    ),
    ("scale is a number", [["soma.L", 1, 1, 2]], "the scale is 1; expected one of"),
    ("scale is a list", [["soma.L", [], 1, 2]], r"the scale is \[\]; expected one of"),
    (
        "unknown bound",
        [["soma.L", "lin", 1, 2], ["soma.diam", "lin", "soma.M", 3]],
        r"row 1 \(soma\.diam\): the low bound is 'soma\.M', which names no earlier parameter; "
        r"did you mean 'soma\.L'\? A bound is a number or the path",
    ),
    (
        "unknown bound, nothing like it",
        [["soma.L", "lin", 1, "qqq"]],
        r"the high bound is 'qqq', which names no earlier parameter\. A bound is a number",
    ),
    (
        "a later bound",
        [["soma.diam", "lin", 1, "soma.L"], ["soma.L", "lin", 1, 2]],
        r"row 0 \(soma\.diam\): the high bound is 'soma\.L', which names no earlier",
    ),
    ("its own bound", [["soma.L", "lin", 1, "soma.L"]], "names no earlier parameter"),
    ("bound is nan", [["soma.L", "lin", float("nan"), 2]], "the low bound is nan; expected a fin"),
    ("bound is inf", [["soma.L", "lin", 0, float("inf")]], "the high bound is inf; expected a fi"),
    ("bound is a bool", [["soma.L", "lin", True, 2]], "the low bound is True; expected a finite"),
    ("bound is None", [["soma.L", "lin", None, 2]], "the low bound is None; expected a finite"),
    (
        "a path twice",
        [["soma.L", "lin", 1, 2], [["soma.diam", "soma.L"], "lin", 1, 2]],
        r"row 1: 'soma\.L' is already set by row 0; every path may appear once",
    ),
    ("a path twice in a row", [[["soma.L", "soma.L"], "lin", 1, 2]], "'soma.L' is already set"),
    (
        "logarithm of zero",
        [["soma.L", "log", 0, 2]],
        r"row 0 \(soma\.L\): the bound 0 of a 'log' parameter is not positive.*scale 'lin'",
    ),
    ("logarithm of less", [["soma.L", "log", 1, -2.5]], "the bound -2.5 of a 'log' parameter"),
]


@pytest.mark.parametrize(("rows", "match"), [pytest.param(*r[1:], id=r[0]) for r in REFUSED])
def test_refused(rows, match):
    with pytest.raises(ParameterError, match=match):
        parse_parameters(rows)


def test_what_a_row_becomes():
    length, shared, last = parse_parameters(
        [
            ["soma.L", "int", 10, 20.5],
            (("soma.ek", "axon.ek"), "con", -90, -80),
            ["axon.L", "log", "soma.L", 1e3],
        ]
    )
    assert (length.name, length.scale) == ("soma.L", SCALES["int"])
    assert (length.low, length.high) == (10.0, 20.5)
    assert [target.text for target in shared.targets] == ["soma.ek", "axon.ek"]
    assert shared.name == "soma.ek"
    assert last.low == BoundReference("soma.L", 0)
    assert isinstance(length.low, float)


def test_any_of_the_shared_names_is_a_bound():
    rows = [[["soma.ek", "axon.ek"], "lin", -90, -80], ["soma.v", "lin", "axon.ek", 0]]
    assert parse_parameters(rows)[1].low == BoundReference("axon.ek", 0)


def test_numbers_of_numpy_are_numbers():
    rows = [["soma.L", "lin", np.int64(1), np.float32(2.5)], ["soma.M", "lin", np.float64(1), 2]]
    first, second = parse_parameters(rows)
    assert (first.low, first.high, second.low) == (1.0, 2.5, 1.0)
    assert {type(bound) for bound in (first.low, first.high, second.low)} == {float}


@SEEDED
@given(declarations())
def test_the_row_comes_back(rows):
    parameters = parse_parameters(rows)
    assert [parameter.as_row() for parameter in parameters] == rows
    assert parse_parameters([parameter.as_row() for parameter in parameters]) == parameters


def test_the_row_of_shared_names_comes_back():
    rows = [[["soma.ek", "axon.ek"], "lin", -90.0, -80.0], ["soma.v", "lin", "axon.ek", 0.0]]
    assert [parameter.as_row() for parameter in parse_parameters(rows)] == rows
