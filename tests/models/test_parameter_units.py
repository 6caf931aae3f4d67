"""Units of parameters: NEURON's own, those of .mod files, and none where nobody knows."""

from __future__ import annotations

import pytest

from pyneuronautofit.models import parameter_units, written_unit
from pyneuronautofit.models.thalamocortical.parameters import PARAMETERS
from pyneuronautofit.space import ParameterPath

MOD = """
TITLE x (mV)
COMMENT
  gbar = 1 (wrong)
ENDCOMMENT
NEURON { SUFFIX Ih  RANGE gbar }
UNITS { (mV) = (millivolt) (S) = (siemens) }
PARAMETER {
    gbar = 1e-5 (S/cm2) : (not this)
    ehcn = -45 (mV)  tau0 = 2. (ms) ? (nor this)
    plain = 3
    shift = 0 (1)
}
STATE { m cai (mM) }
"""


@pytest.fixture
def project(tmp_path):
    (tmp_path / "mods").mkdir()
    (tmp_path / "mods" / "Ih.mod").write_text(MOD)
    (tmp_path / "mods" / "broken.mod").write_bytes(b"\xff\x00 SUFFIX PARAMETER {")
    return tmp_path / "project.py"


def units(project, *paths):
    return parameter_units([ParameterPath.parse(path) for path in paths], project)


def test_of_neuron_itself():
    assert units(
        None, "soma.L", "soma.diam", "axon.Ra", "soma.cm", "soma.ek", "soma.cao",
        "dend[2](0.5).pas.g", "soma(0.5).g_pas", "soma(0.5).hh.gnabar", "soma.nseg", "syn.weight",
    ) == ["µm", "µm", "Ω cm", "µF/cm²", "mV", "mM", "S/cm²", "S/cm²", "S/cm²", "", ""]  # fmt: skip


def test_of_a_mechanism_s_file(project):
    assert units(
        project, "apic[*](*).Ih.gbar", "soma(0.5).gbar_Ih", "soma(0.5).Ih.ehcn",
        "soma(0.5).Ih.tau0", "soma(0.5).Ih.plain", "soma(0.5).Ih.shift", "soma(0.5).Ih.cai",
        "soma(0.5).Kv.gbar",
    ) == ["S/cm²", "S/cm²", "mV", "ms", "", "", "mM", ""]  # fmt: skip


def test_of_a_folder_that_is_gone(tmp_path):
    assert units(tmp_path / "gone" / "project.py", "soma.L", "soma(0.5).Ih.gbar") == ["µm", ""]


def test_nearly_every_parameter_of_the_built_in_cell_has_one():
    names = [row[0] if isinstance(row[0], str) else row[0][0] for row in PARAMETERS]
    without = [n for n, unit in zip(names, units(None, *names), strict=True) if not unit]
    assert without == ["soma(0.5).TC_cad.gamma"]


@pytest.mark.parametrize(
    ("text", "written"),
    [("mV^2", "mV²"), ("uS/cm2", "µS/cm²"), ("um", "µm"), ("uF/cm2", "µF/cm²"), ("ohm cm", "Ω cm"),
     ("mho/cm2", "S/cm²"), ("degC", "°C"), ("1", ""), ("", ""), ("mV, mV, 1, 1", ""),
     ("/ms", "/ms"), ("ms-1", "ms⁻¹"), ("spikes", "spikes")],
)  # fmt: skip
def test_how_units_are_written(text, written):
    assert written_unit(text) == written
