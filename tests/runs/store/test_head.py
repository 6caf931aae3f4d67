"""The head of a store: what does not change in a run."""

from __future__ import annotations

import contextlib
import sqlite3
from pathlib import Path

import numpy as np
import pytest

from pyneuronautofit.errors import RunError
from pyneuronautofit.runs import RunWriter, open_run
from pyneuronautofit.runs.store import schema
from pyneuronautofit.runs.store.head import read_info, write_info
from runs._made import make_info, make_store


def test_a_damaged_head_is_refused(tmp_path, sound):
    data, _made = sound
    place = data.index(b'"pyneuronautofit -m OV')
    changed = bytearray(data)
    changed[place + 3] ^= 1
    (tmp_path / "r.sqlite").write_bytes(changed)
    with pytest.raises(RunError, match=r"the head of the run's store .* is damaged \(header\)"):
        open_run(tmp_path / "r.sqlite")


@pytest.fixture
def tables():
    """A store in the memory, without content."""
    with contextlib.closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        connection.executescript(schema.TABLES)
        yield connection


def test_a_head_is_read_as_it_was_written(tables):
    info = make_info()
    write_info(tables, info)
    read = read_info(tables, Path("r.sqlite"))
    assert read.header.as_json() == info.header.as_json()
    assert read.header.markers == ("O", "O", "V")
    assert np.isnan(read.header.bvalues[2]), "what is not finite is null in JSON"
    for name in ("settings", "identity", "places", "mode_sizes", "log_search", "statuses"):
        assert getattr(read, name) == getattr(info, name)
    assert read.floor is None
    assert read.initial.dtype == np.float64
    np.testing.assert_array_equal(read.initial, info.initial)


def test_what_is_noted_in_the_end_is_there(tmp_path):
    """And what is noted later takes its place."""
    path = tmp_path / "r.sqlite"
    make_store(path, 2)
    with open_run(path) as run:
        assert run.info.finer is None
    for sums in ({"O": 1.0, "V": 3.5}, {}):
        finer = {"rows": [4], "tolerances_mV": [3e-5 if sums else None], "sums": [sums]}
        with contextlib.closing(RunWriter(path, make_info())) as writer:
            writer.note_finer(finer)
        with open_run(path) as run:
            assert run.info.finer == finer
            assert run.losses == []


def test_a_noise_floor_is_there_where_a_run_has_one(tables):
    floor = {
        "components": [0.5, 0.1, None], "is_bound": [True] * 3, "noise_mV": [0.2],
        "drift_mV": [0.1], "n_repeated": 0, "n_sweep": 2, "notes": ["look"],
    }  # fmt: skip
    write_info(tables, make_info(floor=floor))
    assert read_info(tables, Path("r.sqlite")).floor == floor


def test_a_run_that_does_not_search_logarithms(tables):
    write_info(tables, make_info(log_search=False))
    assert read_info(tables, Path("r.sqlite")).log_search is False


def test_a_run_that_began_with_nothing_given(tables):
    write_info(tables, make_info(initial=None))
    assert read_info(tables, Path("r.sqlite")).initial is None


@pytest.mark.parametrize("key", ["header", "settings", "initial", "mode_sizes"])
def test_what_is_missing_is_named(tables, key):
    write_info(tables, make_info())
    tables.execute("DELETE FROM run WHERE key = ?", (key,))
    with pytest.raises(RunError, match=f"the run's store r.sqlite lacks '{key}' in its head"):
        read_info(tables, Path("r.sqlite"))


def test_what_is_not_what_was_written_is_named(tables):
    write_info(tables, make_info())
    tables.execute("UPDATE run SET value = '[]' WHERE key IN ('places', 'statuses')")
    with pytest.raises(RunError, match=r"damaged \(places, statuses\); restore it from a copy"):
        read_info(tables, Path("r.sqlite"))
