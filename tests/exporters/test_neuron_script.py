"""A script for NEURON that keeps the class."""

from __future__ import annotations

from pyneuronautofit.exporters.neuron_script import write_neuron_script

from .conftest import VALUES


def test_the_project_goes_with_its_script(branched, tmp_path):
    write_neuron_script(branched, tmp_path)
    text = (tmp_path / "model.py").read_text()
    assert (tmp_path / "model" / "project.py").read_bytes() == (
        branched.model.source.project.read_bytes()
    )
    assert (
        "PROJECT = os.path.join(os.path.dirname(os.path.abspath(__file__)), 'model/project.py'"
        in text
    )
    assert str(branched.model.source.project) not in text
    assert f"cell.soma(0.5).hh.gnabar = {VALUES[0]!r}" in text
    # The sweep with the largest current.
    assert "SWEEP = 4 " in text
    assert "\nProof: not made yet\n" in text
