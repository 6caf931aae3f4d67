"""Paths begin at the run file there, and where the user is here."""

from __future__ import annotations

from pathlib import Path

import pytest

from pyneuronautofit._words import FOLDER, MODEL_FILES, READ, READ_OR_LITERAL, RUN_NAME, WRITTEN
from pyneuronautofit.cli.runfile.places import from_file, to_file


@pytest.fixture(autouse=True)
def tree(tmp_path, monkeypatch):
    """The user is in `here`; a run file would be in `here/conf` or in `there`."""
    for name in ("here/conf", "there/deep", "here/a:b"):
        (tmp_path / name).mkdir(parents=True)
    for name in ("here/cell.abf", "here/conf/cell.abf", "there/cell.nwb", "here/a:b/x.abf"):
        (tmp_path / name).touch()
    (tmp_path / "link").symlink_to(tmp_path / "there" / "deep")
    monkeypatch.chdir(tmp_path / "here")
    return tmp_path


@pytest.mark.parametrize("kind", [READ, WRITTEN, FOLDER, MODEL_FILES, RUN_NAME], ids=str)
def test_relative_paths_begin_at_the_file(kind, tree):
    (tree / "here" / "conf" / "x").touch()
    assert from_file("x", kind, Path("conf")) == "conf/x"
    assert from_file("../cell.abf", READ, Path("conf")) == "cell.abf"
    assert from_file("./x", kind, Path("conf")) == "conf/x"
    # Where the user is not, the whole path.
    assert from_file("../../there/cell.nwb", READ, Path("conf")) == str(tree / "there/cell.nwb")
    assert from_file(str(tree / "x"), kind, Path("conf")) == str(tree / "x")


def test_a_link_to_the_folder_is_followed_before_dots_are(tree):
    assert from_file("../cell.nwb", READ, tree / "link") == str(tree / "there" / "cell.nwb")
    assert to_file("../there/cell.nwb", READ, tree / "link") == "../cell.nwb"


def test_a_literal_is_none(tree):
    (tree / "here" / "conf" / "mask").touch()
    assert from_file("[0, 1]", READ_OR_LITERAL, Path("conf")) == "[0, 1]"
    assert from_file("mask", READ_OR_LITERAL, Path("conf")) == "conf/mask"
    assert to_file("conf/mask", READ_OR_LITERAL, Path("conf")) == "mask"
    assert to_file("[0, 1]", READ_OR_LITERAL, Path("conf")) == "[0, 1]"
    assert from_file("[" * 5000, READ_OR_LITERAL, Path("conf")) == "[" * 5000


def test_a_run_is_found_beside_the_file_or_by_its_stamp_elsewhere(tree):
    (tree / "here" / "conf" / "run.sqlite").touch()
    assert from_file("run", RUN_NAME, Path("conf")) == "conf/run.sqlite"
    assert from_file("other", RUN_NAME, Path("conf")) == "other"
    assert to_file("conf/run", RUN_NAME, Path("conf")) == "run.sqlite"
    assert to_file("other", RUN_NAME, Path("conf")) == "other"


@pytest.mark.parametrize(
    ("word", "written"),
    [
        ("cell.abf", "../cell.abf"),
        ("./conf/../cell.abf", "../cell.abf"),
        ("cell.abf:3,5:12", "../cell.abf:3,5:12"),
        ("cell.abf:Long/Square", "../cell.abf:Long/Square"),
        ("a:b/x.abf", "../a:b/x.abf"),
        ("conf/cell.abf", "cell.abf"),
        (".", ".."),
        ("..", "../.."),
    ],
)
def test_there_and_back(word, written):
    assert to_file(word, READ, Path("conf")) == written
    again = from_file(written, READ, Path("conf"))
    assert Path(again).resolve() == Path(word).resolve()
    assert Path(again).is_absolute() or to_file(again, READ, Path("conf")) == written
