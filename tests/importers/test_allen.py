"""Fits of the Allen Cell Types Database."""

from __future__ import annotations

import copy
import re

import pytest

from importers.foreign import ALLEN, write_allen
from pyneuronautofit.errors import ModelError
from pyneuronautofit.importers.allen import import_allen, is_allen
from pyneuronautofit.importers.project import ImportSettings


def test_the_genome_is_searched_around_its_values(tmp_path):
    path = write_allen(tmp_path / "fit")
    assert is_allen(path)
    assert is_allen(path / "fit_parameters.json")
    assert not is_allen(path / "manifest.json")
    found = import_allen(path, ImportSettings())
    assert found.values["soma[*].gbar_tverb"] == 0.01
    assert ("soma[*].gbar_tverb", "log", 0.001, 0.1) in found.rows
    assert {row[0] for row in found.rows} == set(found.values)
    assert found.temperature_degC == 34.0
    assert "replace_axon(self)" in found.body
    assert "section.ek = -107.0" in found.body
    assert "replace_axon" not in import_allen(path, ImportSettings(axon="keep")).body
    assert any("-14.0 mV" in note for note in found.notes)


def spoilt(**changes):
    return {**copy.deepcopy(ALLEN), **changes}


@pytest.mark.parametrize(
    ("fit", "message"),
    [
        (spoilt(passive=[{"ra": "x", "e_pas": 1}]), "expected a finite number 'ra' in 'passive'"),
        (spoilt(passive=3), "expected as 'passive' a list with an object"),
        (
            spoilt(genome=[{"section": "tuft", "name": "g", "value": 1, "mechanism": ""}]),
            "the section 'tuft' is not known",
        ),
        (
            spoilt(genome=[{"section": "soma", "name": "g;", "value": 1, "mechanism": ""}]),
            "'g;' in 'genome' is no name of NEURON's",
        ),
        (
            spoilt(genome=[{"section": "soma", "name": "g", "value": 1, "mechanism": "a b"}]),
            "'a b' in 'genome' is no mechanism",
        ),
    ],
)
def test_mistakes(tmp_path, fit, message):
    path = write_allen(tmp_path / "fit", fit)
    with pytest.raises(ModelError, match=re.escape(message)):
        import_allen(path, ImportSettings())
