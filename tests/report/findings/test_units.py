"""What numbers are measured in, and what is said where nobody knows."""

from __future__ import annotations

from pyneuronautofit.report.findings.units import (
    mode_name,
    mode_title,
    mode_unit,
    mode_value,
    units_of_parameters,
    with_unit,
)
from report._content import content_of
from report._made import info


def test_modes_have_units():
    assert mode_name("V") == "V (mV²)"
    assert mode_value("V", 1234567.0) == "V 1.23457e+06 mV²"
    assert mode_title("V") == "whole voltage"
    assert mode_title("?") == "a mode of a plug-in that is not there, or of another version"


def test_what_has_several_units_or_none_has_none():
    assert mode_name("?") == "?"
    assert mode_unit("L") == ""
    assert with_unit("x", "") == "x"


def test_parameters_of_a_run(tmp_path):
    with content_of(tmp_path) as content:
        assert units_of_parameters(content.run) == ["µm", "S/cm²"]
    places = {"recording": None, "project": str(tmp_path / "gone" / "project.py"), "directory": "/"}
    (tmp_path / "other").mkdir()
    with content_of(tmp_path / "other", about=info(places=places)) as content:
        assert units_of_parameters(content.run) == ["µm", "S/cm²"]
