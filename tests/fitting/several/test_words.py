"""Recordings as they are written on the command line."""

from __future__ import annotations

from pathlib import Path

import pytest

from pyneuronautofit.errors import UsageError
from pyneuronautofit.fitting import FitConfig
from pyneuronautofit.fitting.several import recording_options, recording_word, split_word


@pytest.mark.parametrize(
    ("word", "name", "sweeps"),
    [
        ("cell.abf", "cell.abf", None),
        ("cell.abf:3,5:12", "cell.abf", "3,5:12"),
        ("cell.abf:Long Square", "cell.abf", "Long Square"),
        ("odd:name.abf", "odd:name.abf", None),
        ("odd:name.abf:1:3", "odd:name.abf", "1:3"),
        ("gone.abf", "gone.abf", None),
        ("gone.abf:1", "gone.abf", "1"),
    ],
)
def test_a_file_and_its_sweeps(tmp_path, monkeypatch, word, name, sweeps):
    monkeypatch.chdir(tmp_path)
    for there in ("cell.abf", "odd:name.abf"):
        Path(there).touch()
    assert split_word(word) == (Path(name), sweeps)
    assert recording_word(*split_word(word)) == word


def test_each_recording_has_options_of_its_own():
    config = FitConfig(
        recording="a/one.abf", beside=("two.nwb:Long Square", "three.abf"), sweeps="1:5", modes="V"
    )
    found = recording_options(config)
    assert [(each.recording, each.sweeps) for each in found] == [
        ("a/one.abf", "1:5"), ("two.nwb", "Long Square"), ("three.abf", "1:5"),
    ]  # fmt: skip
    assert all(each.beside == () and each.modes == "V" for each in found)


def test_two_of_one_name_cannot_be_told_apart():
    with pytest.raises(UsageError, match=r"two recordings are called one.abf"):
        recording_options(FitConfig(recording="a/one.abf", beside=("b/one.abf",)))
