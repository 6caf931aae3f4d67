"""Files of models are written back as they were."""

from __future__ import annotations

import gzip
import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pyneuronautofit.database import content as module
from pyneuronautofit.database.content import JsonLayout, format_content, read_content, write_content
from pyneuronautofit.errors import DatabaseError, OutputError

CONTENT = {"version": "1", "b": [1.5, None, {"z": 0.1, "a": []}], "a": True, "models": [{"x": "é"}]}


def again(path):
    """Read a file, write it elsewhere, and return the bytes of both."""
    content, layout = read_content(path)
    other = path.with_name(f"again-{path.name}")
    write_content(other, content, layout)
    return path.read_bytes(), other.read_bytes()


@pytest.mark.parametrize("options", [
    {}, {"indent": 1}, {"indent": 4}, {"separators": (",", ":")}, {"ensure_ascii": False},
    {"indent": 2, "ensure_ascii": False},
])  # fmt: skip
@pytest.mark.parametrize("end", ["", "\n"])
def test_a_file_is_written_back_byte_for_byte(options, end, tmp_path):
    path = tmp_path / "a.json"
    path.write_text(json.dumps(CONTENT, **options) + end, encoding="utf-8")
    before, after = again(path)
    assert after == before


def test_the_published_sample_is_written_back_byte_for_byte(shared, tmp_path):
    path = shared / "data" / "P07-models-sample.json"
    content, layout = read_content(path)
    write_content(tmp_path / "a.json", content, layout)
    assert (tmp_path / "a.json").read_bytes() == path.read_bytes()


_JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=4))
    | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=10,
)


@settings(
    deadline=None,
    max_examples=100,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(st.dictionaries(st.text(max_size=3), _JSON), st.sampled_from([None, 0, 1, 3]))
def test_any_object_is_read_as_it_was_written(tmp_path, content, indent):
    path = tmp_path / "a.json"
    write_content(path, content, JsonLayout(indent))
    assert read_content(path)[0] == content
    assert list(read_content(path)[0]) == list(content)


def test_the_suffix_decides_whether_it_is_gzipped(tmp_path):
    for name in ("a.json", "a.json.gz"):
        write_content(tmp_path / name, CONTENT, JsonLayout())
        assert read_content(tmp_path / name)[0] == CONTENT
    assert gzip.decompress((tmp_path / "a.json.gz").read_bytes()).startswith(b'{"version"')
    assert (tmp_path / "a.json").read_bytes().startswith(b'{"version"')


def test_numbers_that_are_not_finite_become_null():
    text = format_content({"a": [float("nan"), 1.0], "b": {"c": float("-inf")}}, JsonLayout())
    assert json.loads(text) == {"a": [None, 1.0], "b": {"c": None}}


@pytest.mark.parametrize("head", [b"ABFX\x00\x01", b"\x00" * 40, b'["a",', b"  7"])
def test_a_large_file_of_another_kind_is_refused_without_reading_it(head, tmp_path, monkeypatch):
    path = tmp_path / "big.json"
    with path.open("wb") as stream:
        stream.write(head)
        stream.truncate(200_000_000)  # a hole: it takes no room on the disk
    monkeypatch.setattr(type(path), "read_bytes", lambda _self: pytest.fail("it was read"))
    with pytest.raises(DatabaseError, match=r"big\.json is not a JSON file: it begins with b'"):
        read_content(path)


def test_a_large_database_is_read(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "_LARGE_BYTES", 10)
    for mark in (b"", b"\xef\xbb\xbf", b"\n  "):
        path = tmp_path / "a.json"
        path.write_bytes(mark + json.dumps(CONTENT).encode())
        assert read_content(path)[0] == CONTENT
    path.write_bytes(json.dumps(CONTENT).encode("utf-16"))
    assert read_content(path)[0] == CONTENT


def test_a_file_that_cannot_be_written_leaves_nothing(tmp_path):
    with pytest.raises(OutputError, match=r"cannot write .*no/a\.json"):
        write_content(tmp_path / "no" / "a.json", CONTENT, JsonLayout())
    assert not list(tmp_path.iterdir())


def test_the_store_of_a_run_is_named(tmp_path, monkeypatch):
    path = tmp_path / "run.sqlite"
    path.write_bytes(b"SQLite format 3\x00" + b"\x10\x00\x85" * 100)
    with pytest.raises(DatabaseError, match=r"is the store of a run: give the run's -final\.json"):
        read_content(path)
    # Also a large one, of which only the beginning is read.
    monkeypatch.setattr(module, "_LARGE_BYTES", 10)
    with pytest.raises(DatabaseError, match=r"'pyneuronautofit export .*run\.sqlite' writes"):
        read_content(path)
    (tmp_path / "run-final.json").write_text("{}")
    with pytest.raises(DatabaseError, match=r"store of a run: give .*/run-final\.json, which has"):
        read_content(path)


def test_a_file_of_another_kind_is_called_by_its_name(tmp_path):
    """A recording, a project file or a folder in the place of models."""
    (tmp_path / "cell.abf").write_bytes(b"ABF2" + bytes(99))
    (tmp_path / "project.py").write_text("param_nslh = []")
    with pytest.raises(DatabaseError, match=r"cell\.abf is a recording, but models were expected"):
        read_content(tmp_path / "cell.abf")
    with pytest.raises(DatabaseError, match=r"project\.py is a Python file.*by --project"):
        read_content(tmp_path / "project.py")
    with pytest.raises(
        DatabaseError, match=r"cannot read .*: Is a directory\. Name a file: a model"
    ):
        read_content(tmp_path)
