"""JSON files of other tools."""

from __future__ import annotations

import pytest

from pyneuronautofit.errors import ModelError
from pyneuronautofit.importers.json_file import read_json


def test_what_is_in_a_file(tmp_path):
    path = tmp_path / "a.json"
    path.write_text('{"a": [1, 2.5]}')
    assert read_json(path) == {"a": [1, 2.5]}


@pytest.mark.parametrize("content", [b"", b"{", b"\xff\xfe", b"[" * 200_000])
def test_what_cannot_be_read_is_said(tmp_path, content):
    path = tmp_path / "a.json"
    path.write_bytes(content)
    with pytest.raises(ModelError, match=r"a\.json: it cannot be read as JSON"):
        read_json(path)


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(ModelError, match="it cannot be read as JSON"):
        read_json(tmp_path / "none.json")
