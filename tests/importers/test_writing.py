"""Project folders are written whole, and work."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from importers.foreign import write_hoc
from pyneuronautofit.errors import ModelError, OutputError
from pyneuronautofit.importers.hoc import import_hoc
from pyneuronautofit.importers.project import ImportSettings
from pyneuronautofit.importers.writing import write_project
from pyneuronautofit.models import load_model


@pytest.fixture
def model(tmp_path):
    return import_hoc(write_hoc(tmp_path / "cell"), ImportSettings())


def test_conductances_are_found_and_written(model, tmp_path):
    made = write_project(model, tmp_path / "out" / "project")
    names = [row[0] for row in made.rows]
    assert names == [
        "soma.g_pas", "soma.gbar_tna8", "soma.gbar_tverb", "dend[*].g_pas", "apic[*].g_pas",
        "apic[*].gbar_tih",
    ]  # fmt: skip
    folder = tmp_path / "out" / "project"
    assert [row[0] for row in load_model(folder, folder).parameters] == names
    database = json.loads((folder / "published.json").read_text())
    assert database["models"][0]["parameters"]["soma.gbar_tverb"] == 0.01
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["project"]


def test_what_is_there_stays(model, tmp_path):
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "mine").write_text("x")
    with pytest.raises(OutputError, match="is there already"):
        write_project(model, folder)
    assert [path.name for path in folder.iterdir()] == ["mine"]


def test_nothing_is_left_of_a_cell_that_cannot_be_built(model, tmp_path):
    broken = replace(model, body=model.body.replace("h.Pyramid()", "h.Nobody()"))
    with pytest.raises(ModelError, match="Nobody"):
        write_project(broken, tmp_path / "out" / "project")
    assert list((tmp_path / "out").iterdir()) == []
