"""What is finished of a long piece of work, found again by what it was made of."""

from __future__ import annotations

import json
import os

import pytest

from pyneuronautofit import _version
from pyneuronautofit.database import Journal
from pyneuronautofit.database import journal as module
from pyneuronautofit.database.journal import model_digest
from pyneuronautofit.errors import OutputError
from pyneuronautofit.models import CellSource


def test_results_are_kept_by_what_they_are_made_of(tmp_path):
    out = tmp_path / "out.json"
    journal = Journal(out, "tool", 1)
    key = journal.key({"a": 1})
    assert journal.find(key) is None
    journal.keep(key, {"b": [1.5, None]})
    again = Journal(out, "tool", 1)
    assert again.find(again.key({"a": 1})) == {"b": [1.5, None]}
    assert again.find(again.key({"a": 2})) is None
    # Other settings: nothing fits.
    other = Journal(out, "tool", 2)
    assert other.find(other.key({"a": 1})) is None
    again.remove()
    assert not list(tmp_path.iterdir())


def test_it_survives_being_cut_off_at_any_byte(tmp_path, monkeypatch):
    monkeypatch.setattr(os, "fsync", lambda _descriptor: None)  # hundreds of times
    out = tmp_path / "out.json"
    journal = Journal(out)
    keys = [journal.key(k) for k in range(3)]
    for number, key in enumerate(keys):
        journal.keep(key, number)
    whole = journal.path.read_bytes()
    ends = [i + 1 for i, byte in enumerate(whole) if byte == ord("\n")]
    for length in range(len(whole) + 1):
        journal.path.write_bytes(whole[:length])
        read = Journal(out)
        n_whole = sum(end - 1 <= length for end in ends)
        assert [read.find(key) for key in keys[:n_whole]] == list(range(n_whole))
        assert all(read.find(key) is None for key in keys[n_whole:])
        read.keep("new", "result")
        assert Journal(out).find("new") == "result"
        assert [Journal(out).find(key) for key in keys[:n_whole]] == list(range(n_whole))


def test_other_content_is_ignored(tmp_path):
    journal = Journal(tmp_path / "out.json")
    journal.path.write_bytes(b'\xff\xfe\n[1]\n{"key": 3}\n"x"\n7\n')
    assert Journal(tmp_path / "out.json").find("3") is None


def test_it_lies_beside_the_output(tmp_path):
    journal = Journal(tmp_path / "out.json.gz")
    assert journal.path == tmp_path / "out.json.gz.progress"
    journal.remove()
    journal.keep("a", 1)
    journal.keep("b", [2])
    lines = journal.path.read_text().splitlines()
    assert [json.loads(line) for line in lines] == [
        {"key": "a", "result": 1},
        {"key": "b", "result": [2]},
    ]
    assert journal.find("b") == [2]


def test_of_two_results_the_later_one_counts(tmp_path):
    journal = Journal(tmp_path / "out.json")
    journal.keep("a", 1)
    journal.keep("a", 2)
    assert Journal(tmp_path / "out.json").find("a") == 2


def test_keys_do_not_depend_on_the_order_of_names_but_on_everything_else(tmp_path):
    journal = Journal(tmp_path / "out.json", "tool", {"x": 1, "y": 2})
    same = Journal(tmp_path / "out.json", "tool", {"y": 2, "x": 1})
    key = journal.key([{"a": 1.0, "b": 2}])
    assert same.key([{"b": 2, "a": 1.0}]) == key
    others = [
        journal.key([{"a": 1.0, "b": 2.0000000000000004}]),
        journal.key([{"a": 1.0}]),
        Journal(tmp_path / "out.json", "other tool", {"x": 1, "y": 2}).key([{"a": 1.0, "b": 2}]),
        Journal(tmp_path / "out.json", "tool", {"x": 1, "y": 3}).key([{"a": 1.0, "b": 2}]),
    ]
    assert len({key, *others}) == 5


def test_every_result_is_on_the_disk_before_the_next_one_is_begun(tmp_path, monkeypatch):
    synced = []
    monkeypatch.setattr(os, "fsync", lambda _descriptor: synced.append(journal.path.read_text()))
    journal = Journal(tmp_path / "out.json")
    journal.keep("a", 1)
    journal.keep("b", 2)
    assert [text.count("\n") for text in synced] == [1, 2]


def test_a_place_that_cannot_be_written(tmp_path):
    journal = Journal(tmp_path / "no" / "out.json")
    with pytest.raises(OutputError, match=r"cannot write .*out\.json\.progress, where finished"):
        journal.keep("a", 1)
    assert journal.find("a") is None


@pytest.fixture
def source(tmp_path):
    """A model of its own folder, with one channel."""
    folder = tmp_path / "model"
    (folder / "mods").mkdir(parents=True)
    (folder / "project.py").write_text("x = 1")
    (folder / "cell.hoc").write_text("create soma")
    (folder / "notes.txt").write_text("")
    (folder / "mods" / "kd.mod").write_text("NEURON { SUFFIX kd }")
    return CellSource(folder / "project.py", folder / "mods", None)


@pytest.mark.parametrize("name", ["project.py", "cell.hoc", "mods/kd.mod"])
def test_the_digest_of_a_model_is_that_of_its_files(source, name):
    before = model_digest(source)
    assert model_digest(source) == before
    path = source.project.parent / name
    path.write_text(path.read_text() + " ")
    changed = model_digest(source)
    assert changed != before
    path.rename(path.with_name(f"other{path.suffix}"))
    assert model_digest(source) not in {before, changed}


def test_files_that_no_model_is_made_of_do_not_count(source):
    before = model_digest(source)
    (source.project.parent / "notes.txt").write_text("changed")
    (source.project.parent / "mods" / "readme").write_text("new")
    assert model_digest(source) == before


def test_the_compiled_library_and_the_version_count(source, tmp_path, monkeypatch):
    before = model_digest(source)
    one = model_digest(CellSource(source.project, source.mods, tmp_path / "one.so"))
    other = model_digest(CellSource(source.project, source.mods, tmp_path / "other.so"))
    assert len({before, one, other}) == 3
    monkeypatch.setattr(module, "__version__", f"{_version.__version__}.1")
    assert model_digest(source) != before
