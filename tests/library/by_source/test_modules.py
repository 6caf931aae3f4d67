"""Which modules any process can import, and which have to be given to it."""

from __future__ import annotations

import types

import pytest

from pyneuronautofit.errors import UsageError
from pyneuronautofit.library.by_source.modules import exported_from, files_of, is_installed


@pytest.mark.parametrize("name", ["math", "os.path", "numpy", "numpy.linalg", "neuron", "sys"])
def test_installed_modules(name):
    assert is_installed(name)


def test_modules_beside_a_script_are_not(tmp_path, monkeypatch):
    (tmp_path / "own_thing.py").write_text("")
    monkeypatch.syspath_prepend(str(tmp_path))
    module = pytest.importorskip("own_thing")
    assert not is_installed("own_thing")
    assert files_of(module) == {"own_thing.py": tmp_path / "own_thing.py"}


def test_a_module_that_was_made_by_hand_has_no_file():
    with pytest.raises(UsageError, match="the module made, which the model uses, has no file"):
        files_of(types.ModuleType("made"))


def test_where_a_thing_is_imported_from():
    from neuron import h

    assert exported_from("h", h) == ("neuron", "h")
    assert exported_from("hoc", h) == ("neuron", "h")
    assert exported_from("h", object()) is None
