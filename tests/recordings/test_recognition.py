"""What is a recording, and must not be written over; and what is none."""

from __future__ import annotations

import json
import os

import numpy as np
import pytest

from abf2_writer import write_abf2
from pyneuronautofit.recordings import is_recording, read_recording

CURRENT = np.zeros((2, 300))
CURRENT[:, 100:200] = 50.0
ARRAYS = {"voltage": CURRENT - 65.0, "current": CURRENT, "dt": 0.1}


@pytest.fixture(params=["npz", "compressed npz", "json", "json of few lines", "abf"])
def recording(request, tmp_path):
    """A recording of every format that can be written here."""
    kind = request.param
    path = tmp_path / f"cell.{kind.split()[0] if kind[0] != 'c' else 'npz'}"
    if kind == "npz":
        np.savez(path, **ARRAYS)
    elif kind == "compressed npz":
        np.savez_compressed(path, **ARRAYS)
    elif kind == "abf":
        write_abf2(path, CURRENT - 65.0, CURRENT, 0.1)
    else:
        lists = {"note": "x" * 100_000} | {k: np.asarray(v).tolist() for k, v in ARRAYS.items()}
        path.write_text(json.dumps(lists, indent=1 if "lines" in kind else None))
    return path


def test_what_can_be_read_as_a_recording_is_one(recording):
    read_recording(recording)
    assert is_recording(recording)


def test_it_is_not_the_name_that_counts(recording, tmp_path):
    assert is_recording(recording.rename(tmp_path / "cell.png"))
    link = tmp_path / "link"
    link.symlink_to("cell.png")
    assert is_recording(link)


@pytest.mark.parametrize("name", ["cell.abf", "CELL.ABF", "cell.nwb"])
@pytest.mark.parametrize("content", [b"", b"damaged"])
def test_a_damaged_one_is_one_by_its_name(name, content, tmp_path):
    (tmp_path / name).write_bytes(content)
    assert is_recording(tmp_path / name)


def test_what_is_hdf5_is_one(tmp_path):
    (tmp_path / "cell.h5").write_bytes(b"\x89HDF\r\n\x1a\n" + bytes(50))
    assert is_recording(tmp_path / "cell.h5")


def test_simulated_voltages_are_none(tmp_path):
    np.savez(tmp_path / "out.npz", voltage=ARRAYS["voltage"], dt=0.1, status=["OK"], id=[0])
    (tmp_path / "out.json").write_text('{"voltage": [[1, 2]], "dt": 0.1}')
    assert not is_recording(tmp_path / "out.npz")
    assert not is_recording(tmp_path / "out.json")


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"{}", b"PK\x03\x04", b"hello", b"\xff" * 100, b'{"models": [{"parameters": {}}]}'],
)
def test_others_are_none(content, tmp_path):
    path = tmp_path / "out.json"
    path.write_bytes(content)
    assert not is_recording(path)


def test_what_is_no_file_is_none(tmp_path):
    os.mkfifo(tmp_path / "pipe.abf")
    for name in ("nothing.abf", ".", "pipe.abf"):
        assert not is_recording(tmp_path / name)
