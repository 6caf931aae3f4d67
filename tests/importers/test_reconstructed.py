"""Models of tools that keep a morphology beside."""

from __future__ import annotations

import pytest

from pyneuronautofit.errors import ModelError
from pyneuronautofit.importers.project import ImportedModel, ImportSettings
from pyneuronautofit.importers.reconstructed import on_morphology

SAID = ImportedModel(
    "A cell, from here",
    "        self.mine = 1\n",
    [("soma[*].gbar", "log", 1e-4, 1e-2), ("apic[*].gbar", "log", 1e-4, 1e-2)],
    profiles={"apic[*].gbar": "lambda x: math.exp(x)"},
    values={"soma[*].gbar": 1e-3, "apic[*].gbar": 2e-3},
    notes=["as it was"],
)


def test_only_regions_that_there_are_are_searched(tmp_path):
    (tmp_path / "a.swc").write_text("1 1 0 0 0 5 -1\n")
    made = on_morphology(SAID, tmp_path, ImportSettings(), stub=False)
    assert made.origin == "A cell, from here and a.swc."
    assert [row[0] for row in made.rows] == ["soma[*].gbar"]
    assert made.profiles == {}
    assert made.values == {"soma[*].gbar": 1e-3}
    assert made.files == {"a.swc": tmp_path / "a.swc"}
    assert made.notes == SAID.notes
    assert made.body.index("read_morphology(self)") < made.body.index("self.mine = 1")
    assert "replace_axon(self)" not in made.body
    compile(made.body, "project.py", "exec")


@pytest.mark.parametrize(("stub_um", "told"), [(None, "as thick as it was"), (1.5, "1.5 um thick")])
def test_a_stub(tmp_path, stub_um, told):
    (tmp_path / "a.swc").write_text("1 1 0 0 0 5 -1\n")
    made = on_morphology(SAID, tmp_path, ImportSettings(), stub=True, stub_um=stub_um)
    assert "        replace_axon(self)\n        self.all" in made.body
    assert told in made.body
    compile(made.body, "project.py", "exec")


def test_no_morphology(tmp_path):
    with pytest.raises(ModelError, match="which morphology"):
        on_morphology(SAID, tmp_path, ImportSettings(), stub=False)
