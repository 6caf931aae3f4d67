"""NeuroML cells, where pyNeuroML is."""

from __future__ import annotations

import pytest

from pyneuronautofit.errors import ModelError
from pyneuronautofit.importers import neuroml
from pyneuronautofit.importers.neuroml import import_neuroml, is_neuroml
from pyneuronautofit.importers.project import ImportSettings

#: A sphere with a leak.
CELL = """\
<neuroml xmlns="http://www.neuroml.org/schema/neuroml2" id="doc">
  <ionChannelHH id="leakChannel" conductance="10pS"/>
  <cell id="sphere">
    <morphology id="shape">
      <segment id="0" name="soma">
        <proximal x="0" y="0" z="0" diameter="18"/><distal x="0" y="18" z="0" diameter="18"/>
      </segment>
    </morphology>
    <biophysicalProperties id="bio">
      <membraneProperties>
        <channelDensity id="leak" ionChannel="leakChannel" condDensity="3.0 S_per_m2"
                        erev="-54.3mV" ion="non_specific"/>
        <spikeThresh value="-20mV"/>
        <specificCapacitance value="1.0 uF_per_cm2"/>
        <initMembPotential value="-65mV"/>
      </membraneProperties>
      <intracellularProperties><resistivity value="0.03 kohm_cm"/></intracellularProperties>
    </biophysicalProperties>
  </cell>
</neuroml>
"""


@pytest.fixture
def cell(tmp_path):
    path = tmp_path / "sphere.cell.nml"
    path.write_text(CELL)
    return path


def test_without_pyneuroml_it_is_said_what_to_do(cell, tmp_path, monkeypatch):
    assert is_neuroml(cell)
    monkeypatch.setattr(neuroml, "find_spec", lambda _name: None)
    with pytest.raises(ModelError, match=r"pyneuroml.* not installed: pip install pyneuroml"):
        import_neuroml(cell, ImportSettings(), tmp_path)


def test_a_cell_is_translated(cell, tmp_path):
    if not all(there for _name, there in neuroml._needed()):
        pytest.skip("pyNeuroML and Java are not both installed")
    folder = tmp_path / "work"
    folder.mkdir()
    found = import_neuroml(cell, ImportSettings(), folder)
    assert "h.sphere()" in found.body
    assert [mod.stem for mod in found.mods] == ["leakChannel"]


@pytest.mark.parametrize(
    ("text", "template", "message"),
    [
        ("<neuroml/>", "", "there is no <cell"),
        (CELL, "cube", "has no cell 'cube'; it has sphere"),
        (CELL + CELL.replace("sphere", "other"), "", "several cells, sphere, other"),
    ],
)
def test_mistakes(tmp_path, monkeypatch, text, template, message):
    monkeypatch.setattr(neuroml, "_needed", list)
    path = tmp_path / "a.nml"
    path.write_text(text)
    with pytest.raises(ModelError, match=message):
        import_neuroml(path, ImportSettings(template=template), tmp_path)
