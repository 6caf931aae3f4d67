""".mod files of models that are imported."""

from __future__ import annotations

import pytest

from pyneuronautofit.errors import ModelError
from pyneuronautofit.importers.mods import all_mods, find_mods


@pytest.fixture
def folder(tmp_path):
    for place, name in (("a", "na"), ("a", "k"), ("b", "na")):
        (tmp_path / place).mkdir(exist_ok=True)
        (tmp_path / place / f"{name}.mod").write_text(f"NEURON {{ SUFFIX {name} }}\n")
    return tmp_path


def test_those_that_are_used_once_each(folder):
    assert [path.parent.name for path in find_mods(folder, None, ["na", "pas", "hh"])] == ["a"]
    assert find_mods(folder, folder / "b", ["na"]) == [folder / "b" / "na.mod"]
    assert [path.stem for path in all_mods(folder, None)] == ["k", "na"]


def test_what_is_missing_is_named(folder):
    with pytest.raises(ModelError, match=r"uses ca, whose .mod files are not in"):
        find_mods(folder, None, ["ca", "na"])
    for look in (lambda gone: find_mods(folder, gone, []), lambda gone: all_mods(folder, gone)):
        with pytest.raises(ModelError, match="there is no folder"):
            look(folder / "gone")
