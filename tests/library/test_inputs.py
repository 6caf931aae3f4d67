"""Recordings become files that hold the same; a model becomes a project file."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from pyneuronautofit.errors import OutputError, UsageError
from pyneuronautofit.library.inputs import project_of, recording_words
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
