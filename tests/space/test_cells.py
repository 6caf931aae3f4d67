"""Parameters of several cells: some shared, the others one for each."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pyneuronautofit.errors import ParameterError
from pyneuronautofit.space import (
    ParameterSpace,
    cell_columns,
    cells_in,
    groups_of,
    joint_rows,
    parse_parameters,
    table_of,
)
from space._made import SEEDED, check_within, declarations

ROWS = [
    ["soma.L", "lin", 10, 40],
    [["soma.ena", "axon.ena"], "lin", 40, 60],
    ["soma.g", "log", 1e-4, 1e-1],
    ["axon.g", "log", "soma.g", 1.0],
    ["soma.nseg", "con", 3, 3],
]
CELLS = ("young", "old")


def joint(private, rows=ROWS):
    return ParameterSpace.from_rows(joint_rows(parse_parameters(rows), CELLS, private))


def test_what_is_private_becomes_a_column_for_every_cell():
    space = joint({"soma.L", "soma.ena"})
    assert space.names == (
        "soma.L@young", "soma.L@old", "soma.ena@young", "soma.ena@old", "soma.g", "axon.g",
        "soma.nseg",
    )  # fmt: skip
    assert cells_in(space) == CELLS
    assert {name: c.tolist() for name, c in groups_of(space).items()} == {
        "soma.L": [0, 1], "soma.ena": [2, 3],
    }  # fmt: skip
    old = cell_columns(space, "old")
    assert old.columns.tolist() == [1, 3, 4, 5, 6]
    assert old.space.as_rows() == ParameterSpace.from_rows(ROWS).as_rows()
    values = np.arange(14.0).reshape(2, 7)
    np.testing.assert_array_equal(old.values(values), values[:, [1, 3, 4, 5, 6]])
    table = table_of(old.space, old.values(values))
    assert [[path.text for path in paths] for paths in table.targets][1] == ["soma.ena", "axon.ena"]
    assert not any(path.cell for paths in table.targets for path in paths)


def test_a_bound_is_the_value_of_the_same_cell():
    space = joint({"soma.g", "axon.g"})
    assert space.as_rows()[-2] == ["axon.g@old", "log", "soma.g@old", 1.0]
    assert cell_columns(space, "old").space.as_rows()[3] == ["axon.g", "log", "soma.g", 1.0]
    # One cell's alone may be bounded by what all share.
    assert joint({"axon.g"}).as_rows()[-2] == ["axon.g@old", "log", "soma.g", 1.0]
    with pytest.raises(ParameterError, match=r"axon.g is shared .* value of soma.g, which each"):
        joint({"soma.g"})


def test_a_constant_is_private_where_it_is_the_value_of_a_private_one():
    same = ["axon.L", "con", "soma.L", 0.0]
    assert "soma.nseg" in joint({"soma.L", "soma.nseg"}).names
    space = joint({"soma.L"}, [*ROWS, same])
    assert space.as_rows()[-2:] == [
        ["axon.L@young", "con", "soma.L@young", 0.0], ["axon.L@old", "con", "soma.L@old", 0.0],
    ]  # fmt: skip
    assert list(groups_of(space)) == ["soma.L"]
    assert joint({"soma.g"}, [ROWS[2], [*same[:2], 1.0, 1.0]]).names[-1] == "axon.L"


def test_the_space_of_one_cell_has_no_cells():
    space = ParameterSpace.from_rows(ROWS)
    assert cells_in(space) == ()
    assert groups_of(space) == {}


@given(rows=declarations(), seed=st.integers(0, 2**32 - 1), chosen=st.integers(0, 31))
@SEEDED
def test_every_cell_of_a_drawn_candidate_obeys_the_declaration_of_one(rows, seed, chosen):
    private = {row[0] for place, row in enumerate(rows) if chosen >> place & 1}
    try:
        space = joint(private, rows)
    except ParameterError as error:
        if "is shared by the cells, but its bound" not in str(error):
            raise
        return
    x = space.sample(np.random.default_rng(seed), 3)
    values = space.to_model(x).values
    for cell in cells_in(space):
        own = cell_columns(space, cell)
        assert own.space.as_rows() == ParameterSpace.from_rows(rows).as_rows()
        for candidate in own.values(values):
            check_within(rows, candidate)
