"""What a model would run is found without running it, and is what is loaded then."""

from __future__ import annotations

import platform

import pytest

from pyneuronautofit.errors import ModelError
from pyneuronautofit.models.finding import find_model
from pyneuronautofit.models.model import BUILT_IN_MODS

from .conftest import write_mod
from .test_model import PARENT

EVIL = "raise SystemExit('this was executed')\n"


def put(folder, name="libnrnmech.so"):
    library = folder / platform.machine() / name
    library.parent.mkdir(parents=True, exist_ok=True)
    library.write_bytes(b"no library")
    return library


def test_a_project_with_mods(project_folder, tmp_path):
    folder = project_folder(project=EVIL)
    found = find_model(folder, tmp_path)
    assert found.executed == (folder / "project.py", folder / "mods")
    (source,) = found.sources
    assert (source.project, source.mods, source.library) == (
        folder / "project.py", folder / "mods", None,
    )  # fmt: skip


def test_the_libraries_of_both_folders(project_folder, tmp_path):
    folder = project_folder(mechanism="pas")
    beside = put(folder)
    found = find_model(folder, tmp_path)
    assert found.executed == (folder / "project.py", beside)
    assert found.sources[0].library == beside
    first = put(tmp_path)
    found = find_model(folder, tmp_path)
    assert found.executed == (folder / "project.py", first, beside)
    assert found.sources[0].library == first


def test_it_is_what_is_loaded(project_folder, run_python):
    folder = project_folder()
    _version, _description, mods, _library, _source = run_python(PARENT, folder)
    assert str(find_model(folder, folder).sources[0].mods) == mods


def test_the_built_in_cell(tmp_path):
    found = find_model(None, tmp_path)
    assert found.executed == ()
    assert [source.mods for source in found.sources] == [BUILT_IN_MODS]
    # Its own channels, too, may be in a library that was compiled there, from the same or others.
    library = put(tmp_path)
    assert find_model(None, tmp_path).executed == (library,)
    own = write_mod(tmp_path / "mods", "leakA")
    assert find_model(None, tmp_path).executed == (library,)
    for mod in BUILT_IN_MODS.glob("*.mod"):
        (own / mod.name).write_bytes(mod.read_bytes())
    found = find_model(None, tmp_path)
    assert found.executed == (own, library)
    assert [source.mods for source in found.sources] == [BUILT_IN_MODS, own]


def test_a_project_that_is_not_there(tmp_path):
    with pytest.raises(ModelError, match="there is no project file"):
        find_model(tmp_path / "nowhere", tmp_path)
