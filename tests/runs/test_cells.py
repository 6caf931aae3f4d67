"""Which components and recordings of a joint fit are whose."""

from __future__ import annotations

from pyneuronautofit.runs import cell_recorded, evaluations_of_cells, joint_components

EVALUATION = {
    "mode": "OV", "mask": 3, "cell": "young", "plugins": {"m.py": "ab"},
    "cells": {"names": ["young", "old"], "shared": ["s.a"], "pull": 0.1},
    "weights": {"given": "O=2", "components": [1]},
    "beside": [
        {"target": "b.abf", "mode": "OV", "mask": 4, "cell": "old"},
        {"target": "c.abf", "mode": "OV", "mask": 5, "cell": "young"},
    ],
    "held_out_recordings": [{"target": "d.abf", "mode": "OV", "cell": "old"}],
}  # fmt: skip
SIZES = (("O", 1), ("V", 2), ("O", 2), ("V", 1), ("O", 1), ("V", 1), ("{pull}", 1))


def test_components_are_in_the_order_of_the_recordings():
    young, old = joint_components(EVALUATION, SIZES)
    assert (young.cell, young.places.tolist(), young.markers) == (
        "young", [0, 1, 2, 6, 7], ("O", "V", "V", "O", "V"),
    )  # fmt: skip
    assert (old.cell, old.places.tolist(), old.markers) == ("old", [3, 4, 5], ("O", "O", "V"))
    assert joint_components({"mode": "OV", "beside": [{"target": "x"}]}, SIZES[:4]) == []


def test_each_cell_is_scored_as_if_it_were_alone():
    plugged = {"plugins": {"m.py": "ab"}}
    assert evaluations_of_cells(EVALUATION, "a.abf") == {
        "young": (
            "a.abf",
            {
                "mode": "OV", "mask": 3, **plugged,
                "beside": [{"target": "c.abf", "mode": "OV", "mask": 5}],
            },
        ),
        "old": (
            "b.abf",
            {
                "mode": "OV", "mask": 4, **plugged,
                "held_out_recordings": [{"target": "d.abf", "mode": "OV"}],
            },
        ),
    }  # fmt: skip


def test_what_somebody_else_wrote_is_no_cell():
    odd = {"mode": "OV", "cell": 3, "beside": [7, {"cell": "old", "target": 5, "beside": 7}]}
    assert evaluations_of_cells(odd, None) == {"old": (None, {})}
    assert evaluations_of_cells({"beside": "x"}, None) == {}


def test_a_recording_says_its_cell():
    found = [cell_recorded(EVALUATION, "a.abf", name) for name in (None, "a.abf", "b.abf", "c.abf")]
    assert found == ["young", "young", "old", "young"]
    assert cell_recorded(EVALUATION, "a.abf", "x.abf") == ""
    assert cell_recorded({"mode": "OV"}, "a.abf") == ""
