"""A cell as plain numbers."""

from __future__ import annotations

import json

from pyneuronautofit.exporters.flat import FlatCell, FlatSection


def section(name="dend", **words):
    usual = {
        "name": name, "parent": -1, "parent_x": 0.0, "own_x": 0.0, "n_segment": 2,
        "length_um": 10.0, "axial_ohm_cm": 100.0, "points": (), "diameter_um": (2.0, 2.0),
        "area_um2": (31.4, 31.4), "cm": (1.0, 1.1), "resistance_Mohm": (0.1, 0.2, 0.1),
        "mechanisms": {"pas": {"g_pas": (1e-4, 1e-4), "e_pas": (-70.0, -70.0)}},
        "ions": {}, "concentrations": {},
    }  # fmt: skip
    return FlatSection(**{**usual, **words})


def test_segments_have_their_middles():
    assert section().positions == (0.25, 0.75)
    assert section(n_segment=1).positions == (0.5,)


def test_all_that_is_set_in_segments():
    hh = section(mechanisms={"hh": {"gl_hh": (1.0, 2.0)}}, concentrations={"ena": (50.0, 50.0)})
    assert dict(hh.ranges) == {"cm": (1.0, 1.1), "ena": (50.0, 50.0), "gl_hh": (1.0, 2.0)}


def test_mechanisms_once_each_and_every_bit_in_json():
    hh = section("soma", mechanisms={"pas": {}, "hh": {"gl_hh": (0.1 + 0.2,)}})
    cell = FlatCell((section(), hh), 1, {"usetable_hh": 1.0})
    assert cell.mechanisms == ("pas", "hh")
    again = json.loads(json.dumps(cell.as_json()))
    assert again["sections"][1]["mechanisms"]["hh"]["gl_hh"] == [0.1 + 0.2]
    assert again["soma"] == 1
