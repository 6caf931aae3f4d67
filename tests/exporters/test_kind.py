"""What kinds of exports have in common."""

from __future__ import annotations

from dataclasses import replace

from pyneuronautofit.exporters.kind import copy_mods


def test_mod_files_are_copied(branched, tmp_path):
    mods = tmp_path / "model" / "mods"
    mods.mkdir(parents=True)
    (mods / "kd.mod").write_text("NEURON { SUFFIX kdr }")
    (mods / "readme.txt").write_text("")
    source = replace(branched.model.source, mods=mods)
    copy_mods(replace(branched, model=replace(branched.model, source=source)), tmp_path)
    assert [path.name for path in (tmp_path / "mods").iterdir()] == ["kd.mod"]


def test_a_model_without_has_no_such_folder(branched, tmp_path):
    copy_mods(branched, tmp_path)
    assert list(tmp_path.iterdir()) == []
    assert branched.title == "Evaluation 7"
