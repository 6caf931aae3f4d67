"""Templates of hoc files."""

from __future__ import annotations

import re

import pytest

from importers.foreign import HOC, write_hoc
from pyneuronautofit.errors import ModelError
from pyneuronautofit.importers.hoc import import_hoc, is_hoc
from pyneuronautofit.importers.project import ImportSettings


def test_public_sections_and_the_files_that_are_loaded(tmp_path):
    path = write_hoc(tmp_path / "cell")
    assert is_hoc(path)
    found = import_hoc(path, ImportSettings())
    assert "self.template = h.Pyramid()" in found.body
    for name in ("dend", "apic", "all", "apical", "basal"):
        assert f"self.{name} = listed(self.template.{name})" in found.body
    assert sorted(found.files) == ["channels.hoc", "pyramid.hoc"]
    assert [mod.stem for mod in found.mods] == ["tih", "tna8", "tverb"]


def test_lines_that_go_on(tmp_path):
    text = HOC.replace("public soma, dend, apic,", "public soma, dend, \\\n    apic,")
    found = import_hoc(write_hoc(tmp_path / "cell", text), ImportSettings())
    assert "self.apical = listed(self.template.apical)" in found.body


def test_a_template_that_wants_a_morphology(tmp_path):
    text = HOC.replace("proc init() { local i", "proc init() { local i\n print $s1")
    path = write_hoc(tmp_path / "cell", text)
    with pytest.raises(ModelError, match="there is none"):
        import_hoc(path, ImportSettings())
    (path.parent / "a.swc").write_text("1 1 0 0 0 5 -1\n")
    found = import_hoc(path, ImportSettings())
    assert 'h.Pyramid("a.swc")' in found.body
    assert "a.swc" in found.files


@pytest.mark.parametrize(
    ("text", "template", "message"),
    [
        ("create soma", "", "there is no template"),
        ("// begintemplate A endtemplate A\ncreate soma", "", "there is no template"),
        (HOC, "Other", "has no template 'Other'; it has Pyramid"),
        (HOC + HOC.replace("Pyramid", "Second"), "", "has several templates, Pyramid, Second"),
        (HOC.replace("public soma, dend, apic, all, apical, basal", ""), "", "no public section"),
    ],
)
def test_mistakes(tmp_path, text, template, message):
    path = write_hoc(tmp_path / "cell", text)
    with pytest.raises(ModelError, match=re.escape(message)):
        import_hoc(path, ImportSettings(template=template))
