"""A cell as a hoc template."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np

from pyneuronautofit.exporters.hoc import HOC, write_hoc

from .conftest import VALUES


def test_every_number_is_written_with_every_bit(branched, tmp_path):
    write_hoc(branched, tmp_path)
    text = (tmp_path / "cell.hoc").read_text()
    assert "public all, soma, dend\n" in text
    assert "create soma, dend[3]\n" in text
    assert "    connect dend[1](0.0), dend[0](1.0)\n" in text
    assert f"gnabar_hh = {VALUES[0]!r}\n" in text
    assert text.count(f"Ra = {VALUES[4]!r}\n") == 3
    # A profile, and a section that becomes thin.
    positions = re.findall(r"^ +g_pas\((\S+)\) = (\S+)$", text, re.MULTILINE)
    assert len(positions) == 6
    assert float(positions[0][1]) == branched.cell.sections[2].mechanisms["pas"]["g_pas"][0]
    assert re.findall(r"diam\(\S+\) = (\S+)$", text, re.MULTILINE) == [
        repr(each) for each in branched.cell.sections[3].diameter_um
    ]
    assert 'ion_style("na_ion", 0, 1, 0, 0, 0)' in text
    assert "// Proof: not made yet\n" in text


def test_currents_are_those_of_the_sweeps(branched, tmp_path):
    write_hoc(branched, tmp_path)
    played = np.loadtxt(tmp_path / "currents" / "4.txt") * 1000.0
    np.testing.assert_allclose(played, branched.protocol.experiment.current_pA[1], rtol=1e-15)
    text = (tmp_path / "run.hoc").read_text()
    assert "numbers.append(4)  holding_nA.append(-0.0125)\n" in text
    assert "celsius = 6.3\n" in text
    assert "$" not in text.replace("$1", "")


def test_a_title_is_no_code(branched, tmp_path):
    model = replace(branched.model, title="a\nquit()\u2028quit()")
    write_hoc(replace(branched, model=model), tmp_path)
    assert "// a quit() quit()\n" in (tmp_path / "cell.hoc").read_text()


def test_points_are_written_in_short_procedures(branched, tmp_path):
    points = tuple((float(k), 0.0, 0.0, 1.0) for k in range(1200))
    sections = list(branched.cell.sections)
    sections[1] = replace(sections[1], points=points)
    write_hoc(replace(branched, cell=replace(branched.cell, sections=tuple(sections))), tmp_path)
    text = (tmp_path / "cell.hoc").read_text()
    assert re.findall(r"proc points_1_(\d+)", text) == ["0", "500", "1000"]
    assert text.count("pt3dadd(") == 1200
    assert text.count("pt3dclear()") == 1
    assert HOC.needs_channels
