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


_SWC = "1 1 0 0 0 5 -1\n"
_READS = HOC.replace("proc init() { local i", 'proc init() { local i\n read("shapes/a.swc")')


def test_a_morphology_that_the_template_names_is_copied_as_it_is_called(tmp_path):
    path = write_hoc(tmp_path / "cell", _READS)
    with pytest.raises(ModelError, match=r"shapes/a\.swc, which is not there .*--morphology"):
        import_hoc(path, ImportSettings())
    other = tmp_path / "other.swc"
    other.write_text(_SWC)
    found = import_hoc(path, ImportSettings(morphology=other))
    assert found.files["shapes/a.swc"] == other
    (path.parent / "shapes").mkdir()
    (path.parent / "shapes" / "a.swc").write_text(_SWC)
    found = import_hoc(path, ImportSettings())
    assert found.files["shapes/a.swc"] == path.parent / "shapes" / "a.swc"


def test_a_morphology_that_has_no_place_is_refused(tmp_path):
    path = write_hoc(tmp_path / "cell")
    with pytest.raises(ModelError, match="there is no morphology"):
        import_hoc(path, ImportSettings(morphology=tmp_path / "none.swc"))
    (tmp_path / "b.swc").write_text(_SWC)
    with pytest.raises(ModelError, match=r"--morphology has no place there.*names none"):
        import_hoc(path, ImportSettings(morphology=tmp_path / "b.swc"))


def test_a_morphology_outside_of_the_folder_is_refused(tmp_path):
    path = write_hoc(tmp_path / "cell", _READS.replace("shapes/a.swc", "../a.swc"))
    (tmp_path / "a.swc").write_text(_SWC)
    with pytest.raises(ModelError, match="not in its own folder"):
        import_hoc(path, ImportSettings())


def test_arguments_that_nobody_gives_are_refused(tmp_path):
    text = HOC.replace("proc init() { local i", "proc init() { local i\n if (i) { print $2, $s3 }")
    path = write_hoc(tmp_path / "cell", text)
    with pytest.raises(ModelError, match=r"init of the template takes \$2, \$s3; expected no"):
        import_hoc(path, ImportSettings())
    write_hoc(tmp_path / "other", text.replace("print $2", "print numarg(), $2"))
    import_hoc(tmp_path / "other" / path.name, ImportSettings())


def test_a_mechanism_that_is_not_there_is_named(tmp_path):
    path = write_hoc(tmp_path / "cell")
    (tmp_path / "none").mkdir()
    with pytest.raises(ModelError, match=r"the model uses tih.*--mods"):
        import_hoc(path, ImportSettings(mods=tmp_path / "none"))


def test_where_the_current_goes_without_a_soma_is_said(tmp_path):
    text = re.sub(r"\bsoma\b", "body", HOC)
    (note,) = import_hoc(write_hoc(tmp_path / "cell", text), ImportSettings()).notes
    assert note == "the current goes into 'body': the template has no soma"
