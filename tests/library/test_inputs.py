"""Recordings become files that hold the same; a model becomes a project file."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from pyneuronautofit.errors import OutputError, UsageError
from pyneuronautofit.library.inputs import (
    project_of,
    recording_words,
    recordings_of,
    texts_of,
)
from pyneuronautofit.recordings import Recording, read_recording


def test_a_recording_comes_back_from_its_file(recording, tmp_path):
    (word,) = recording_words(recording, tmp_path / "new")
    assert Path(word).parent == tmp_path / "new"
    np.testing.assert_array_equal(read_recording(word).voltage_mV, recording.voltage_mV)
    before = Path(word).stat().st_mtime_ns
    assert recording_words([recording], tmp_path / "new") == [word]
    assert Path(word).stat().st_mtime_ns == before


def test_another_recording_of_that_name_has_another_file(recording, tmp_path):
    other = Recording.from_arrays(
        recording.voltage_mV + 1, recording.current_pA, dt_ms=0.1, name=recording.name
    )
    assert len(set(recording_words([recording, other], tmp_path))) == 2


def test_names_of_files_stay_what_they_are(tmp_path):
    assert recording_words(["a.abf", Path("b.nwb")], tmp_path) == ["a.abf", "b.nwb"]


def test_a_folder_that_cannot_be_made(recording, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match="Give another one with output="):
        recording_words(recording, tmp_path / "file" / "folder")


def test_models(tmp_path):
    assert project_of(None, None, tmp_path) is None
    assert project_of(Path("cells"), None, tmp_path) == "cells"
    for given in ("cells", None):
        with pytest.raises(UsageError, match="leave them out"):
            project_of(given, [], tmp_path)


def test_recordings_of_several_cells(recording, tmp_path):
    assert recordings_of(["a.abf", "b.abf"], None, tmp_path) == {
        "recording": "a.abf",
        "beside": ("b.abf",),
    }
    found = recordings_of(None, {"young": [Path("x/a.abf"), recording], "old": "c.abf"}, tmp_path)
    made = found["beside"][0]
    assert found == {
        "recording": "x/a.abf",
        "beside": (made, "c.abf"),
        "cells": ("young=a.abf", f"young={Path(made).name}", "old=c.abf"),
    }
    assert read_recording(made).n_sweep == recording.n_sweep


@pytest.mark.parametrize(
    ("recordings", "cells", "said"),
    [
        (None, None, "expected a recording, or a list of them, as the first argument"),
        ("a.abf", {"young": "b.abf"}, "recordings and cells were given: leave out one"),
        (None, ["a.abf"], r"cells=\['a.abf'\]: expected a dict of names of cells"),
        (None, {"young": 3}, "expected a recording, or a list of them, found 3"),
    ],
)
def test_what_is_fitted_has_to_be_said_once(recordings, cells, said, tmp_path):
    with pytest.raises(UsageError, match=said):
        recordings_of(recordings, cells, tmp_path)


def test_one_text_or_several():
    assert texts_of("*.gl", "shared") == ("*.gl",)
    assert texts_of(["a", "b"], "shared") == ("a", "b")
    for wrong in (3, [3], {"a": 1}):
        with pytest.raises(UsageError, match=r"^private=.*: expected the name of a parameter"):
            texts_of(wrong, "private")
