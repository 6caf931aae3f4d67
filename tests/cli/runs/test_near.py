"""Where runs are looked for, and in which order."""

from __future__ import annotations

import os

import pytest

from pyneuronautofit.cli.runs.near import stores_near
from report._made import make_run


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    return make_run(tmp_path_factory.mktemp("made") / "run.sqlite", [[[1, 1, 9]]])


@pytest.fixture
def put(store, tmp_path):
    """Puts a run into a folder; the later, the newer."""
    times = iter(range(1_000_000, 2_000_000))

    def copy(place):
        path = tmp_path / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(store.read_bytes())
        os.utime(path, (when := next(times), when))
        return path

    return copy


def test_the_nearest_places_come_first_and_in_them_the_newest(put, tmp_path):
    here = tmp_path / "here"
    here.mkdir()
    assert stores_near(here, beside=True) == []
    beside = put("recordings/a.sqlite")
    assert stores_near(here, beside=True) == [beside]
    assert stores_near(here, beside=False) == []
    below = [put("here/x/a.sqlite"), put("here/y/z/b.sqlite")]
    assert stores_near(here, beside=True) == below[::-1]
    inside = [put("here/a.sqlite"), put("here/b.sqlite")]
    assert stores_near(here, beside=True) == inside[::-1]


def test_where_nobody_has_put_anything_is_not_looked(put, tmp_path):
    for place in (".hidden", "__pycache__", "env", "a/b/c"):
        put(f"{place}/a.sqlite")
    (tmp_path / "env" / "pyvenv.cfg").touch()
    (tmp_path / "other.sqlite").write_text("no store")
    assert stores_near(tmp_path, beside=False) == []
