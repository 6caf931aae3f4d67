"""What of a run is about each of its cells."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from pyneuronautofit.database.joint import parts_of
from pyneuronautofit.errors import RunError
from pyneuronautofit.runs import RunReader, create_store
from runs._joint import joint_info
from runs._made import make_info


def parts(path, info):
    create_store(path, info)
    with RunReader(path) as run:
        return parts_of(run)


def test_every_cell_has_its_columns_and_components(tmp_path):
    young, old = parts(tmp_path / "run.sqlite", joint_info())
    assert (young.cell, young.columns.tolist(), young.components.tolist()) == (
        "young", [0, 1], [0, 1, 4, 5],
    )  # fmt: skip
    assert (old.cell, old.columns.tolist(), old.components.tolist()) == ("old", [0, 2], [2, 3])
    assert old.space.names == young.space.names == ("soma.L", "soma(0.5).pas.g")
    assert (young.target, old.target) == ("cell.abf", "old.abf")
    assert old.evaluation == {"mode": "OV", "mask": 1}
    assert old.markers == ("O", "V")


def test_a_run_of_one_cell_is_one_part(tmp_path):
    info = make_info()
    (part,) = parts(tmp_path / "run.sqlite", info)
    assert part.cell == ""
    assert part.columns.tolist() == [0, 1]
    np.testing.assert_array_equal(part.components, np.arange(3))
    assert (part.markers, part.target) == (tuple("OOV"), "cell.abf")
    assert part.evaluation == info.header.evaluation


def test_a_head_that_does_not_say_which_recording_is_whose(tmp_path):
    info = joint_info()
    header = replace(info.header, evaluation={"mode": "OV", "cell": "young"})
    with pytest.raises(RunError, match=r"does not say which recording is of the cell old"):
        parts(tmp_path / "run.sqlite", replace(info, header=header))
