"""A class with its parameters becomes a project folder that the command takes."""

from __future__ import annotations

import sys

import numpy as np
import pytest

from library.defined import defined
from pyneuronautofit.errors import OutputError, ParameterError, UsageError
from pyneuronautofit.library.cell_model import CellModel
from pyneuronautofit.models import load_model

ROWS = [["soma.L", "lin", 10, 40], [["a.x", "b.x"], "log", np.float64(1e-5), 1e-3]]
CELL = """
    import math
    class Cell:
        def __init__(self, nid=None):
            self.size = math.pi
        def setcable(self): pass
    def far(distance_um): return 1 + distance_um / 100
    def halved(given): return given
"""


@pytest.fixture
def names():
    return defined(CELL)


def test_it_says_what_it_is(names):
    model = CellModel(names["Cell"], ROWS)
    assert repr(model) == "CellModel(Cell: 2 parameters, soma.L, a.x)"
    assert model.names == ("soma.L", "a.x")
    assert "<td>a.x, b.x</td><td>log</td><td>1e-05</td>" in model._repr_html_()


def test_its_project_is_read_as_any_other(names, tmp_path):
    model = CellModel(
        names["Cell"], ROWS, version="2.1b", downsampler=names["halved"],
        profiles={"soma.L": names["far"], "a.x": {"kind": "linear", "slope_per_um": 0.1}},
    )  # fmt: skip
    folder = model.write_project(tmp_path / "new")
    loaded = load_model(folder, tmp_path)
    assert loaded.version == "2.1b"
    assert loaded.parameters == (
        ("soma.L", "lin", 10.0, 40.0), (("a.x", "b.x"), "log", 1e-5, 1e-3),
    )  # fmt: skip
    assert loaded.downsampler is not None
    assert loaded.cell_source.profiles()["soma.L"](50.0) == 1.5
    assert loaded.cell_source.profiles()["a.x"](50.0) == pytest.approx(6.0)


def test_the_same_is_written_once_and_another_beside_it(names, tmp_path):
    model = CellModel(names["Cell"], ROWS)
    first = model.write_project(tmp_path)
    before = (first / "project.py").stat().st_mtime_ns
    assert model.write_project(tmp_path) == first
    assert (first / "project.py").stat().st_mtime_ns == before
    other = CellModel(names["Cell"], ROWS[:1]).write_project(tmp_path)
    assert other != first
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([first.name, other.name])


def test_one_that_was_changed_by_hand_is_not_taken_for_it(names, tmp_path):
    model = CellModel(names["Cell"], ROWS)
    project = model.write_project(tmp_path) / "project.py"
    # What else lies there is nobody's.
    (project.parent / ".DS_Store").write_text("")
    assert model.write_project(tmp_path) == project.parent
    project.write_text(project.read_text() + "# mine")
    with pytest.raises(OutputError, match="was changed since it was written"):
        model.write_project(tmp_path)


def test_mechanisms_are_copied(names, tmp_path):
    mods = tmp_path / "some mods"
    mods.mkdir()
    (mods / "a.mod").write_text("NEURON { SUFFIX a }")
    (mods / "notes.txt").write_text("no mechanism")
    folder = CellModel(names["Cell"], ROWS, mods=mods).write_project(tmp_path)
    assert [path.name for path in (folder / "mods").iterdir()] == ["a.mod"]
    (mods / "a.mod").unlink()
    with pytest.raises(UsageError, match=r"there is no \.mod file in that folder"):
        CellModel(names["Cell"], ROWS, mods=mods).write_project(tmp_path)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"cell": 3}, "a model's cell is a class"),
        ({"parameters": [("soma.L", "lin")]}, "parameter 0 is .* expected .name, scale, low, high"),
        ({"parameters": [("soma.L", "lin", "x", 2)]}, "names no earlier parameter"),
        ({"cell": defined("class C:\n    def setcable(self): pass")["C"]}, "has to take nid"),
        ({"mods": "nowhere"}, "mods='nowhere': expected a folder with .mod files"),
    ],
)
def test_mistakes_are_answered_when_it_is_made(names, changed, said):
    given = {"cell": names["Cell"], "parameters": ROWS, **changed}
    with pytest.raises((UsageError, ParameterError), match=said):
        CellModel(**given)


def test_names_of_project_files_are_refused(tmp_path, monkeypatch):
    text = "profiles = 3\nclass C:\n    def __init__(self, nid=None): self.x = profiles\n"
    cell = defined(text + "    def setcable(self): pass\n")["C"]
    with pytest.raises(UsageError, match="uses the name profiles, which has a meaning"):
        CellModel(cell, ROWS).write_project(tmp_path)
    (tmp_path / "project.py").write_text(CELL.replace("\n    ", "\n"))
    monkeypatch.syspath_prepend(str(tmp_path))
    cell = defined("from project import Cell")["Cell"]
    with pytest.raises(UsageError, match="which is a project file itself: give its path"):
        CellModel(cell, ROWS).write_project(tmp_path / "out")
    sys.modules.pop("project")


def test_a_profile_that_is_none(names, tmp_path):
    model = CellModel(names["Cell"], ROWS, profiles={"soma.L": object()})
    with pytest.raises(UsageError, match=r"the profile of soma\.L is <object"):
        model.write_project(tmp_path)
