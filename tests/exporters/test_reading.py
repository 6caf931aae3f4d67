"""Cells as NEURON has them, read into numbers."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from pyneuronautofit.errors import ModelError
from pyneuronautofit.exporters import reading

from .conftest import BRANCHED, VALUES, exported


def test_shape_and_numbers_are_those_of_the_class(branched):
    cell = branched.cell
    assert [each.name for each in cell.sections] == ["soma", "dend[0]", "dend[1]", "dend[2]"]
    assert [each.parent for each in cell.sections] == [-1, 0, 1, 1]
    assert [each.parent_x for each in cell.sections[1:]] == [1.0, 1.0, 1.0]
    assert cell.sections[cell.soma].name == "soma"
    soma, _first, _second, thin = cell.sections
    # A cylinder as long as wide, and three short ones.
    np.testing.assert_allclose(soma.area_um2, [np.pi * 400.0], rtol=1e-12)
    np.testing.assert_allclose(thin.area_um2, [np.pi * 40.0 * d for d in thin.diameter_um])
    # From the beginning to the first middle: 20 um of ohm cm over um2, in MOhm.
    first_Mohm = 130.0 * 20.0 / (np.pi * (thin.diameter_um[0] / 2.0) ** 2) * 1e-2
    np.testing.assert_allclose(thin.resistance_Mohm[0], first_Mohm, rtol=1e-12)
    assert soma.mechanisms["hh"]["gnabar_hh"] == (VALUES[0],)
    assert soma.concentrations["ena"] == (50.0,)
    # 8: the reversal potential is a parameter.
    assert dict(soma.ions) == {"k_ion": 8, "na_ion": 8}
    assert cell.global_values["usetable_hh"] == 1.0


def test_a_profile_is_in_the_numbers(branched):
    conductances = branched.cell.sections[2].mechanisms["pas"]["g_pas"]
    distances_um = 10.0 + 120.0 + 120.0 * np.array([1, 3, 5]) / 6.0
    np.testing.assert_allclose(conductances, VALUES[2] * (1.0 + 0.01 * distances_um), rtol=1e-12)


def test_parameters_that_are_one_number_in_some_places(branched):
    fitted = {each.name: each for each in branched.cell.fitted}
    assert set(fitted) == {
        "soma(0.5).hh.gnabar", "soma(0.5).pas.g", "dend[0](*).pas.g", "all[*].cm", "dend[*].Ra",
    }  # fmt: skip
    assert fitted["dend[0](*).pas.g"].attribute == "g_pas"
    assert fitted["dend[0](*).pas.g"].places == ((1, 0), (1, 1), (1, 2))
    assert fitted["dend[*].Ra"].places == ((1, -1), (2, -1), (3, -1))


@pytest.mark.nightly
@pytest.mark.parametrize(("old", "new", "said"), [
    ('self.soma.insert("hh")', "self.clamp = h.IClamp(self.soma(0.5))",
     r"section soma has the point process IClamp, which no export has; use --scripts"),
    ('self.soma.insert("hh")', 'self.dend[1].insert("extracellular")',
     r"section dend\[1\] has the mechanism extracellular"),
])  # fmt: skip
def test_what_no_export_has_is_refused(tmp_path, old, new, said):
    (tmp_path / "project.py").write_text(
        BRANCHED.replace(old, new).replace('["soma(0.5).hh.gnabar", "log", 0.05, 0.3],', "")
    )
    with pytest.raises(ModelError, match=said):
        exported(tmp_path, VALUES[1:])


def named(*names):
    return [SimpleNamespace(name=lambda name=name: f"a cell.{name}") for name in names]


@pytest.mark.parametrize(("names", "made"), [
    (("soma", "dend[0]", "dend[1]"), ["soma", "dend[0]", "dend[1]"]),
    (("soma", "dend[3]", "dend[1]"), ["soma", "dend_0", "dend_1"]),
    (("sin", "for", "a b"), ["part_0", "part_1", "part_2"]),
    (("part[0]", "sin"), ["part_0", "part_1"]),
    (("soma", "soma"), ["soma_0", "soma_1"]),
    (("a_0", "a", "a"), ["part[0]", "part[1]", "part[2]"]),
])  # fmt: skip
def test_no_two_names_are_the_same_and_none_is_hocs(names, made, monkeypatch):
    monkeypatch.setattr(reading, "neuron", lambda: SimpleNamespace(sin=None))
    assert reading._names(named(*names)) == made


@pytest.mark.nightly
def test_names_that_hoc_does_not_read(tmp_path):
    """Gaps in an array, and names of hoc's own, are filled in and changed."""
    (tmp_path / "project.py").write_text(
        BRANCHED.replace('name=f"dend[{n}]"', 'name=("sin", "dend[3]", "dend[1]")[n]')
    )
    cell = exported(tmp_path, VALUES).cell
    assert [each.name for each in cell.sections] == ["soma", "part_0", "dend_0", "dend_1"]
