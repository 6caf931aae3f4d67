"""A cell for jaxley; `test_proof.py` simulates one."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from pyneuronautofit.errors import UsageError
from pyneuronautofit.exporters.jaxley import refuse_for_jaxley, write_jaxley

from .conftest import VALUES


@pytest.fixture
def content(branched, tmp_path):
    write_jaxley(branched, tmp_path)
    compile((tmp_path / "run.py").read_text(), "run.py", "exec")
    return json.loads((tmp_path / "cell.json").read_text())


def test_branches_are_the_sections(content):
    assert [each["name"] for each in content["branches"]] == [
        "soma",
        "dend[0]",
        "dend[1]",
        "dend[2]",
    ]
    assert [each["parent"] for each in content["branches"]] == [-1, 0, 1, 1]
    assert [each["channels"] for each in content["branches"]][:2] == [["hh", "pas"], ["pas"]]
    assert content["branches"][0]["values"]["HH_gNa"] == [VALUES[0]]
    assert content["branches"][0]["values"]["HH_eK"] == [-77.0]


def test_resistances_add_up_to_neurons(content, branched):
    """jaxley's loads, times the resistivity, are the resistances between NEURON's middles."""
    values, section = content["branches"][3]["values"], branched.cell.sections[3]
    incoming, outgoing = (
        1e-2 * section.axial_ohm_cm * np.array(values[f"resistive_load_{way}"])
        for way in ("in", "out")
    )
    between = outgoing[:-1] + incoming[1:]
    np.testing.assert_allclose(
        [incoming[0], *between, outgoing[-1]], section.resistance_Mohm, rtol=1e-12
    )
    # A cylinder's load to its middle is its half length over its cross section.
    first = content["branches"][1]["values"]
    np.testing.assert_allclose(first["resistive_load_in"], 20.0 / np.pi, rtol=1e-9)


def test_parents_come_first(branched, tmp_path):
    """NEURON may have made a child before its parent."""
    sections = list(branched.cell.sections)
    swapped = [sections[0], replace(sections[2], parent=2), replace(sections[1], parent=0)]
    swapped.append(replace(sections[3], parent=2))
    cell = replace(branched.cell, sections=tuple(swapped))
    write_jaxley(replace(branched, cell=cell), tmp_path)
    made = json.loads((tmp_path / "cell.json").read_text())["branches"]
    assert [each["name"] for each in made] == ["soma", "dend[0]", "dend[1]", "dend[2]"]
    assert [each["parent"] for each in made] == [-1, 0, 1, 1]


def test_what_jaxley_cannot_express(branched):
    refuse_for_jaxley(branched)
    protocol = branched.protocol
    warm = replace(protocol, experiment=replace(protocol.experiment, temperature_degC=34.0))
    with pytest.raises(UsageError, match=r"--as jaxley: the model was fitted at 34 degC"):
        refuse_for_jaxley(replace(branched, protocol=warm))
